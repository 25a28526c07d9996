import type { PhoneAction } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import type { BanReason } from './bans.js';
import { keys } from './keys.js';
import type { NoticeFailure } from './notices.js';

/** How many events the stream keeps; older ones fall out. */
export const EVENTS_KEPT = 100_000;

/** Why a request was refused; never told to the one who sent it. */
export type RefusalReason =
  | 'unknown_user'
  | 'wrong_password'
  | 'nonce_replayed'
  | 'identity_mismatch'
  | 'address_not_allowed'
  | 'country_not_allowed'
  | 'country_unknown'
  | 'no_extension'
  | 'customer_inactive'
  | 'too_many_bindings';

/** Why a phone can't be reached any more, though its binding had not run out. */
export type DisconnectionReason = 'connection_closed' | 'no_answer';

/** What can happen. */
export type EventType =
  | 'ban.added'
  | 'ban.lifted'
  | 'extension.changed'
  | 'model.changed'
  | 'messages.changed'
  | 'phone.created'
  | 'phone.changed'
  | 'phone.deleted'
  | 'phone.registered'
  | 'phone.deregistered'
  | 'phone.expired'
  | 'phone.disconnected'
  | 'phone.locked'
  | 'phone.credentials_reset'
  | 'phone.notified'
  | 'phone.refused'
  | 'call.started'
  | 'call.forwarded'
  | 'call.answered'
  | 'call.transferred'
  | 'call.ended';

/**
 * One entry of the event stream `rf:events`. Every field is a string in Redis; a field without a value is left out.
 */
export interface Event {
  /** What happened. */
  type: EventType;
  /** When, in milliseconds since 1970. */
  at: number;
  /** Id of the customer concerned. */
  customer?: string;
  /** Id of the phone concerned; of a call, the calling phone. */
  phone?: string;
  /** Id of the extension concerned; of a call, the caller's. */
  extension?: string;
  /** Source address of the request. */
  address?: string;
  /** Source port of the request. */
  port?: number;
  /** SIP transport of the request: `udp`, `tcp`, … */
  protocol?: string;
  /** Country of the address, ISO 3166-1 alpha-2. */
  country?: string;
  /** The client's User-Agent header. */
  userAgent?: string;
  /** SIP method that was refused. */
  method?: string;
  /** Username that a refused request claimed. */
  username?: string;
  /** `phone.refused`, `phone.disconnected`, `ban.added`, or `phone.notified` when nothing was sent: why. */
  reason?: RefusalReason | DisconnectionReason | BanReason | NoticeFailure;
  /** `phone.notified`: what the phone was asked for. */
  action?: PhoneAction;
  /** `ban.added`: when it ends, ms since 1970. */
  until?: number;
  /** Registrations: the contact URI. */
  contact?: string;
  /** `phone.registered`: seconds until the binding expires. */
  expires?: number;
  /** Calls: one id for all events of a call. */
  call?: string;
  /** Calls: extension number that calls. */
  from?: string;
  /** Calls: number that was dialled. */
  to?: string;
  /** `call.answered`: id of the phone that answered. */
  answeredBy?: string;
  /** `call.ended`: the final SIP status of the call set-up, 200 when it was answered; `phone.notified`: what was answered. */
  status?: number;
  /** `call.ended`: seconds the call was up, 0 when it was not answered. */
  duration?: number;
}

/** An event as read back, with its position in the stream. */
export interface StoredEvent extends Event {
  /** The stream id, `<ms>-<sequence>`: later events have higher ids. */
  id: string;
}

const NUMBERS = new Set(['at', 'port', 'expires', 'status', 'duration', 'until']);

/** The flat list of an event's fields, or of some of them, as XADD takes it. */
export function eventFields(event: { [K in keyof Event]?: Event[K] | undefined }): string[] {
  const list: string[] = [];
  for (const [field, value] of Object.entries(event)) if (value !== undefined) list.push(field, String(value));
  return list;
}

/** The bounded stream of everything that happened. */
export class Events {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Appends an event that belongs to no other write. */
  async append(event: Event): Promise<void> {
    await this.#redis.xadd(keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields(event));
  }

  /**
   * Events after a position, oldest first.
   * @param after a stream id; `0` for the oldest kept
   * @param count how many at most
   */
  async read(after: string, count: number): Promise<StoredEvent[]> {
    const entries = await this.#redis.xrange(keys.events, `(${after}`, '+', 'COUNT', count);
    return entries.map(([id, fields]) => toEvent(id, fields));
  }
}

/** An event of the stream's entry, whose fields are a flat list. */
export function toEvent(id: string, fields: string[]): StoredEvent {
  const event: Record<string, string | number> = { id };
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [field, value] = [fields[i] as string, fields[i + 1] as string];
    event[field] = NUMBERS.has(field) ? Number(value) : value;
  }
  return event as unknown as StoredEvent;
}
