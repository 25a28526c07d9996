import { SDP } from '../sip/methods.js';
import type { Content, Route, SipResponse } from '../sip/stack.js';
import type { Provisional } from './ring.js';

/** Most provisional responses that a caller is sent. */
const MOST = 8;

const PASSED_ON = new Set([180, 181, 182, 183]);

/** Milliseconds that an acknowledgement may take: 64 times T1, after which the drachtio server gives up (RFC 3262 section 3). */
const PRACK_TIME = 32_000;

/** What the caller is told before a phone picks up. */
export interface Progress {
  /** A phone said something. */
  heard(provisional: Provisional): void;
  /** The call is sent on to another number, of which so many contacts ring. */
  forwarded(contacts: number): void;
  /** Resolves when what was sent reliably is acknowledged: nothing else may be sent before. */
  acknowledged(): Promise<void>;
}

/** How a caller takes provisional responses: reliably when it supports that (RFC 3262), and only so when it requires it. */
export interface Reliability {
  isSupported: boolean;
  isRequired: boolean;
}

/**
 * Tells the caller what the phones say before one picks up. A single phone's provisional responses are passed on with
 * their early media, each once, and reliably when the phone sent them so; of several phones the caller only hears that it
 * rings, because the session descriptions of different phones don't fit into one dialog.
 * @param single whether a single phone is rung
 */
export function createProgress(response: SipResponse, single: boolean, reliability: Reliability): Progress {
  const sent = new Set<string>();
  let isSingle = single;
  let hasMedia = false;
  let sending: Promise<void> = Promise.resolve();
  const tell = (status: number, early = '', isReliable = false) => {
    const told = `${status} ${early}`;
    if (response.finalResponseSent || sent.has(told) || sent.size >= MOST) return;
    sent.add(told);
    if (early !== '') hasMedia = true;
    const content = early === '' ? {} : { headers: { 'Content-Type': SDP }, body: early };
    if (!reliability.isRequired && !(isReliable && reliability.isSupported)) response.send(status, content);
    else sending = sending.then(() => sendReliably(response, status, content));
  };
  return {
    heard: ({ status, early, isReliable }) => {
      if (!PASSED_ON.has(status)) return;
      if (isSingle) tell(status, early, isReliable);
      else tell(180);
    },
    forwarded: (contacts) => {
      if (isSingle) tell(181);
      isSingle &&= contacts === 1 && !hasMedia;
    },
    acknowledged: () => sending,
  };
}

/** Resolves with the PRACK, or when none comes. */
function sendReliably(response: SipResponse, status: number, content: Content): Promise<void> {
  if (response.finalResponseSent) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PRACK_TIME).unref();
    const acknowledged = () => {
      clearTimeout(timer);
      resolve();
    };
    response.send(status, { ...content, headers: { Require: '100rel', ...content.headers } }, undefined, acknowledged);
  });
}

/**
 * Answers a PRACK, which the drachtio server gives on only when it acknowledges something. Session descriptions are not
 * changed before the call is picked up.
 */
export const answerPrack: Route = (request, response) => {
  response.send(request.body === '' ? 200 : 488);
};
