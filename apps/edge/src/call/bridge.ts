import type { MediaSession } from '../media/media.js';
import { ALLOW_IN_CALL, SDP } from '../sip/methods.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import { serveChange } from './change.js';
import { passInfo } from './info.js';
import { hangUp } from './leg.js';
import type { SessionTimes } from './session-terms.js';
import type { Side } from './side.js';

/** Serves a REFER of one side. */
export type Refer = (bridge: Bridge, from: Side, request: SipRequest, response: SipResponse) => void;

/** Requests within a call that the edge doesn't pass on. */
const REFUSED = ['message', 'notify', 'publish', 'subscribe'] as const;

type Listener = (request: SipRequest, response: SipResponse) => void;

/**
 * Joins the two sides of a call: new session descriptions (hold, codecs) and INFO (keys pressed) are passed on either
 * way, and when one side hangs up, the other is hung up on. A side may be exchanged for another one.
 */
export class Bridge {
  readonly times: SessionTimes;
  /** Resolves when the call is over. */
  readonly over: Promise<void>;
  /** Whether a change of the session is under way. */
  isChanging = false;
  /** The side that is transferring the other; it may hang up meanwhile. */
  transferring: Side | undefined;
  readonly #refer: Refer;
  readonly #listeners = new Map<Side, [string, Listener][]>();
  #sides: [Side, Side];
  #media: MediaSession;
  #isOver = false;
  #resolve = () => {};

  constructor(sides: [Side, Side], media: MediaSession, times: SessionTimes, refer: Refer) {
    this.times = times;
    this.#refer = refer;
    this.#sides = sides;
    this.#media = media;
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    for (const side of sides) this.#join(side);
    if (!sides.every(({ dialog }) => dialog.connected)) this.end();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get sides(): readonly [Side, Side] {
    return this.#sides;
  }

  /** The media between both sides. */
  get media(): MediaSession {
    return this.#media;
  }

  /** The side that one side talks to. */
  other(side: Side): Side {
    return side === this.#sides[0] ? this.#sides[1] : this.#sides[0];
  }

  /** Ends the call for both sides. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#media.end();
    for (const side of this.#sides) {
      this.#leave(side);
      side.session.stop();
      hangUp({ dialog: side.dialog });
    }
    this.#resolve();
  }

  /**
   * Puts another side, which is in no call, in the place of one; that is left to be hung up on.
   * @param media what is between both sides from now on
   */
  exchange(old: Side, next: Side, media: MediaSession): void {
    this.#media.end();
    this.#media = media;
    this.#sides = this.#sides.map((side) => (side === old ? next : side)) as [Side, Side];
    this.#leave(old);
    old.session.stop();
    this.#join(next);
    if (!next.dialog.connected) this.end();
  }

  /** Ends the call but for one side, which goes to another call. */
  letGo(side: Side): void {
    const other = this.other(side);
    this.#isOver = true;
    this.#media.end();
    this.#leave(side);
    this.#leave(other);
    other.session.stop();
    hangUp({ dialog: other.dialog });
    this.#resolve();
  }

  #join(side: Side): void {
    const listeners: [string, Listener][] = [
      ['destroy', () => this.#hungUp(side)],
      ['modify', (request, response) => serveChange(this, side, request, response)],
      ['update', (request, response) => serveChange(this, side, request, response)],
      ['info', (request, response) => void passInfo(this, side, request, response)],
      ['refer', (request, response) => this.#refer(this, side, request, response)],
      ['options', (_request, response) => response.send(200, { headers: { Allow: ALLOW_IN_CALL, Accept: SDP } })],
      ...REFUSED.map((method): [string, Listener] => [
        method,
        (_request, response) => response.send(405, { headers: { Allow: ALLOW_IN_CALL } }),
      ]),
    ];
    for (const [event, listener] of listeners) side.dialog.on(event, listener);
    this.#listeners.set(side, listeners);
    side.onOver = () => this.end();
  }

  #leave(side: Side): void {
    for (const [event, listener] of this.#listeners.get(side) ?? []) side.dialog.removeListener(event, listener);
    this.#listeners.delete(side);
  }

  #hungUp(side: Side): void {
    if (side === this.transferring) side.session.stop();
    else this.end();
  }
}
