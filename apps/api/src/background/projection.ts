import type { Countries } from '@ringfence/geoip';
import {
  type Command,
  type Concerned,
  type Counted,
  EVENTS_KEPT,
  type EventType,
  eventFields,
  keys,
  OVERALL,
  type Store,
  type StoredEvent,
} from '@ringfence/store';
import { OnlinePhones } from './online-phones.js';
import { Resellers } from './resellers.js';
import type { StreamWork } from './stream-work.js';

/** How often what happens is counted. */
const COUNTED: Partial<Record<EventType, Exclude<Counted, 'online'>>> = {
  'phone.registered': 'registered',
  'phone.deregistered': 'deregistered',
  'phone.expired': 'expired',
  'phone.disconnected': 'disconnected',
  'phone.refused': 'refused',
  'phone.locked': 'locked',
  'call.started': 'calls',
};

const MINUTE = 60_000;

/** Milliseconds between two looks at how many phones are online. */
const LOOK = 10_000;

/**
 * Makes the history and the counts of the events. A registration that only goes on is neither kept nor counted; one that goes
 * on from another address is told to the stream as `phone.moved`.
 */
export class Projection implements StreamWork {
  readonly #store: Store;
  readonly #countries: Countries;
  readonly #online: OnlinePhones;
  readonly #resellers: Resellers;
  /** What was noted last of how many phones are online, by the owner. */
  readonly #noted = new Map<string, { online: number; minute: number }>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store, countries: Countries) {
    this.#store = store;
    this.#countries = countries;
    this.#online = new OnlinePhones(store);
    this.#resellers = new Resellers(store.directory);
  }

  async begin(): Promise<void> {
    this.#noted.clear();
    await this.#online.load();
  }

  async end(): Promise<void> {
    this.#online.clear();
  }

  async handle(events: readonly StoredEvent[]): Promise<Command[]> {
    const { history, counts } = this.#store;
    const kept: Concerned[] = [];
    const tallies = new Tallies();
    const commands: Command[] = [];
    for (const event of events) {
      const news = await this.#takeIn(event);
      if (news === 'nothing') continue;
      if (news !== 'event') {
        commands.push(['XADD', keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields(news)]);
        continue;
      }
      const others = await this.#ownersOf(event.customer);
      const phones = [event.phone, event.answeredBy].filter((id) => id !== undefined);
      kept.push({ event, phones, others });
      const counted = COUNTED[event.type];
      if (counted !== undefined) tallies.add(counted, [OVERALL, ...others], event.at);
    }
    commands.push(...history.keep(kept));
    for (const { counted, owner, at, times } of tallies) commands.push(...counts.add(counted, [owner], at, times));
    for (const { type, phone } of events) if (type === 'phone.deleted') commands.push(...history.forget(phone ?? ''));
    return commands;
  }

  async tick(): Promise<Command[]> {
    if (performance.now() - this.#lookedAt < LOOK) return [];
    this.#lookedAt = performance.now();
    const now = this.#store.now();
    const minute = Math.floor(now / MINUTE);
    const online = await this.#onlineByOwner(now);
    const commands: Command[] = [];
    for (const [owner, count] of online) {
      const noted = this.#noted.get(owner);
      if (noted?.online === count && noted.minute === minute) continue;
      commands.push(...this.#store.counts.note(count, owner, now));
      if (count === 0) this.#noted.delete(owner);
      else this.#noted.set(owner, { online: count, minute });
    }
    return commands;
  }

  /** Takes an event in; tells whether it is for the history, nothing new, or which other event says what is new. */
  async #takeIn(event: StoredEvent): Promise<'event' | 'nothing' | Parameters<typeof eventFields>[0]> {
    switch (event.type) {
      case 'phone.registered': {
        const news = await this.#online.registered(event);
        if (news.kind === 'move') return this.#moved(event, news.from);
        return news.kind === 'new' ? 'event' : 'nothing';
      }
      case 'phone.deregistered':
      case 'phone.expired':
      case 'phone.disconnected':
        this.#online.ended(event);
        return 'event';
      case 'phone.deleted':
        this.#online.deleted(event.phone ?? '');
        return 'event';
      default:
        return 'event';
    }
  }

  #moved({ id: _, expires: __, ...event }: StoredEvent, formerAddress: string) {
    const formerCountry = this.#countries.country(formerAddress).country;
    return { formerAddress, formerCountry, ...event, type: 'phone.moved' as const };
  }

  /** The customer and its reseller. */
  async #ownersOf(customer: string | undefined): Promise<string[]> {
    if (customer === undefined) return [];
    const reseller = await this.#resellers.of(customer);
    return reseller === undefined ? [customer] : [customer, reseller];
  }

  /** How many phones are online, by the owner; also of those that had some before. */
  async #onlineByOwner(now: number): Promise<Map<string, number>> {
    const byOwner = new Map([[OVERALL, 0], ...[...this.#noted.keys()].map((owner) => [owner, 0] as const)]);
    for (const [customer, online] of this.#online.byCustomer(now)) {
      for (const owner of [OVERALL, ...(await this.#ownersOf(customer))]) {
        byOwner.set(owner, (byOwner.get(owner) ?? 0) + online);
      }
    }
    return byOwner;
  }
}

/** How often what happened in which minute. */
class Tallies {
  readonly #tallies = new Map<string, Tally>();

  add(counted: Tally['counted'], owners: readonly string[], at: number): void {
    for (const owner of owners) {
      const name = `${counted} ${owner} ${Math.floor(at / MINUTE)}`;
      const tally = this.#tallies.get(name) ?? { counted, owner, at, times: 0 };
      tally.times++;
      this.#tallies.set(name, tally);
    }
  }

  [Symbol.iterator]() {
    return this.#tallies.values();
  }
}

interface Tally {
  counted: Exclude<Counted, 'online'>;
  owner: string;
  at: number;
  times: number;
}
