import { type Checked, checkPhone, type Lookups, type Phone, type Violation } from '@ringfence/phone';
import { PhoneConflict } from './phones.js';
import type { Store } from './store.js';

/** A new phone, or everything that is wrong with what a client sent. */
export type CreatedPhone = { phone: Phone } | { violations: Violation[] };

/** Times that a create is checked anew because another one was faster. */
const ATTEMPTS = 5;

/**
 * Checks and stores a phone. What another request took or removed between the check and the write, the next check tells.
 * @param json what the client sent
 * @param customer id of the phone's customer, as the client's rights allow it; undefined when there is none
 * @param id the phone's id; a new one when left out
 * @throws PhoneConflict when others were faster again and again, or there is a phone of that id
 */
export async function createPhone(
  store: Store,
  json: object,
  customer: string | undefined,
  id?: string,
): Promise<CreatedPhone> {
  const lookups = lookupsOf(store);
  for (let left = ATTEMPTS; ; left--) {
    const checked: Checked = await checkPhone(json, customer, lookups);
    if ('violations' in checked) return checked;
    try {
      return { phone: await store.phones.create(checked.phone, id) };
    } catch (error) {
      if (!(error instanceof PhoneConflict) || left === 0) throw error;
    }
  }
}

/** Answers what the rules ask, from the store. */
function lookupsOf({ models, directory, phones }: Store): Lookups {
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
    occupants: (mac) => phones.occupants(mac),
    takenSidePanels: (serials) => phones.takenSidePanels(serials),
  };
}
