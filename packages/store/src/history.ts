import type { Redis } from 'ioredis';
import type { Command } from './change.js';
import { type EventType, eventFields, isEarlier, type StoredEvent, toEvent } from './event.js';
import { keys } from './keys.js';

/** Kinds of events that the history keeps, each for itself, so that much of one kind does not push out the others. */
const KINDS = ['registrations', 'refusals', 'calls', 'changes'] as const;
type Kind = (typeof KINDS)[number];

/** Events of a kind that are kept of all owners together. */
const KEPT = 250_000;

/** Events of a kind that are kept of a phone, and of a customer or a reseller. */
const KEPT_OF_PHONE = 100;
const KEPT_OF_MANY = 1_000;

/** Seconds that events are kept: 30 days. */
const KEPT_FOR = 30 * 86_400;

/** Events that are read at once. */
const BATCH = 250;

/** An event, with ids of those whom it concerns. */
export interface Concerned {
  event: StoredEvent;
  phones: readonly string[];
  /** Customers and resellers. */
  others: readonly string[];
}

/** Which part of the history is wanted. */
export interface HistoryQuery {
  /** All types when left out. */
  types?: ReadonlySet<EventType> | undefined;
  /** What of these is told; all of it when left out. */
  isWanted?: (event: StoredEvent) => boolean;
  /** Only what is before the event of this id. */
  before?: string | undefined;
  limit: number;
}

/** What happened to phones, customers and resellers, for longer than the event stream keeps it, and bounded too. */
export class History {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * The commands that keep events.
   * @param events in their order, each after all that were kept before
   */
  keep(events: readonly Concerned[]): Command[] {
    const lists = new Map<string, { ids: string[]; kept: number }>();
    const commands: Command[] = [];
    for (const { event, phones, others } of events) {
      const { id, ...fields } = event;
      const kind = kindOf(event.type);
      if (kind === undefined) continue;
      commands.push(['XADD', keys.history(kind), 'MAXLEN', '~', KEPT, id, ...eventFields(fields)]);
      for (const owner of [...phones, ...others]) {
        const name = keys.historyOf(owner, kind);
        const list = lists.get(name) ?? { ids: [], kept: phones.includes(owner) ? KEPT_OF_PHONE : KEPT_OF_MANY };
        list.ids.push(id);
        lists.set(name, list);
      }
    }
    for (const [name, { ids, kept }] of lists) {
      commands.push(['LPUSH', name, ...ids], ['LTRIM', name, 0, kept - 1], ['EXPIRE', name, KEPT_FOR]);
    }
    const [newest = 0] = events.at(-1)?.event.id.split('-').map(Number) ?? [];
    const oldest = `${Math.max(0, newest - KEPT_FOR * 1_000)}-0`;
    const trim = KINDS.map((kind): Command => ['XTRIM', keys.history(kind), 'MINID', '~', oldest]);
    return commands.length === 0 ? [] : [...commands, ...trim];
  }

  /** The commands that forget what concerns a phone alone. */
  forget(phone: string): Command[] {
    return KINDS.map((kind) => ['DEL', keys.historyOf(phone, kind)]);
  }

  /**
   * What happened, the newest first.
   * @param owner id of the phone, customer or reseller; left out for all
   */
  async read(
    owner: string | undefined,
    { types, isWanted = () => true, before, limit }: HistoryQuery,
  ): Promise<StoredEvent[]> {
    const wanted = KINDS.filter((kind) => types === undefined || [...types].some((type) => kindOf(type) === kind));
    const parts = await Promise.all(
      wanted.map(async (kind) => {
        const found: StoredEvent[] = [];
        for await (const event of this.#walk(owner, kind, before)) {
          if ((types === undefined || types.has(event.type)) && isWanted(event)) found.push(event);
          if (found.length === limit) break;
        }
        return found;
      }),
    );
    return parts
      .flat()
      .sort((one, other) => (isEarlier(one.id, other.id) ? 1 : -1))
      .slice(0, limit);
  }

  async *#walk(owner: string | undefined, kind: Kind, before: string | undefined): AsyncGenerator<StoredEvent> {
    if (owner === undefined) yield* this.#walkAll(keys.history(kind), before);
    else yield* this.#walkList(keys.historyOf(owner, kind), keys.history(kind), before);
  }

  async *#walkAll(stream: string, before: string | undefined): AsyncGenerator<StoredEvent> {
    let end = before === undefined ? '+' : `(${before}`;
    for (;;) {
      const batch = await this.#redis.xrevrange(stream, end, '-', 'COUNT', BATCH);
      for (const [id, fields] of batch) yield toEvent(id, fields);
      if (batch.length < BATCH) return;
      end = `(${batch.at(-1)?.[0]}`;
    }
  }

  async *#walkList(list: string, stream: string, before: string | undefined): AsyncGenerator<StoredEvent> {
    const all = await this.#redis.lrange(list, 0, -1);
    const ids = before === undefined ? all : all.filter((id) => isEarlier(id, before));
    for (let at = 0; at < ids.length; at += BATCH) {
      const found = await Promise.all(ids.slice(at, at + BATCH).map((id) => this.#redis.xrange(stream, id, id)));
      for (const [id, fields] of found.flat()) yield toEvent(id, fields);
    }
  }
}

const REGISTRATIONS: readonly EventType[] = [
  'phone.registered',
  'phone.deregistered',
  'phone.expired',
  'phone.disconnected',
  'phone.moved',
];

/** The kind of an event; undefined when it isn't kept. */
function kindOf(type: EventType): Kind | undefined {
  if (REGISTRATIONS.includes(type)) return 'registrations';
  if (type === 'phone.refused' || type.startsWith('ban.')) return 'refusals';
  // A call's end tells all of it; what goes on now is told elsewhere.
  if (type === 'call.ended') return 'calls';
  return type.startsWith('phone.') ? 'changes' : undefined;
}
