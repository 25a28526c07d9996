import { hash } from 'node:crypto';
import type { Fence, IpMode, Phone } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import type {
  Admission,
  AdmissionOutcome,
  FencedPhone,
  PhoneAccount,
  Registration,
  RegistrationOutcome,
  Rejection,
} from './admission.js';
import { currentActor } from './audit/actor.js';
import { audited } from './audit/audited.js';
import { type Binding, type ContactUpdate, parseBinding } from './binding.js';
import { applyChange, type Command, type Condition } from './change.js';
import { endReplaced, passwordsFor } from './credentials.js';
import { DirectoryConflict, retry } from './directory/entries.js';
import type { Extension } from './directory/entry.js';
import { type Event, eventFields } from './event.js';
import { EVENTS_KEPT } from './events.js';
import { keys } from './keys.js';
import { liveBindings, type Reach, toReach } from './reach.js';
import { Script } from './script.js';

/** How many nonces are remembered of one phone; what was issued before a forgotten one is taken for replayed. */
export const NONCES_KEPT = 16;

/** What usernames are made of; what is none is not looked for, which tells nothing. */
const USERNAME = /^[a-z0-9]{1,64}$/;

/** Milliseconds by which the clocks of two edges may differ. */
const CLOCK_TOLERANCE = 60_000;

/** What phones registered: the bindings, and the lock that the first contact takes. */
export class Bindings {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #findPhone = new Script('find-phone');
  readonly #findCallee = new Script('find-callee');
  readonly #admitPhone = new Script('admit-phone');
  readonly #expireBindings = new Script('expire-bindings');

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Reads the phone that a SIP username belongs to; undefined when there is none. */
  async findPhone(username: string): Promise<PhoneAccount | undefined> {
    if (!USERNAME.test(username)) return undefined;
    const names = [keys.phone('%s'), keys.customer('%s')];
    const found = (await this.#findPhone.run(this.#redis, [keys.username(username)], names)) as (string | null)[];
    const [id = '', ...asRead] = found.map((text) => text ?? '');
    const [passwords = '', customer = '', extension, mode, address, countries, model = '', customerRecord = ''] =
      asRead;
    const { sealedPassword, goodUntil, replacing } = passwordsFor(username, passwords);
    const account: PhoneAccount = {
      id,
      sealedPassword,
      goodUntil,
      replacing,
      customer,
      customerActive: isActive(customerRecord),
      extension: extension || undefined,
      model,
      fence: toFence(mode, address, countries),
      digest: hash('sha1', asRead.join('\n')),
    };
    return id === '' ? undefined : account;
  }

  /**
   * Ends the credentials that a reset has replaced, because the phone has used the new ones, with what was registered by
   * them. Nothing happens when the phone was changed since it was read.
   */
  async endReplaced({ id, customer, extension, replacing = '' }: PhoneAccount): Promise<void> {
    if (!(await endReplaced(this.#redis, id, replacing))) return;
    await this.end({ _id: id, customer, extension }, () => true);
  }

  /** Reads a phone with its fence as it is now; undefined when there is none. */
  async fencedPhone(id: string): Promise<FencedPhone | undefined> {
    const fields = ['username', 'customer', 'extension', 'ip.mode', 'ip.address', 'ip.countries'];
    const [username, customer, extension, ...fence] = await this.#redis.hmget(keys.phone(id), ...fields);
    if (!username || !customer) return undefined;
    return { id, username, customer, extension: extension || undefined, fence: toFence(...fence) };
  }

  /** Lets a request in that is no registration, such as a call: counts its nonce and takes the lock. */
  async admit(admission: Admission): Promise<AdmissionOutcome> {
    const args = admissionArguments(admission);
    args.push('call', '', '', '', '', 0, 0, '');
    pushEvent(args, admission);
    const [status, locked] = await this.#run(admission, args);
    return status === 'done' ? { done: true, locked: locked === 1 } : { done: false, rejection: status as Rejection };
  }

  /**
   * Carries out a REGISTER: counts its nonce, takes the lock, updates the bindings and the phone's status, and appends
   * the events, in one step.
   * @returns the bindings that stand afterwards
   */
  async register(admission: Admission, registration: Registration): Promise<RegistrationOutcome> {
    const { userAgent = '', address } = admission.source;
    const { callId, cseq, contacts, limit, localAddress = '' } = registration;
    const removed = contacts === '*' ? '*' : '';
    const args = admissionArguments(admission);
    args.push('register', userAgent, localAddress, address, callId, cseq, limit, removed);
    pushEvent(args, admission);
    if (contacts !== '*') for (const update of contacts) pushContact(args, { admission, registration, update });
    const [status, locked, ...bindings] = await this.#run(admission, args, registration.server);
    if (status !== 'done') return { done: false, rejection: status as Rejection };
    return { done: true, locked: locked === 1, bindings: bindings.map((json) => parseBinding(json as string)) };
  }

  /** The bindings of a phone that have not run out, in no order. */
  async live(phone: string, now: number): Promise<Binding[]> {
    return liveBindings(await this.#redis.hvals(keys.bindings(phone)), now);
  }

  /**
   * Ends bindings of a phone and appends an event for each, in one step.
   * @param which tells which of them
   * @param why what the events say
   * @returns how many there were
   */
  async end(
    { _id: id, customer, extension }: Pick<Phone, '_id' | 'customer'> & { extension?: string | undefined },
    which: (binding: Binding, key: string) => boolean,
    why: Pick<Event, 'type' | 'reason'> = { type: 'phone.deregistered' },
  ): Promise<number> {
    return retry(async () => {
      const stored = Object.entries(await this.#redis.hgetall(keys.bindings(id)));
      const ending = stored.filter(([key, json]) => which(parseBinding(json), key));
      const conditions = ending.map(
        ([key, json]): Condition => ({
          ...{ command: ['HGET', keys.bindings(id), key], answer: json },
          otherwise: () => new DirectoryConflict('the binding was refreshed'),
        }),
      );
      const commands = ending.flatMap(([key, json]): Command[] => {
        const { contact, address } = parseBinding(json);
        const event = { ...why, at: this.#now(), phone: id, customer, extension };
        return [
          ['HDEL', keys.bindings(id), key],
          ['ZREM', keys.expiries, `${id}|${key}`],
          ['XADD', keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields({ ...event, contact, address })],
        ];
      });
      const contacts = ending.map(([, json]) => parseBinding(json).contact);
      const isAsked = currentActor() !== undefined && ending.length > 0;
      const noted = isAsked ? audited({ object: 'phone', id, customer, before: { contacts } }, this.#now()) : [];
      await applyChange(this.#redis, conditions, [...commands, ...noted]);
      return ending.length;
    });
  }

  /** Number of the PBX cluster that a phone is on. */
  async pbxCluster(phone: string): Promise<number> {
    return Number(await this.#redis.hget(keys.phone(phone), 'pbxCluster'));
  }

  /** Where a phone can be reached, and whether it wants a second call. */
  async reach(phone: string, now: number): Promise<Reach> {
    const [stored, settings] = await Promise.all([
      this.#redis.hvals(keys.bindings(phone)),
      this.#redis.hmget(keys.phone(phone), 'callWaiting', 'pbxCluster'),
    ]);
    return toReach(phone, settings, stored, now);
  }

  /**
   * The extension that a customer's number belongs to, and where its phones can be reached.
   * @param limit how many phones at most
   * @returns undefined when there is none
   */
  async callee(
    customer: string,
    number: string,
    { now, limit }: { now: number; limit: number },
  ): Promise<{ extension: Extension; phones: Reach[] } | undefined> {
    const names = [keys.extension('%s'), keys.extensionPhones('%s'), keys.phone('%s'), keys.bindings('%s')];
    const args = [number, limit, ...names];
    const found = await this.#findCallee.run(this.#redis, [keys.extensionNumbers(customer)], args);
    const [extension, ...phones] = found as [string?, ...[string, string, string, ...string[]][]];
    if (extension === undefined) return undefined;
    const reaches = phones.map(([phone, callWaiting, pbxCluster, ...stored]) =>
      toReach(phone, [callWaiting, pbxCluster], stored, now),
    );
    return { extension: JSON.parse(extension), phones: reaches };
  }

  /**
   * Removes bindings that have run out and appends `phone.expired` for each. May run in several processes at once.
   * @param limit how many at most
   * @returns how many were due; as many as `limit` means that more may be
   */
  async expire(now: number, limit: number): Promise<number> {
    const args = [now, limit, EVENTS_KEPT, keys.phone('%s'), keys.bindings('%s')];
    return (await this.#expireBindings.run(this.#redis, [keys.expiries, keys.events], args)) as number;
  }

  #run({ phone: { id, customer } }: Admission, args: (string | number)[], server = ''): Promise<(string | number)[]> {
    const own = [keys.phone(id), keys.bindings(id), keys.nonces(id)];
    const names = [...own, keys.expiries, keys.events, keys.customer(customer), keys.keepAlives(server)];
    return this.#admitPhone.run(this.#redis, names, args) as Promise<(string | number)[]>;
  }
}

function toFence(mode?: string | null, address?: string | null, countries?: string | null): Fence {
  return { mode: mode as IpMode, address: address || undefined, countries: countries ? countries.split(',') : [] };
}

function isActive(customerRecord: string): boolean {
  return customerRecord !== '' && (JSON.parse(customerRecord) as { active?: boolean }).active === true;
}

// What follows runs for every registration: it pushes to one list and writes objects as one literal each, since putting
// lists and objects together from others takes ten times as long.

function admissionArguments({ phone, now, lock, nonce }: Admission): (string | number)[] {
  const remembered = nonce.age + CLOCK_TOLERANCE;
  return [now, phone.digest, lock ?? '', nonce.id, nonce.count, remembered, NONCES_KEPT, EVENTS_KEPT, phone.id];
}

/** Adds the fields that every event of the request has, after their number. */
function pushEvent(args: (string | number)[], { phone, source }: Admission): void {
  const fields = eventFields({
    phone: phone.id,
    customer: phone.customer,
    extension: phone.extension,
    address: source.address,
    port: source.port,
    protocol: source.protocol,
    country: source.country,
    userAgent: source.userAgent,
  });
  args.push(fields.length, ...fields);
}

/** Adds what the script takes of one contact. */
function pushContact(
  args: (string | number)[],
  { admission, registration, update }: { admission: Admission; registration: Registration; update: ContactUpdate },
): void {
  const { now, source } = admission;
  const { callId, cseq, localAddress, path = [], server } = registration;
  const { key, uri, expires, q, instance, regId, keepAlive } = update;
  const { protocol, address, port, userAgent, proxy } = source;
  const binding: Omit<{ [K in keyof Binding]: Binding[K] | undefined }, 'registeredAt'> = {
    contact: uri,
    expiresAt: now + expires * 1_000,
    callId,
    cseq,
    q,
    instance,
    regId,
    protocol,
    address,
    port,
    userAgent,
    localAddress,
    proxy,
    updatedAt: now,
    path: path.length > 0 ? [...path] : undefined,
    server,
    keepAlive,
  };
  args.push(key, uri, expires, keepAlive ?? 0, JSON.stringify(binding));
}
