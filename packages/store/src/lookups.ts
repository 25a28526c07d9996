import type { Lookups } from '@ringfence/phone';
import type { Store } from './store.js';

/**
 * Answers what the rules of a phone ask, from the store.
 * @param but id of the phone itself when there is one already: what it has is not taken
 */
export function lookupsOf({ models, directory, phones }: Store, but?: string): Lookups {
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
    product: (id) => directory.products.get(id),
    occupants: (mac) => phones.occupants(mac, but),
    takenSidePanels: (serials) => phones.takenSidePanels(serials, but),
  };
}
