import { type IpMode, type NewPhone, newCredentials, newId, type Occupants, type Phone } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { EVENTS_KEPT, eventFields } from './events.js';
import { keys } from './keys.js';
import { Script } from './script.js';
import type { Secrets } from './secrets.js';
import { readStatus } from './status.js';

/** What {@link PhoneConflict} names, by the status of the script. */
const CONFLICTS = {
  '-1': 'username',
  '-2': 'macAddress',
  '-3': 'sidePanels',
  '-4': 'reference',
  '-5': 'id',
} as const;

/**
 * Thrown when a phone can't be stored because something that must be unique is taken, or something that it refers to
 * does not exist; nothing was stored.
 */
export class PhoneConflict extends Error {
  readonly over: (typeof CONFLICTS)[keyof typeof CONFLICTS];

  constructor(over: PhoneConflict['over']) {
    super(`conflict over ${over}`);
    this.over = over;
  }
}

/**
 * The phones. The hash of one holds `record` (JSON of its settings without `ip`), `username`, `password` (sealed),
 * copies of what SIP requests need (`customer`, `extension`, `pbxCluster`, `callWaiting`), the fence (`ip.mode`,
 * `ip.address`, `ip.countries`), `handsetIndex`, `configSaved` and `configLoaded` (ms since 1970), and of the latest
 * registration `userAgent`, `localIpAddress` and `publicIpAddress`.
 */
export class Phones {
  readonly #redis: Redis;
  readonly #secrets: Secrets;
  readonly #now: () => number;
  readonly #createPhone = new Script('create-phone');

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, secrets: Secrets, now: () => number = Date.now) {
    this.#redis = redis;
    this.#secrets = secrets;
    this.#now = now;
  }

  /**
   * Stores a new phone with new credentials, claims its place at its MAC address and its side panels' serials, and
   * appends `phone.created`: all of it or nothing.
   * @returns the phone as it is read back, with its password
   * @throws PhoneConflict when something is taken or missing
   */
  async create(phone: NewPhone, id: string = newId()): Promise<Phone> {
    const { settings } = phone;
    const { username, password } = newCredentials();
    const fields = this.#fields(settings, id, username, password);
    const list = Object.entries(fields).flat();
    const event = eventFields({
      ...{ type: 'phone.created', at: this.#now(), customer: settings.customer, phone: id },
      ...(settings.extension === undefined ? {} : { extension: settings.extension }),
    });
    const references = referencesOf(settings);
    const place = await this.#createPhone.run(
      this.#redis,
      [...claims(settings, id, username), ...references.flat(), ...serials(settings)],
      [
        ...[id, settings.macAddress === undefined ? 0 : phone.places, phone.handsets ? 1 : 0, settings.sipPhoneModel],
        ...[settings.customer, EVENTS_KEPT, references.length, list.length, ...list, ...event],
      ],
    );
    const conflict = CONFLICTS[String(place) as keyof typeof CONFLICTS];
    if (conflict !== undefined) throw new PhoneConflict(conflict);
    return this.#show(id, phone.handsets ? { ...fields, handsetIndex: String(place) } : fields, []) as Phone;
  }

  /** Reads a phone with its password and its status at this moment; undefined when there is none. */
  async get(id: string): Promise<Phone | undefined> {
    const [fields, bindings] = await Promise.all([
      this.#redis.hgetall(keys.phone(id)),
      this.#redis.hvals(keys.bindings(id)),
    ]);
    return this.#show(id, fields, bindings);
  }

  /** The customer that a phone belongs to; undefined when there is no such phone. */
  async customer(id: string): Promise<string | undefined> {
    return (await this.#redis.hget(keys.phone(id), 'customer')) ?? undefined;
  }

  /** The phones that share a MAC address; undefined when there is none. */
  async occupants(mac: string): Promise<Occupants | undefined> {
    const { model, customer, ...places } = await this.#redis.hgetall(keys.mac(mac));
    const count = Object.keys(places).length;
    return model === undefined || customer === undefined || count === 0 ? undefined : { model, customer, count };
  }

  /** Those of the serials that a side panel of some phone has. */
  async takenSidePanels(serials: readonly string[]): Promise<string[]> {
    const owners = await this.#redis.mget(serials.map(keys.sidePanel));
    return serials.filter((_, at) => owners[at] !== null);
  }

  /** The hash of a new phone. */
  #fields({ ip, ...record }: NewPhone['settings'], id: string, username: string, password: string) {
    const fields = {
      record: JSON.stringify(record),
      username,
      password: this.#secrets.seal(password, id),
      customer: record.customer,
      ...(record.extension === undefined ? {} : { extension: record.extension }),
      pbxCluster: String(record.pbxCluster),
      callWaiting: record.callWaiting ? '1' : '0',
      'ip.mode': ip.mode,
      'ip.address': ip.address ?? '',
      'ip.countries': ip.countries ?? '',
      configSaved: String(this.#now()),
    };
    return fields as Record<string, string>;
  }

  /** The phone that a hash describes; undefined when it describes none. */
  #show(id: string, fields: Record<string, string>, bindings: readonly string[]): Phone | undefined {
    const { record, username, password, handsetIndex } = fields;
    if (record === undefined || username === undefined || password === undefined) return undefined;
    return {
      _id: id,
      ...(JSON.parse(record) as NewPhone['settings']),
      ...(handsetIndex === undefined ? {} : { handsetIndex: Number(handsetIndex) }),
      ip: {
        mode: fields['ip.mode'] as IpMode,
        ...(fields['ip.countries'] ? { countries: fields['ip.countries'] } : {}),
        ...(fields['ip.address'] ? { address: fields['ip.address'] } : {}),
      },
      username,
      password: this.#secrets.open(password, id),
      status: readStatus(fields, bindings, this.#now()),
    };
  }
}

/** The keys that are a new phone's own, or its place at a MAC address. */
function claims({ macAddress }: NewPhone['settings'], id: string, username: string): string[] {
  const own = keys.phone(id);
  return [own, keys.username(username), keys.events, macAddress === undefined ? own : keys.mac(macAddress)];
}

/** What a phone refers to, each with the set of those that refer to it. */
function referencesOf(settings: NewPhone['settings']): [entry: string, referrers: string][] {
  const { customer, extension, product, purchaseInfo, softkeys = [] } = settings;
  const products = [product, ...(purchaseInfo?.sidePanels ?? []).map((panel) => panel.product)];
  const named: [entry: string, id: string][] = [
    ...products.flatMap((id) => (id === undefined ? [] : [[keys.product(id), id] satisfies [string, string]])),
    ...softkeys.flatMap(({ function: name = '', value = '' }) => {
      const key = SOFTKEY_REFERENCES[name];
      return key === undefined ? [] : [[key(value), value] satisfies [string, string]];
    }),
  ];
  return [
    [keys.customer(customer), keys.customerPhones(customer)],
    ...(extension === undefined
      ? []
      : [[keys.extension(extension), keys.extensionPhones(extension)] as [string, string]]),
    ...new Map(named.map(([key, id]): [string, string] => [key, keys.referrers(id)])),
  ];
}

/** The key of what a softkey names, by its function. */
const SOFTKEY_REFERENCES: Record<string, (id: string) => string> = {
  BLF: keys.extension,
  DNDOTHER: keys.phone,
  PICKUPGROUP: keys.group,
  QUEUE: keys.queue,
};

function serials({ purchaseInfo }: NewPhone['settings']): string[] {
  return (purchaseInfo?.sidePanels ?? []).flatMap(({ serial }) => (serial === undefined ? [] : keys.sidePanel(serial)));
}
