import type { PhoneAction } from '@ringfence/phone';
import { type Static, Type } from 'typebox';
import type { BanReason } from './bans.js';
import { ID } from './directory/entry.js';
import type { NoticeFailure } from './notices.js';

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
export const EVENT_TYPES = [
  'ban.added',
  'ban.lifted',
  'extension.changed',
  'model.changed',
  'messages.changed',
  'phone.created',
  'phone.changed',
  'phone.deleted',
  'phone.registered',
  'phone.deregistered',
  'phone.expired',
  'phone.disconnected',
  'phone.moved',
  'phone.locked',
  'phone.credentials_reset',
  'phone.notified',
  'phone.refused',
  'call.started',
  'call.forwarded',
  'call.answered',
  'call.transferred',
  'call.ended',
] as const;

/** What can happen. */
export type EventType = (typeof EVENT_TYPES)[number];

const id = (description: string) => Type.Optional(Type.String({ ...ID, description }));
const text = (description: string, example: string) => Type.Optional(Type.String({ description, examples: [example] }));
const whole = (description: string, example: number) =>
  Type.Optional(Type.Integer({ description, examples: [example] }));

/** One entry of the event stream `rf:events`, where every field is a string; a field without a value is left out. */
export const Event = Type.Object(
  {
    type: Type.Unsafe<EventType>(Type.String({ enum: [...EVENT_TYPES], description: 'What happened' })),
    at: Type.Integer({ description: 'When, in milliseconds since 1970', examples: [1_893_456_000_000] }),
    customer: id('Id of the customer concerned'),
    phone: id('Id of the phone concerned; of a call, the calling phone'),
    extension: id("Id of the extension concerned; of a call, the caller's"),
    address: text('Address that the request came from', '203.0.113.9'),
    port: whole('Port that the request came from', 5060),
    protocol: text('SIP transport of the request', 'udp'),
    country: text('Country of the address, ISO 3166-1 alpha-2', 'DK'),
    userAgent: text('What the client says of itself', 'snomD785/10.1.159.12'),
    formerAddress: text('`phone.moved`: the address that the phone was registered from before', '198.51.100.7'),
    formerCountry: text('`phone.moved`: the country of that address', 'SE'),
    method: text('`phone.refused`: the SIP method', 'REGISTER'),
    username: text('`phone.refused`, `ban.added`, `ban.lifted`: the SIP username that was claimed', 'k3v9q0x7'),
    reason: Type.Optional(
      Type.Unsafe<RefusalReason | DisconnectionReason | BanReason | NoticeFailure>(
        Type.String({
          description:
            '`phone.refused`, `phone.disconnected`, `ban.added`, or `phone.notified` when nothing was sent: why',
          examples: ['wrong_password'],
        }),
      ),
    ),
    action: Type.Optional(
      Type.Unsafe<PhoneAction>(
        Type.String({
          enum: ['configreload', 'reboot'],
          description: '`phone.notified`: what the phone was asked for',
        }),
      ),
    ),
    until: whole('`ban.added`: when it ends, in milliseconds since 1970', 1_893_456_600_000),
    contact: text('Registrations: the contact URI', 'sip:k3v9q0x7@192.168.1.10:5060'),
    expires: whole('`phone.registered`: seconds until the registration runs out', 3600),
    call: text('Calls: one id for all events of a call', '2f1d0c6a'),
    from: text('Calls: extension number that calls', '100'),
    to: text('Calls: number that was dialled', '101'),
    answeredBy: id('`call.answered`, `call.ended`: id of the phone that answered'),
    status: whole(
      '`call.ended`: the final SIP status of the call set-up, 200 when it was answered; `phone.notified`: what was answered',
      200,
    ),
    duration: whole('`call.ended`: seconds the call was up, 0 when it was not answered', 42),
  },
  { description: 'Something that happened' },
);

/** One entry of the event stream. */
export type Event = Static<typeof Event>;

/** An event as read back, with its position in the stream. */
export const StoredEvent = Type.Object(
  {
    id: Type.String({
      description: 'Its place in the stream, `<ms>-<sequence>`: later events have higher ids',
      examples: ['1893456000000-0'],
    }),
    ...Event.properties,
  },
  { description: 'Something that happened' },
);

/** An event as read back. */
export type StoredEvent = Static<typeof StoredEvent>;

const NUMBERS = new Set(
  Object.entries(Event.properties).flatMap(([name, schema]) =>
    'type' in schema && schema.type === 'integer' ? [name] : [],
  ),
);

/** The flat list of an event's fields, or of some of them, as XADD takes it. */
export function eventFields(event: { [K in keyof Event]?: Event[K] | undefined }): string[] {
  const list: string[] = [];
  for (const [field, value] of Object.entries(event)) if (value !== undefined) list.push(field, String(value));
  return list;
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

/**
 * The event types of some names; `phone.*` stands for all that begin so.
 * @returns undefined when one of them is none
 */
export function eventTypes(names: readonly string[]): ReadonlySet<EventType> | undefined {
  const found = names.map((name) => {
    const isMeant = name.endsWith('.*')
      ? (type: string) => type.startsWith(name.slice(0, -1))
      : (type: string) => type === name;
    return EVENT_TYPES.filter(isMeant);
  });
  return found.some((types) => types.length === 0) ? undefined : new Set(found.flat());
}

/** Whether a stream id is before another. */
export function isEarlier(one: string, other: string): boolean {
  const [ms, sequence] = parts(one);
  const [otherMs, otherSequence] = parts(other);
  return ms < otherMs || (ms === otherMs && sequence < otherSequence);
}

function parts(id: string): [ms: number, sequence: number] {
  const [ms, sequence = 0] = id.split('-').map(Number);
  return [ms ?? 0, sequence];
}
