import { type IpMode, type NewPhone, newCredentials, newId, type Occupants, type Phone } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { audited, auditFields } from './audit/audited.js';
import { applyChange, type Command } from './change.js';
import { readPasswords, type StoredPasswords, writePasswords } from './credentials.js';
import { EntryInUse } from './directory/entries.js';
import { type EventType, eventFields } from './event.js';
import { EVENTS_KEPT } from './events.js';
import { keys } from './keys.js';
import { leavePlace, takePlace } from './mac-places.js';
import { CONFLICTS, PhoneConflict } from './phone-conflict.js';
import { settingFields, settingsOf, unchanged, usernamesOf } from './phone-fields.js';
import { difference, enter, footprintOf, free, leave } from './phone-footprint.js';
import { Script } from './script.js';
import type { Secrets } from './secrets.js';
import { readStatus } from './status.js';

/** A phone as it was read, with its hash: what is written in its place must find it unchanged. */
export interface StoredPhone {
  phone: Phone;
  fields: Readonly<Record<string, string>>;
}

/**
 * The phones. The hash of one holds `record` (JSON of its settings without `ip`), `username`, `password` (see {@link readPasswords}),
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
    const fields: Record<string, string> = {
      username,
      password: this.#secrets.seal(password, id),
      configSaved: String(this.#now()),
      ...settingFields(settings),
    };
    const list = Object.entries(fields).flat();
    const event = this.#eventFields('phone.created', id, settings);
    const after = { username, ...settings };
    const audit = auditFields({ object: 'phone', id, customer: settings.customer, after }, this.#now());
    const { references, serials } = footprintOf(settings);
    const place = await this.#createPhone.run(
      this.#redis,
      [...claims(settings, id, username), ...references.flat(), ...serials],
      [
        ...[id, settings.macAddress === undefined ? 0 : phone.places, phone.handsets ? 1 : 0, settings.sipPhoneModel],
        ...[settings.customer, EVENTS_KEPT, references.length, list.length, event.length],
        ...[...list, ...event, ...audit],
      ],
    );
    const conflict = CONFLICTS[String(place) as keyof typeof CONFLICTS];
    if (conflict !== undefined) throw new PhoneConflict(conflict);
    return this.#show(id, phone.handsets ? { ...fields, handsetIndex: String(place) } : fields, []) as Phone;
  }

  /** Reads a phone with its password and its status at this moment; undefined when there is none. */
  async get(id: string): Promise<Phone | undefined> {
    return (await this.read(id))?.phone;
  }

  /** Reads a phone in order to change or remove it; undefined when there is none. */
  async read(id: string): Promise<StoredPhone | undefined> {
    const [fields, bindings] = await Promise.all([
      this.#redis.hgetall(keys.phone(id)),
      this.#redis.hvals(keys.bindings(id)),
    ]);
    const phone = this.#show(id, fields, bindings);
    return phone && { phone, fields };
  }

  /**
   * Puts other settings in the place of a phone's, claims what they need and gives back what they no longer do, and
   * appends `phone.changed`: all of it or nothing.
   * @throws PhoneConflict when the phone was changed since it was read, or something is taken or missing
   */
  async replace({ phone: before, fields: stored }: StoredPhone, { settings, ...shape }: NewPhone): Promise<void> {
    const { _id: id, username, macAddress } = before;
    const { sipPhoneModel: model, customer } = settings;
    const mac = settings.macAddress;
    const changed = () => new PhoneConflict('change');
    const taken =
      mac === undefined ? undefined : await takePlace(this.#redis, id, { mac, model, customer, ...shape }, changed);
    if (mac !== undefined && taken === undefined) throw new PhoneConflict('macAddress');
    const left = macAddress && macAddress !== mac ? [await leavePlace(this.#redis, id, macAddress, changed)] : [];
    const places = [...left, ...(taken ? [taken] : [])];
    const index = shape.handsets && taken ? { handsetIndex: String(taken.place) } : {};
    const { password = '' } = stored;
    const fields = { username, password, configSaved: String(this.#now()), ...settingFields(settings), ...index };
    const key = keys.phone(id);
    const [gone, come] = difference(footprintOf(before), footprintOf(settings));
    await applyChange(
      this.#redis,
      [...unchanged(key, stored), ...free(come), ...places.flatMap(({ conditions }) => conditions)],
      [
        ['HDEL', key, 'extension', 'handsetIndex'],
        ['HSET', key, ...Object.entries(fields).flat()],
        ...places.flatMap(({ commands }) => commands),
        ...leave(gone, id),
        ...enter(come, id),
        this.#event('phone.changed', id, settings),
        // Who looks after the customer that it was of learns that it has gone.
        ...(before.customer === customer ? [] : [this.#event('phone.changed', id, before)]),
        ...audited(
          {
            ...{ object: 'phone', id, customer, before: settingsOf(before), after: settings },
            ...(before.customer !== customer && { formerCustomer: before.customer }),
          },
          this.#now(),
        ),
      ],
    );
  }

  /**
   * Gives a phone new credentials and appends `phone.credentials_reset`. Those that it uses stay good until it has used the
   * new ones, or some time has passed; others that it was given but has not used end.
   * @param overlap that time, ms; 0 ends them at once
   * @throws PhoneConflict when it was changed since it was read
   */
  async resetCredentials({ phone, fields }: StoredPhone, overlap: number): Promise<void> {
    const { _id: id } = phone;
    const { username, password } = newCredentials();
    const until = this.#now() + overlap;
    const { username: before, password: sealed } = this.#inUse(fields);
    const passwords: StoredPasswords = {
      current: this.#secrets.seal(password, id),
      replaced: overlap === 0 ? undefined : { username: before, password: sealed, until },
    };
    await applyChange(
      this.#redis,
      [
        ...unchanged(keys.phone(id), fields),
        {
          command: ['EXISTS', keys.username(username)],
          answer: 0,
          otherwise: () => new PhoneConflict('username'),
        },
      ],
      [
        [
          'HSET',
          keys.phone(id),
          'username',
          username,
          'password',
          writePasswords(passwords),
          'configSaved',
          this.#now(),
        ],
        ...usernamesOf(fields).map((old): Command => ['DEL', keys.username(old)]),
        ['SET', keys.username(username), id],
        ...(overlap === 0 ? [] : [['SET', keys.username(before), id, 'PX', overlap] satisfies Command]),
        this.#event('phone.credentials_reset', id, phone),
        ...audited(
          {
            ...{ object: 'phone', id, customer: phone.customer },
            ...{ before: { username: phone.username }, after: { username } },
          },
          this.#now(),
        ),
      ],
    );
  }

  /** The credentials that a phone uses as far as is known: a reset that it has not followed yet does not count. */
  #inUse({ username = '', password = '' }: StoredPhone['fields']): { username: string; password: string } {
    const { current, replaced } = readPasswords(password);
    return replaced !== undefined && replaced.until > this.#now() ? replaced : { username, password: current };
  }

  /**
   * Removes a phone with its bindings and everything that it claimed, and appends `phone.deleted`.
   * @throws PhoneConflict when it was changed since it was read; EntryInUse when another phone has it on a softkey
   */
  async remove({ phone, fields }: StoredPhone): Promise<void> {
    const { _id: id, macAddress } = phone;
    const changed = () => new PhoneConflict('change');
    const inUse = () => new EntryInUse('Phone is on a softkey of another phone');
    const place = macAddress ? [await leavePlace(this.#redis, id, macAddress, changed)] : [];
    const bindings = await this.#redis.hkeys(keys.bindings(id));
    const own = [
      keys.phone(id),
      keys.bindings(id),
      keys.nonces(id),
      keys.missedKeepAlives(id),
      keys.messages(id),
      ...usernamesOf(fields).map(keys.username),
    ];
    await applyChange(
      this.#redis,
      [
        ...unchanged(keys.phone(id), fields),
        { command: ['EXISTS', keys.referrers(id)], answer: 0, otherwise: inUse },
        ...place.flatMap(({ conditions }) => conditions),
      ],
      [
        ...own.map((key): Command => ['DEL', key]),
        ...bindings.map((binding): Command => ['ZREM', keys.expiries, `${id}|${binding}`]),
        ...place.flatMap(({ commands }) => commands),
        ...leave(footprintOf(phone), id),
        this.#event('phone.deleted', id, phone),
        ...audited({ object: 'phone', id, customer: phone.customer, before: settingsOf(phone) }, this.#now()),
      ],
    );
  }

  /** The customer that a phone belongs to; undefined when there is no such phone. */
  async customer(id: string): Promise<string | undefined> {
    return (await this.#redis.hget(keys.phone(id), 'customer')) ?? undefined;
  }

  /**
   * The phones that share a MAC address; undefined when there is none.
   * @param but id of a phone that doesn't count
   */
  async occupants(mac: string, but?: string): Promise<Occupants | undefined> {
    const { model, customer, ...places } = await this.#redis.hgetall(keys.mac(mac));
    const count = Object.values(places).filter((holder) => holder !== but).length;
    return model === undefined || customer === undefined || count === 0 ? undefined : { model, customer, count };
  }

  /**
   * Those of the serials that a side panel of some phone has.
   * @param but id of a phone that doesn't count
   */
  async takenSidePanels(serials: readonly string[], but?: string): Promise<string[]> {
    const owners = await this.#redis.mget(serials.map(keys.sidePanel));
    return serials.filter((_, at) => ![null, but].includes(owners[at]));
  }

  #event(type: EventType, id: string, settings: NewPhone['settings']): Command {
    return ['XADD', keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...this.#eventFields(type, id, settings)];
  }

  #eventFields(type: EventType, id: string, { customer, extension }: NewPhone['settings']): string[] {
    return eventFields({ type, at: this.#now(), customer, phone: id, extension });
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
      password: this.#secrets.open(readPasswords(password).current, id),
      status: readStatus(fields, bindings, this.#now()),
    };
  }
}

/** The keys that are a new phone's own, or its place at a MAC address. */
function claims({ macAddress }: NewPhone['settings'], id: string, username: string): string[] {
  const own = keys.phone(id);
  return [own, keys.username(username), keys.events, keys.audit, macAddress === undefined ? own : keys.mac(macAddress)];
}
