import { checkPhone, type Phone, type Violation } from '@ringfence/phone';
import { retry } from './directory/entries.js';
import { lookupsOf } from './lookups.js';
import type { Store } from './store.js';

/** A phone that was written, or everything that is wrong with what a client sent. */
export type WrittenPhone = { phone: Phone } | { violations: Violation[] };

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
): Promise<WrittenPhone> {
  return retry(async () => {
    const checked = await checkPhone(json, customer, lookupsOf(store));
    return 'violations' in checked ? checked : { phone: await store.phones.create(checked.phone, id) };
  });
}
