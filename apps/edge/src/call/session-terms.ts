import { SipFailure } from '../sip/failure.js';
import { optionsOf } from '../sip/request.js';
import type { SipRequest } from '../sip/stack.js';

/** Seconds that sessions last without a refresh (RFC 4028). */
export interface SessionTimes {
  /** What the edge asks for, and grants at most. */
  expires: number;
  /** What it grants at least. */
  min: number;
}

/** What is agreed on with one side of a call. */
export interface SessionTerms {
  /** Seconds. */
  interval: number;
  /** Who refreshes the session; undefined when the other side knows no session timers. */
  refresher: 'edge' | 'other' | undefined;
}

/** A message whose headers are read. */
type Message = { get(name: string): string | undefined };

/** Most seconds that the other side may insist on. */
const LONGEST = 86_400;

/**
 * What is agreed on with the sender of a request that begins or refreshes a session (RFC 4028 section 9): it refreshes,
 * unless it wants the edge to.
 * @returns the terms, and the headers of the 2xx
 * @throws SipFailure 422 when it asks for less than the edge grants
 */
export function grantTerms(
  request: SipRequest,
  { expires, min }: SessionTimes,
): { terms: SessionTerms; headers: Record<string, string> } {
  if (!optionsOf(request, 'supported').has('timer')) {
    return { terms: { interval: expires, refresher: undefined }, headers: {} };
  }
  const asked = readSessionExpires(request);
  if (asked !== undefined && asked.interval < min) throw new SipFailure(422, { 'Min-SE': `${min}` });
  const interval = Math.max(Math.min(asked?.interval ?? LONGEST, expires), readMinSe(request));
  const agreed = `${interval};refresher=${asked?.refresher === 'uas' ? 'uas' : 'uac'}`;
  return asked?.refresher === 'uas'
    ? { terms: { interval, refresher: 'edge' }, headers: { 'Session-Expires': agreed } }
    : { terms: { interval, refresher: 'other' }, headers: { Require: 'timer', 'Session-Expires': agreed } };
}

/** What the other side agreed to in its 2xx (RFC 4028 section 7.2). */
export function readTerms(response: Message, { expires }: SessionTimes): SessionTerms {
  const agreed = readSessionExpires(response);
  if (agreed === undefined) return { interval: expires, refresher: undefined };
  return { interval: agreed.interval, refresher: agreed.refresher === 'uas' ? 'other' : 'edge' };
}

/** Headers of an INVITE that asks for session timers; `minSe` is what the other side said it wants at least. */
export function askForTerms({ expires }: SessionTimes, minSe = 0): Record<string, string> {
  const headers = { Supported: 'timer', 'Session-Expires': `${Math.max(expires, minSe)}` };
  return minSe === 0 ? headers : { 'Min-SE': `${minSe}`, ...headers };
}

/** Headers of a request within the call that refreshes the session; without them it would end the timers. */
export function keepTerms({ interval, refresher }: SessionTerms): Record<string, string> {
  if (refresher === undefined) return {};
  return { Supported: 'timer', 'Session-Expires': `${interval};refresher=${refresher === 'edge' ? 'uac' : 'uas'}` };
}

/** The least interval that the other side wants; 0 when it does not say. */
export function readMinSe(message: Message): number {
  const [, digits = '0'] = /^(\d{1,9})\s*(?:;|$)/.exec(message.get('min-se')?.trim() ?? '') ?? [];
  return Math.min(Number(digits), LONGEST);
}

function readSessionExpires(message: Message) {
  const text = message.get('session-expires')?.trim().slice(0, 128) ?? '';
  const [, digits, params = ''] = /^(\d{1,9})\s*(;.*)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\s*(?:;|$)/i.exec(params)?.[1]?.toLowerCase();
  return { interval: Math.min(Number(digits), LONGEST), refresher };
}
