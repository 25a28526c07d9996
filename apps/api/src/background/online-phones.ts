import { registeredPhones, type Store, type StoredEvent } from '@ringfence/store';

/** A contact that a phone has registered, as far as events tell. */
interface Contact {
  address: string;
  /** When it was first registered and last refreshed, and when it runs out; ms since 1970. */
  since: number;
  at: number;
  until: number;
}

/** A phone that is online. */
interface OnlinePhone {
  customer: string;
  contacts: Map<string, Contact>;
}

/** What a registration is: one that goes on, a new one, or one that goes on from another address than before. */
export type RegistrationNews = { kind: 'refresh' } | { kind: 'new' } | { kind: 'move'; from: string };

/** Phones that are read at once. */
const BATCH = 500;

/** Milliseconds that the event of a registration's end may come late. */
const PATIENCE = 120_000;

/** Which phones are online, as the events tell it. */
export class OnlinePhones {
  readonly #store: Store;
  readonly #phones = new Map<string, OnlinePhone>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Forgets everything. */
  clear(): void {
    this.#phones.clear();
  }

  /** Reads how it is now, which may be more than the next event knows. */
  async load(): Promise<void> {
    let ids: string[] = [];
    for await (const id of registeredPhones(this.#store.redis)) {
      if (ids.push(id) < BATCH) continue;
      await this.#read(ids);
      ids = [];
    }
    await this.#read(ids);
  }

  /** Takes a registration in, and finds out what it is. */
  async registered(event: StoredEvent): Promise<RegistrationNews> {
    const { phone: id = '', customer = '', contact = '', address = '', at, expires = 0 } = event;
    const phone = this.#phones.get(id) ?? { customer, contacts: new Map<string, Contact>() };
    const known = phone.contacts.get(contact);
    const isRunning = known !== undefined && known.since !== at && known.until >= at;
    // One that was read at the beginning may know of later refreshes than this.
    if (isRunning && known.at > at) return { kind: 'refresh' };
    const replaced = isRunning ? known : await this.#takeReplaced(id, phone);
    const since = isRunning ? known.since : at;
    phone.customer = customer;
    phone.contacts.set(contact, { address, since, at, until: at + expires * 1_000 });
    this.#phones.set(id, phone);
    if (replaced !== undefined && replaced.address !== address) return { kind: 'move', from: replaced.address };
    return { kind: isRunning ? 'refresh' : 'new' };
  }

  /** Takes the end of a registration in. */
  ended({ phone: id = '', contact = '', at }: StoredEvent): void {
    const phone = this.#phones.get(id);
    const known = phone?.contacts.get(contact);
    if (phone === undefined || known === undefined || known.at > at) return;
    phone.contacts.delete(contact);
    if (phone.contacts.size === 0) this.#phones.delete(id);
  }

  /** Takes in that a phone is gone. */
  deleted(id: string): void {
    this.#phones.delete(id);
  }

  /** How many phones are online, by the customer. What ran out a while ago without a word is forgotten. */
  byCustomer(now: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [id, { customer, contacts }] of this.#phones) {
      for (const [uri, { until }] of contacts) if (until + PATIENCE < now) contacts.delete(uri);
      if (contacts.size === 0) this.#phones.delete(id);
      else counts.set(customer, (counts.get(customer) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * A phone that is online has registered a contact that wasn't known: finds out whether it has taken the place of another,
   * as it does when the phone names its instance (RFC 5626 section 6).
   */
  async #takeReplaced(id: string, { contacts }: OnlinePhone): Promise<Contact | undefined> {
    if (contacts.size === 0) return undefined;
    const live = await this.#store.bindings.live(id, 0);
    const [replaced] = [...contacts].filter(([uri]) => !live.some(({ contact }) => contact === uri));
    if (replaced === undefined) return undefined;
    contacts.delete(replaced[0]);
    return replaced[1];
  }

  async #read(ids: readonly string[]): Promise<void> {
    const { phones, bindings } = this.#store;
    const found = ids.map(async (id) => [id, await phones.customer(id), await bindings.live(id, 0)] as const);
    for (const [id, customer, live] of await Promise.all(found)) {
      if (customer === undefined || live.length === 0) continue;
      const contacts = live.map(({ contact, address, registeredAt: since, updatedAt: at, expiresAt: until }) => {
        return [contact, { address, since, at, until }] as const;
      });
      this.#phones.set(id, { customer, contacts: new Map(contacts) });
    }
  }
}
