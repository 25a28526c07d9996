import { CATALOGUE, type NewPhone } from '@ringfence/phone';
import { keys, type Store } from '@ringfence/store';

/** A phone of a fleet, by the ids of itself and of its customer. */
export interface FleetPhone {
  phone: string;
  customer: string;
}

const WRITTEN_AT_ONCE = 500;

/**
 * Writes customers with phones, most of them registered.
 * @returns the phones
 */
export async function writeFleet(store: Store, phones: number, customers: number): Promise<FleetPhone[]> {
  const written: FleetPhone[] = [];
  const owners: { customer: string; extension: string }[] = [];
  for (let at = 0; at < customers; at++) {
    const { _id: customer } = await store.directory.createCustomer({ name: `customer ${at}` });
    const { _id } = await store.directory.createExtension({
      customer,
      number: String(100 + at),
      name: `Reception ${at}`,
    });
    owners.push({ customer, extension: _id });
  }
  for (let at = 0; at < phones; at += WRITTEN_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(WRITTEN_AT_ONCE, phones - at) }, (_, index) => at + index);
    written.push(
      ...(await Promise.all(
        numbers.map((number) => addPhone(store, number, owners[number % customers] as (typeof owners)[0])),
      )),
    );
  }
  return written;
}

async function addPhone(
  { phones, redis, now }: Store,
  number: number,
  { customer, extension }: { customer: string; extension: string },
): Promise<FleetPhone> {
  const model = CATALOGUE[number % CATALOGUE.length]?._id as string;
  const settings: NewPhone['settings'] = {
    ...{ pbxCluster: 1, sipPhoneModel: model, customer, ip: { mode: 'OPEN' }, notes: `Desk ${number}` },
    ...{ macAddress: `000413${number.toString(16).padStart(6, '0').toUpperCase()}`, ...(number % 3 && { extension }) },
  };
  const { _id } = await phones.create({ settings, places: 1, handsets: false });
  if (number % 4 === 0) return { phone: _id, customer };
  const address = `${80 + (number % 9)}.${number % 251}.${number % 241}.9`;
  const binding = { contact: `sip:${number}@${address}`, expiresAt: now() + 600_000 + number, address };
  await redis.hset(keys.bindings(_id), 'x', JSON.stringify(binding));
  await redis.hset(keys.phone(_id), 'publicIpAddress', address, 'userAgent', `Yealink SIP-T46S 66.86.0.${number % 90}`);
  return { phone: _id, customer };
}
