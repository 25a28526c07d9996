import type { Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import type { Redis } from 'ioredis';

/**
 * Compares every phone in Redis with what was claimed and listed for it, in both directions.
 * @param redis a connection to a Redis that nobody writes to meanwhile
 * @returns how many phones there are, and a line for each claim or entry that belongs to no phone, or is missing
 */
export async function checkConsistency(redis: Redis): Promise<{ phones: number; faults: string[] }> {
  const phones = await keysLike(redis, keys.phone('*'));
  const faults: string[] = [];
  const claims = await Promise.all(
    phones.map(async (key) => {
      const id = key.slice(keys.phone('').length - 1, -1);
      const fields = await redis.hgetall(key);
      const missing = NEEDED.filter((name) => fields[name] === undefined);
      if (missing.length === 0) return claimsOf(redis, id, fields);
      faults.push(`phone ${id} has no ${missing.join(', ')}`);
      return [];
    }),
  );
  const expected = new Set(claims.flat());
  const found = new Set(await everyClaim(redis));
  faults.push(...[...expected].filter((claim) => !found.has(claim)).map((claim) => `missing: ${claim}`));
  faults.push(...[...found].filter((claim) => !expected.has(claim)).map((claim) => `without a phone: ${claim}`));
  return { phones: phones.length, faults };
}

/** Fields without which a phone is none. */
const NEEDED = ['record', 'username', 'password', 'customer', 'pbxCluster', 'ip.mode', 'configSaved'];

/** What must stand in Redis for a phone, written as {@link everyClaim} writes it. */
async function claimsOf(redis: Redis, id: string, fields: Record<string, string>): Promise<string[]> {
  const { macAddress, customer, extension, purchaseInfo, softkeys, product } = JSON.parse(
    fields.record as string,
  ) as Phone;
  const panels = purchaseInfo?.sidePanels ?? [];
  const named = [
    ...[product, ...panels.map((panel) => panel.product)],
    ...(softkeys ?? []).map((key) => (REFERENCES.includes(key.function ?? '') ? key.value : undefined)),
  ].filter((name) => name !== undefined);
  const place = macAddress && (await placeOf(redis, keys.mac(macAddress), id, fields.handsetIndex));
  return [
    `${keys.username(fields.username as string)} ${id}`,
    `${keys.customerPhones(customer)} ${id}`,
    ...(extension === undefined ? [] : [`${keys.extensionPhones(extension)} ${id}`]),
    ...(macAddress === undefined ? [] : [`${keys.mac(macAddress)} ${place} ${id}`]),
    ...panels.flatMap(({ serial }) => (serial === undefined ? [] : [`${keys.sidePanel(serial)} ${id}`])),
    ...named.map((name) => `${keys.referrers(name)} ${id}`),
    `${keys.events} ${id}`,
  ];
}

const REFERENCES = ['BLF', 'DNDOTHER', 'PICKUPGROUP', 'QUEUE'];

/** The place of a phone at its MAC address; a handset's is its index. */
async function placeOf(redis: Redis, key: string, id: string, index: string | undefined): Promise<string> {
  if (index !== undefined) return index;
  const places = Object.entries(await redis.hgetall(key));
  return places.find(([, phone]) => phone === id)?.[0] ?? 'nowhere';
}

/** Every claim and entry of a phone that stands in Redis, as `key id`. */
async function everyClaim(redis: Redis): Promise<string[]> {
  const strings = await Promise.all(
    [keys.username('*'), keys.sidePanel('*')].map((pattern) => keysLike(redis, pattern)),
  );
  const sets = await Promise.all(
    [keys.customerPhones('*'), keys.extensionPhones('*'), keys.referrers('*')].map((pattern) =>
      keysLike(redis, pattern),
    ),
  );
  const claims = await Promise.all([
    ...strings.flat().map(async (key) => [`${key} ${await redis.get(key)}`]),
    ...sets.flat().map(async (key) => (await phonesIn(redis, key)).map((id) => `${key} ${id}`)),
    ...(await keysLike(redis, keys.mac('*'))).map(async (key) => {
      const { model, customer, ...places } = await redis.hgetall(key);
      return Object.entries(places).map(([place, id]) => `${key} ${place} ${id}`);
    }),
  ]);
  const created: string[] = [];
  for (const [, fields] of await redis.xrange(keys.events, '-', '+')) {
    if (fields[1] === 'phone.created') created.push(`${keys.events} ${fields[fields.indexOf('phone') + 1]}`);
  }
  return [...claims.flat(), ...created];
}

/** The members of a set that are not groups, which refer to things as phones do. */
async function phonesIn(redis: Redis, key: string): Promise<string[]> {
  const ids = await redis.smembers(key);
  const groups = await Promise.all(ids.map((id) => redis.exists(keys.group(id))));
  return ids.filter((_, at) => groups[at] === 0);
}

async function keysLike(redis: Redis, pattern: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, names] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    for (const name of names) found.add(name);
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}
