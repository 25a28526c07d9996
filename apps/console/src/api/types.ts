// What the API answers, as far as the pages show it. A phone and a model are typed by the package that defines them.
import type { Model, Phone, PhoneStatus } from '@ringfence/phone';

export type { Model, Phone, PhoneStatus };

/** Who may do what; see the API's description. */
export type AccessLevel = 'ADMIN' | 'RESELLER' | 'OWNER' | 'MANAGER' | 'VIEWER' | 'PERSONAL';

/** From where a phone may connect. */
export type IpMode = Phone['ip']['mode'];

/** The token that the page works with. */
export interface Identity {
  level: AccessLevel;
  name: string;
  customer?: string;
  customerName?: string;
  reseller?: string;
}

/** A list's answer, with the entries under their own name. */
export type Page<Name extends string, T> = { offset: number; limit: number; total: number } & Record<Name, T[]>;

/** A phone as the list tells it in short. */
export interface ShortPhone extends Pick<Phone, '_id' | 'extension' | 'customer' | 'macAddress' | 'notes' | 'ip'> {
  sipPhoneModel: { _id: string; brand?: string; brandName?: string; model?: string };
  extensionNumber?: string;
  extensionName?: string;
  /** Country of the public address, ISO 3166-1 alpha-2. */
  country?: string;
  status: PhoneStatus;
}

/** A model as the list tells it in short. */
export type ShortModel = Pick<Model, '_id' | 'brand' | 'brandName' | 'model' | 'description'>;

/** Where a phone is registered. */
export interface Binding {
  _id: string;
  contact: string;
  expires: number;
  q?: number;
  protocol: string;
  publicIpAddress: string;
  port: number;
  localIpAddress?: string;
  userAgent?: string;
  registered: string;
  refreshed: string;
}

/** A number that phones are called by. */
export interface Extension {
  _id: string;
  customer: string;
  number: string;
  name: string;
}

/** A customer. */
export interface Customer {
  _id: string;
  name: string;
}

/** Somebody who is kept out of SIP for a time. */
export interface Ban {
  _id: string;
  address: string;
  username?: string;
  reason: 'wrong_passwords' | 'unknown_users' | 'unanswered_challenges';
  since: string;
  until: string;
  phone?: string;
  customer?: string;
}

/** A call in progress. */
export interface Call {
  id: string;
  customer: string;
  state: 'ringing' | 'answered';
  /** ms since 1970. */
  startedAt: number;
  answeredAt?: number;
  caller: { phone?: string; extension?: string; number: string; name: string };
  callee: { extension?: string; number: string; name: string; phones: string[]; answeredBy?: string };
}

/** Something that happened. */
export interface Event {
  /** Position in the stream. */
  id: string;
  type: string;
  /** ms since 1970. */
  at: number;
  customer?: string;
  phone?: string;
  extension?: string;
  address?: string;
  port?: number;
  protocol?: string;
  country?: string;
  formerAddress?: string;
  formerCountry?: string;
  userAgent?: string;
  method?: string;
  username?: string;
  reason?: string;
  until?: number;
  contact?: string;
  expires?: number;
  call?: string;
  from?: string;
  to?: string;
  answeredBy?: string;
  status?: number;
  duration?: number;
  action?: string;
}

/** What happened to a phone, the newest first. */
export interface History {
  events: Event[];
  /** Set while the registration comes and goes too often. */
  flapping?: { since: number; changes: number } | null;
}

/** What there is, in numbers. */
export interface Overview {
  phones: number;
  online: number;
  calls: number;
  bans: number;
  byMode: Partial<Record<IpMode, number>>;
  byCountry: { country: string; online: number }[];
  byModel: { _id: string; brand?: string; model?: string; phones: number; online: number }[];
  refusedLastHour: number;
}

/** How often something happened in one step of time. */
export interface Count {
  /** Begin of the step, ms since 1970. */
  at: number;
  registered: number;
  refused: number;
  online: number;
  calls: number;
}

/** What the API answers instead of what was asked for. */
export interface ErrorBody {
  code: number;
  message: string;
  description: string;
  inner?: { code: number; message: string; description: string }[];
  requestId?: string;
}
