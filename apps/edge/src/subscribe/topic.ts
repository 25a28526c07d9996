import type { PhoneAccount, StoredEvent } from '@ringfence/store';

/** A kind of state that phones may subscribe to (RFC 6665 section 5). */
export interface EventPackage {
  /** Its name in the Event header. */
  name: string;
  /** The type of its documents. */
  contentType: string;
  /**
   * Finds what a Request-URI names.
   * @param phone the phone that subscribes
   * @param user the user part of the Request-URI
   * @returns undefined when there is nothing of that name that the phone may know of
   */
  find(phone: PhoneAccount, user: string): Promise<Topic | undefined>;
}

/** What one or more subscriptions are about: a resource and a package. */
export interface Topic {
  /** Names it among all topics. */
  key: string;
  /** What an event must bear to be about it, see {@link signsOf}. */
  signs: readonly string[];
  /** Reads the state of the resource; undefined when it exists no longer. */
  read(): Promise<ResourceState | undefined>;
}

/** The state of a resource as it was read. */
export interface ResourceState {
  /** Writes the document that tells of it, with the version that a subscription has come to. */
  write(version: number): string;
  /** Further signs of events about it, for as long as it is in this state. */
  signs: readonly string[];
  /** Whether an event that bears one of the signs may have changed it. */
  isNews(event: StoredEvent): boolean;
}

/** Events that change no state that is told. */
const NO_NEWS = /^((ban|model)\..*|phone\.(refused|locked))$/;

/** What an event is about: a phone, an extension, a number of a customer, a call. */
export function signsOf({ type, customer, phone, extension, call, from, to }: StoredEvent): string[] {
  if (NO_NEWS.test(type)) return [];
  const signs = [];
  if (phone !== undefined) signs.push(phoneSign(phone));
  if (extension !== undefined) signs.push(extensionSign(extension));
  if (call !== undefined) signs.push(callSign(call));
  for (const number of [from, to]) {
    if (customer !== undefined && number !== undefined) signs.push(numberSign(customer, number));
  }
  return signs;
}

/** The sign of events about a phone. */
export function phoneSign(id: string): string {
  return `phone ${id}`;
}

/** The sign of events about an extension, by its id. */
export function extensionSign(id: string): string {
  return `extension ${id}`;
}

/** The sign of events about whom a number of a customer calls or is called by. */
export function numberSign(customer: string, number: string): string {
  return `number ${customer} ${number}`;
}

/** The sign of events about a call. */
export function callSign(id: string): string {
  return `call ${id}`;
}
