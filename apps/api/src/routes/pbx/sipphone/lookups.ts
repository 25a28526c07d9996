import type { Lookups } from '@ringfence/phone';
import type { Store } from '@ringfence/store';

/** Answers what the rules ask, from the store. */
export function storeLookups({ models, directory, phones }: Store): Lookups {
  return {
    model: (id) => models.get(id),
    customer: (id) => directory.customer(id),
    extension: (id) => directory.extension(id),
    group: (id) => directory.groups.get(id),
    queue: (id) => directory.queues.get(id),
    phone: async (id) => {
      const customer = await phones.customer(id);
      return customer === undefined ? undefined : { customer };
    },
    occupants: (mac) => phones.occupants(mac),
    takenSidePanels: (serials) => phones.takenSidePanels(serials),
  };
}
