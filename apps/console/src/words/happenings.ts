import type { Event } from '../api/types.js';
import { countryName } from './countries.js';

/** Why a request was refused, in words for those who look after phones. */
const REFUSALS: Record<string, string> = {
  unknown_user: 'No phone has this username',
  wrong_password: 'Wrong password',
  nonce_replayed: 'An old answer to a challenge was used again',
  identity_mismatch: 'It claimed to be another phone than the one it has the password of',
  address_not_allowed: 'The phone is locked to another address',
  country_not_allowed: 'The phone may not roam in this country',
  country_unknown: 'The country of the address is unknown, so it is outside every fence',
  no_extension: 'The phone has no extension',
  customer_inactive: 'The customer is not active',
  too_many_bindings: 'The phone is registered in too many places',
};

const DISCONNECTIONS: Record<string, string> = {
  connection_closed: 'its connection closed',
  no_answer: 'it answers no more',
};

const NOT_TOLD: Record<string, string> = {
  offline: 'It was not told: it had gone offline',
  too_late: 'It was not told: too many others were before it',
};

const BANS: Record<string, string> = {
  wrong_passwords: 'Too many wrong passwords',
  unknown_users: 'Too many unknown usernames',
  unanswered_challenges: 'Too many challenges left unanswered',
};

/** Why a request was refused. */
export function refusalReason(reason: string | undefined): string {
  return REFUSALS[reason ?? ''] ?? reason ?? 'Refused';
}

/** Why somebody is banned. */
export function banReason(reason: string | undefined): string {
  return BANS[reason ?? ''] ?? reason ?? 'Banned';
}

/** How a thing that happened is drawn. */
export type Tone = 'good' | 'bad' | 'change' | 'plain';

/** What happened, in words. */
export interface Happening {
  title: string;
  detail?: string;
  tone: Tone;
}

type Tell = (event: Event) => Happening;

const TELL: Record<string, Tell> = {
  'phone.created': () => ({ title: 'Created', tone: 'change' }),
  'phone.changed': () => ({ title: 'Settings changed', tone: 'change' }),
  'phone.deleted': () => ({ title: 'Removed', tone: 'change' }),
  'phone.registered': (event) => ({ title: 'Registered', detail: place(event), tone: 'good' }),
  'phone.moved': ({ formerAddress, formerCountry, ...event }) => ({
    title: 'Moved',
    detail: `From ${place({ address: formerAddress, country: formerCountry })} to ${place(event)}`,
    tone: 'change',
  }),
  'phone.deregistered': (event) => ({ title: 'De-registered', detail: place(event), tone: 'plain' }),
  'phone.expired': (event) => ({ title: 'Registration ran out', detail: place(event), tone: 'plain' }),
  'phone.disconnected': ({ reason }) => ({
    title: 'Unreachable',
    detail: `Off the air: ${DISCONNECTIONS[reason ?? ''] ?? reason}`,
    tone: 'bad',
  }),
  'phone.locked': (event) => ({ title: 'Locked', detail: `To ${place(event)}`, tone: 'change' }),
  'phone.refused': (event) => ({
    title: `${event.method ?? 'Request'} refused`,
    detail: [refusalReason(event.reason), place(event)].filter(Boolean).join(' · '),
    tone: 'bad',
  }),
  'phone.credentials_reset': () => ({ title: 'Credentials reset', tone: 'change' }),
  'phone.notified': ({ action, status, reason }) => ({
    title: action === 'reboot' ? 'Asked to reboot' : 'Asked to reload its configuration',
    detail: status === undefined ? (NOT_TOLD[reason ?? ''] ?? reason) : `It answered ${status}`,
    tone: status !== undefined && status < 300 ? 'good' : 'bad',
  }),
  'call.started': ({ to }) => ({ title: `Called ${to ?? ''}`.trim(), tone: 'plain' }),
  'call.answered': ({ from, to }) => ({ title: `Call ${from ?? ''} → ${to ?? ''} answered`, tone: 'good' }),
  'call.forwarded': ({ to }) => ({ title: `Call forwarded to ${to ?? ''}`, tone: 'plain' }),
  'call.transferred': ({ to }) => ({ title: `Call transferred to ${to ?? ''}`, tone: 'plain' }),
  'call.ended': ({ status, duration }) => ({
    title: 'Call ended',
    detail: duration ? `After ${duration} s` : `Not answered (${status})`,
    tone: 'plain',
  }),
  'ban.added': ({ reason, address }) => ({ title: 'Banned', detail: `${banReason(reason)} · ${address}`, tone: 'bad' }),
  'ban.lifted': ({ address }) => ({ title: 'Ban lifted', detail: address, tone: 'change' }),
};

/** Tells of an event in words. */
export function tell(event: Event): Happening {
  return TELL[event.type]?.(event) ?? { title: event.type, tone: 'plain' };
}

function place({ address, country }: Pick<Event, 'address' | 'country'>): string | undefined {
  if (address === undefined) return undefined;
  return country === undefined ? address : `${address}, ${countryName(country)}`;
}
