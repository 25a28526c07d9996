import { checkPhone, decideFence, mergePatch, type Phone, READ_ONLY } from '@ringfence/phone';
import type { WrittenPhone } from './create-phone.js';
import { retry } from './directory/entries.js';
import { lookupsOf } from './lookups.js';
import type { Store } from './store.js';

/** What a client changes of a phone. */
export interface PhoneChange {
  /** A merge patch (RFC 7396) of its settings; what is read-only in it is not heard. */
  json: object;
  /** Id of the phone's customer from then on, as the client's rights allow it; undefined when there is none. */
  customer: string | undefined;
}

/**
 * Changes a phone: checks what it would become as a new one is checked, and stores it. Bindings that a changed fence
 * refuses end.
 * @param decide what to change of the phone as it is; may throw
 * @param countryOf the country of an address, undefined when it is not known
 * @returns undefined when there is no such phone
 * @throws PhoneConflict when others were faster again and again; what `decide` throws
 */
export async function changePhone(
  store: Store,
  id: string,
  decide: (phone: Phone) => Promise<PhoneChange>,
  countryOf: (address: string) => string | undefined,
): Promise<WrittenPhone | undefined> {
  return retry(async () => {
    const stored = await store.phones.read(id);
    if (stored === undefined) return undefined;
    const { json, customer } = await decide(stored.phone);
    const [before, change] = [without(stored.phone, READ_ONLY), without(json, READ_ONLY)];
    const checked = await checkPhone(mergePatch(before, change) as object, customer, lookupsOf(store, id));
    if ('violations' in checked) return checked;
    await store.phones.replace(stored, checked.phone);
    const { settings } = checked.phone;
    const isFenceChanged = JSON.stringify(settings.ip) !== JSON.stringify(stored.phone.ip);
    if (isFenceChanged) await endRefused(store, { _id: id, ...settings }, countryOf);
    const phone = await store.phones.get(id);
    return phone && { phone };
  });
}

/**
 * Removes a phone with its bindings and credentials.
 * @param guard sees the phone, or that there is none; may throw
 * @throws EntryInUse when another phone has it on a softkey; PhoneConflict; what `guard` throws
 */
export async function removePhone(
  { phones }: Store,
  id: string,
  guard: (phone: Phone | undefined) => Promise<unknown>,
): Promise<void> {
  await retry(async () => {
    const stored = await phones.read(id);
    await guard(stored?.phone);
    if (stored !== undefined) await phones.remove(stored);
  });
}

/**
 * Gives a phone new credentials, see `Phones.resetCredentials`.
 * @param guard sees the phone, or that there is none; may throw
 * @param overlap ms for which those that it uses stay good; 0 ends them, and what was registered by them, at once
 * @returns the phone with the new ones; undefined when there is no such phone
 * @throws PhoneConflict when others were faster again and again; what `guard` throws
 */
export async function resetCredentials(
  { phones, bindings }: Store,
  id: string,
  guard: (phone: Phone | undefined) => Promise<unknown>,
  overlap: number,
): Promise<Phone | undefined> {
  return retry(async () => {
    const stored = await phones.read(id);
    await guard(stored?.phone);
    if (stored === undefined) return undefined;
    await phones.resetCredentials(stored, overlap);
    if (overlap === 0) await bindings.end(stored.phone, () => true);
    return phones.get(id);
  });
}

/** Ends the bindings of a phone that its fence refuses. */
async function endRefused(
  { bindings }: Store,
  phone: Pick<Phone, '_id' | 'customer' | 'extension' | 'ip'>,
  countryOf: (address: string) => string | undefined,
) {
  const { mode, address, countries } = phone.ip;
  const fence = { mode, address, countries: countries?.split(',') ?? [] };
  await bindings.end(phone, (binding) => !decideFence(fence, binding.address, countryOf(binding.address)).allowed);
}

function without(object: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
