import { type IpMode, type NewPhone, newCredentials, newId, type Occupants, type Phone } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { EVENTS_KEPT, eventFields } from './events.js';
import { keys } from './keys.js';
import { Script } from './script.js';
import type { Secrets } from './secrets.js';
import { readStatus } from './status.js';

/** What {@link PhoneConflict} says is taken, by the status of the script. */
const TAKEN = { '-1': 'username', '-2': 'macAddress', '-3': 'sidePanels' } as const;

/** Thrown when a phone can't be stored because something that must be unique is taken; nothing was stored. */
export class PhoneConflict extends Error {
  readonly taken: 'username' | 'macAddress' | 'sidePanels';

  constructor(taken: PhoneConflict['taken']) {
    super(`taken: ${taken}`);
    this.taken = taken;
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
   * @throws PhoneConflict when something is taken
   */
  async create(phone: NewPhone): Promise<Phone> {
    const { settings } = phone;
    const id = newId();
    const { username, password } = newCredentials();
    const fields = this.#fields(settings, id, username, password);
    const list = Object.entries(fields).flat();
    const event = eventFields({
      ...{ type: 'phone.created', at: this.#now(), customer: settings.customer, phone: id },
      ...(settings.extension === undefined ? {} : { extension: settings.extension }),
    });
    const place = await this.#createPhone.run(this.#redis, claims(settings, id, username), [
      ...[id, settings.macAddress === undefined ? 0 : phone.places, phone.handsets ? 1 : 0, settings.sipPhoneModel],
      ...[settings.customer, settings.extension === undefined ? 0 : 1, EVENTS_KEPT],
      ...[list.length, ...list, ...event],
    ]);
    const taken = TAKEN[String(place) as keyof typeof TAKEN];
    if (taken !== undefined) throw new PhoneConflict(taken);
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

/** The keys that a new phone is written to. */
function claims({ customer, macAddress, extension, purchaseInfo }: NewPhone['settings'], id: string, username: string) {
  const serials = (purchaseInfo?.sidePanels ?? []).flatMap(({ serial }) => serial ?? []);
  const own = keys.phone(id);
  return [
    ...[own, keys.username(username), keys.customerPhones(customer), keys.events],
    ...[
      macAddress === undefined ? own : keys.mac(macAddress),
      extension === undefined ? own : keys.extensionPhones(extension),
    ],
    ...serials.map(keys.sidePanel),
  ];
}
