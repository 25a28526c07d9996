import type { Redis } from 'ioredis';
import { applyChange, type Command, type Condition } from './change.js';
import { type Event, eventFields } from './event.js';
import { EVENTS_KEPT } from './events.js';
import { keys } from './keys.js';
import { Script } from './script.js';

/** Milliseconds after which the calls of an edge that has not renewed its lease are taken for lost with it. */
export const EDGE_LEASE = 20_000;

/** Most edges, and most calls of each, that one sweep looks at. */
const EDGES_AT_ONCE = 10;
const CALLS_AT_ONCE = 500;

/** Who calls. */
export interface CallingParty {
  /** Id of the phone; left out when the call comes from a PBX cluster. */
  phone?: string;
  /** Id of its extension; left out when the call comes from a PBX cluster. */
  extension?: string;
  number: string;
  /** Empty when there is none. */
  name: string;
}

/** Who is called. */
export interface CalledParty {
  /** Id of the extension; left out when the call goes to a PBX cluster. */
  extension?: string;
  /** Number of the extension, or what was dialled. */
  number: string;
  /** Empty when there is none. */
  name: string;
  /** Ids of the phones that ring or rang. */
  phones: string[];
  /** Id of the phone that picked up. */
  answeredBy?: string;
}

/** A call in progress. Only the edge that carries it changes it. */
export interface Call {
  id: string;
  /** Id of the customer. */
  customer: string;
  state: 'ringing' | 'answered';
  /** ms since 1970. */
  startedAt: number;
  /** ms since 1970. */
  answeredAt?: number;
  caller: CallingParty;
  callee: CalledParty;
  /** Id of the edge that carries it. */
  edge: string;
}

/** How many calls there may be. */
export interface CallLimits {
  /** Simultaneous calls that one phone takes part in, when it makes another. */
  perPhone: number;
  /** Simultaneous calls of one customer. */
  perCustomer: number;
  /** Calls that one phone may make in a minute. */
  ratePerPhone: number;
}

/** Why a call may not begin, and the ms after which another attempt makes sense. */
export interface CallRefusal {
  limit: 'customer' | 'phone' | 'rate';
  retryAfter: number;
}

/** What is to happen to a call, and the event that says so: whoever reads the event finds it done. */
type CallEvent = Event & { type: `call.${string}` };

/** The calls in progress of all edges. Each change and its event are one step. */
export class Calls {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #startCall = new Script('start-call');

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /**
   * Begins a call, if that keeps the limits. It also renews the lease of the edge.
   * @param limits left out for a call that is never refused
   * @returns why it may not begin; undefined when it has begun
   */
  async start(call: Call, limits: CallLimits | undefined, event: CallEvent): Promise<CallRefusal | undefined> {
    const { id, customer, edge, caller } = call;
    const ofPhone = caller.phone === undefined ? undefined : limits;
    const own = [keys.calls(customer), keys.edges, keys.edgeCalls(edge), keys.events];
    const [limit, retryAfter] = (await this.#startCall.run(
      this.#redis,
      [...own, keys.callRate(customer, caller.phone ?? 'none'), ...indexesOf(call)],
      [
        ...[this.#now(), id, JSON.stringify(call), edge, customer, EDGE_LEASE],
        ...[limits?.perCustomer ?? 0, ofPhone?.perPhone ?? 0, ofPhone?.ratePerPhone ?? 0],
        ...[EVENTS_KEPT, ...eventFields(event)],
      ],
    )) as [CallRefusal['limit']?, number?];
    return limit === undefined || retryAfter === undefined ? undefined : { limit, retryAfter };
  }

  /**
   * Writes a call that has become another: it was answered, or its parties changed. One that was lost meanwhile is put
   * back.
   * @param before as it was last written
   */
  async change(before: Call, after: Call, event: CallEvent): Promise<void> {
    const { id, customer } = after;
    const [old, now] = [indexesOf(before), indexesOf(after)];
    const asBefore: Condition = {
      command: ['HGET', keys.calls(customer), id],
      answer: JSON.stringify(before),
      otherwise: () => new CallLost(),
    };
    const commands: Command[] = [
      ['HSET', keys.calls(customer), id, JSON.stringify(after)],
      ...old.filter((key) => !now.includes(key)).map((key): Command => ['SREM', key, id]),
      ...now.filter((key) => !old.includes(key)).map((key): Command => ['SADD', key, id]),
      append(event),
    ];
    const stood = await ifStands(applyChange(this.#redis, [asBefore], commands));
    if (!stood) await applyChange(this.#redis, [], [...restoring(after), append(event)]);
  }

  /** Ends a call; one that is not there any more is not told a second time. */
  async end(call: Call, event: CallEvent): Promise<void> {
    await this.#end(call, event, [this.#exists(call)]);
  }

  /** Puts a call back that is still going on, but was lost from Redis or taken for lost. */
  async restore(call: Call): Promise<void> {
    await applyChange(this.#redis, [], restoring(call));
  }

  /**
   * Says that an edge and its calls are alive, for {@link EDGE_LEASE} from now.
   * @returns false when it had no lease: calls that it had may have been taken for lost
   */
  async renew(edge: string): Promise<boolean> {
    return (await this.#redis.zadd(keys.edges, this.#now() + EDGE_LEASE, edge)) === 0;
  }

  /**
   * Ends the calls of edges whose lease ran out, and appends `call.ended` for each. May run in several processes at once.
   * @param endedEvent the event that tells of a call's end
   */
  async expire(endedEvent: (call: Call) => CallEvent): Promise<void> {
    const lapsed = await this.#redis.zrangebyscore(keys.edges, 0, this.#now(), 'WITHSCORES', 'LIMIT', 0, EDGES_AT_ONCE);
    for (let i = 0; i + 1 < lapsed.length; i += 2) {
      await this.#expireEdge(lapsed[i] as string, lapsed[i + 1] as string, endedEvent);
    }
  }

  /** The calls that phones of an extension make, or that call it. */
  async ofExtension(customer: string, extension: string): Promise<Call[]> {
    const ids = await this.#redis.smembers(keys.extensionCalls(customer, extension));
    if (ids.length === 0) return [];
    const found = await this.#redis.hmget(keys.calls(customer), ...ids);
    return found.flatMap((json) => (json === null ? [] : [JSON.parse(json) as Call]));
  }

  /** All calls of a customer. */
  async ofCustomer(customer: string): Promise<Call[]> {
    return (await this.#redis.hvals(keys.calls(customer))).map((json) => JSON.parse(json) as Call);
  }

  /**
   * The calls of some customers, the newest first.
   * @param customers their ids; left out for all calls of all edges
   */
  async list(customers?: ReadonlySet<string>): Promise<Call[]> {
    const edges = await this.#redis.zrange(keys.edges, 0, -1);
    const members = (await Promise.all(edges.map((edge) => this.#redis.smembers(keys.edgeCalls(edge))))).flat();
    const found = members.map(async (member) => {
      const [customer = '', id = ''] = member.split('|');
      const isWanted = customers === undefined || customers.has(customer);
      return isWanted ? this.#redis.hget(keys.calls(customer), id) : null;
    });
    const calls = (await Promise.all(found)).flatMap((json) => (json === null ? [] : [JSON.parse(json) as Call]));
    return calls.sort((one, other) => other.startedAt - one.startedAt);
  }

  /** Whether a phone takes part in a call: it makes one, or has picked one up. */
  async isBusy(customer: string, phone: string): Promise<boolean> {
    return (await this.#redis.exists(keys.phoneCalls(customer, phone))) === 1;
  }

  async #expireEdge(edge: string, leasedUntil: string, endedEvent: (call: Call) => CallEvent): Promise<void> {
    const stillLapsed: Condition = {
      command: ['ZSCORE', keys.edges, edge],
      answer: leasedUntil,
      otherwise: () => new CallLost(),
    };
    const members = (await this.#redis.srandmember(keys.edgeCalls(edge), CALLS_AT_ONCE)) ?? [];
    const calls = await Promise.all(
      members.map(async (member) => {
        const [customer = '', id = ''] = member.split('|');
        const json = await this.#redis.hget(keys.calls(customer), id);
        return json === null ? undefined : (JSON.parse(json) as Call);
      }),
    );
    const found = calls.filter((call) => call !== undefined);
    await Promise.all(found.map((call) => this.#end(call, endedEvent(call), [stillLapsed, this.#exists(call)])));
    if (members.length === CALLS_AT_ONCE) return;
    await ifStands(
      applyChange(
        this.#redis,
        [stillLapsed],
        [
          ['DEL', keys.edgeCalls(edge)],
          ['ZREM', keys.edges, edge],
        ],
      ),
    );
  }

  async #end(call: Call, event: CallEvent, conditions: Condition[]): Promise<void> {
    const { id, customer, edge } = call;
    await ifStands(
      applyChange(this.#redis, conditions, [
        ['HDEL', keys.calls(customer), id],
        ['SREM', keys.edgeCalls(edge), `${customer}|${id}`],
        ...indexesOf(call).map((key): Command => ['SREM', key, id]),
        append(event),
      ]),
    );
  }

  #exists({ id, customer }: Call): Condition {
    return { command: ['HEXISTS', keys.calls(customer), id], answer: 1, otherwise: () => new CallLost() };
  }
}

/** A call is not in Redis as it was expected there. */
class CallLost extends Error {}

/** Whether a change was made; one that was overtaken by another has nothing left to do. */
async function ifStands(change: Promise<void>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof CallLost) return false;
    throw error;
  }
}

function restoring(call: Call): Command[] {
  const { id, customer, edge } = call;
  return [
    ['HSET', keys.calls(customer), id, JSON.stringify(call)],
    ['SADD', keys.edgeCalls(edge), `${customer}|${id}`],
    ...indexesOf(call).map((key): Command => ['SADD', key, id]),
  ];
}

/** The sets that a call is found by: of the phones that take part, and of the extensions. */
function indexesOf({ customer, caller, callee }: Call): string[] {
  const phones = [caller.phone, callee.answeredBy].filter((id) => id !== undefined);
  const extensions = [caller.extension, callee.extension].filter((id) => id !== undefined);
  const names = [
    ...phones.map((id) => keys.phoneCalls(customer, id)),
    ...extensions.map((id) => keys.extensionCalls(customer, id)),
  ];
  return [...new Set(names)];
}

function append(event: CallEvent): Command {
  return ['XADD', keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields(event)];
}
