import { randomUUID } from 'node:crypto';
import { unavailable } from '../sip/failure.js';
import type { Dictionary } from './bencode.js';
import type { MediaSession } from './media.js';
import type { MediaEnd } from './media-end.js';
import type { NgServer } from './ng-server.js';

/** What a session works with. */
export interface SessionParts {
  /** The rtpengines to try, best first: where it is already, when that answers; throws when there are none. */
  choose(current: NgServer | undefined): NgServer[];
  /** Told when a command could not be carried out. */
  onError(error: unknown): void;
}

/** An offer, and its answer once there is one, each as it came and as it was passed on. */
interface Exchange {
  from: MediaEnd;
  offer: string;
  answer?: { sdp: string; passed: string };
}

/** What of a session description names the machine that it comes from. */
const REPLACE = { replace: ['origin', 'session-connection'] };

/**
 * A session at an rtpengine: a call of its own there, so that every phone that a call rings has its own ports and none
 * hears what is meant for another. One command at a time. A session whose rtpengine was restarted, or has died, begins
 * anew, there or at another, with the next offer.
 */
export class RtpengineSession implements MediaSession {
  readonly #id = randomUUID();
  readonly #ends: readonly [MediaEnd, MediaEnd];
  readonly #parts: SessionParts;
  #server: NgServer | undefined;
  #last: Exchange | undefined;
  /** The last exchange that was completed, which runs. */
  #agreed: Exchange | undefined;
  #isOver = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(ends: readonly [MediaEnd, MediaEnd], parts: SessionParts) {
    this.#ends = ends;
    this.#parts = parts;
  }

  offer(from: MediaEnd, sdp: string): Promise<string> {
    return sdp === '' ? Promise.resolve('') : this.#do(() => this.#offer(from, sdp));
  }

  answer(from: MediaEnd, sdp: string): Promise<string> {
    return sdp === '' ? Promise.resolve('') : this.#do(() => this.#answer(from, sdp));
  }

  refused(): void {
    const agreed = this.#agreed;
    if (agreed?.answer === undefined || agreed === this.#last) return;
    const { from, offer, answer } = agreed;
    this.offer(from, offer)
      .then(() => this.answer(this.#other(from), answer.sdp))
      .catch(() => {});
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // What is under way may still have to begin there.
    void this.#working.then(() =>
      this.#server?.ask({ command: 'delete', 'call-id': this.#id, 'delete-delay': 0 }).catch(this.#parts.onError),
    );
  }

  async #do(work: () => Promise<string>): Promise<string> {
    if (this.#isOver) throw unavailable();
    const done = this.#working.then(work).catch((error: unknown) => {
      this.#parts.onError(error);
      throw unavailable();
    });
    this.#working = done.catch(() => {});
    return done;
  }

  async #offer(from: MediaEnd, sdp: string): Promise<string> {
    from.heard(sdp);
    const to = this.#other(from);
    const isKnown = this.#last !== undefined;
    const passed = await this.#atFirstThatAnswers({
      ...{ command: 'offer', 'call-id': this.#id, 'from-tag': from.tag, ...(isKnown && { 'to-tag': to.tag }) },
      ...{ sdp, ...REPLACE, ...from.sourceOf(sdp), ...from.offers, ...to.takes },
    });
    this.#last = { from, offer: sdp };
    return passed;
  }

  async #answer(from: MediaEnd, sdp: string): Promise<string> {
    const last = this.#last;
    if (last === undefined || this.#server === undefined) throw new Error('there is no offer');
    // Said once more, such as in the 200 after early media, it stays word for word what it was.
    if (last.answer?.sdp === sdp) return last.answer.passed;
    from.heard(sdp);
    const offerer = this.#other(from);
    const answered = await this.#server.ask({
      ...{ command: 'answer', 'call-id': this.#id, 'from-tag': offerer.tag, 'to-tag': from.tag },
      ...{ sdp, ...REPLACE, ...from.sourceOf(sdp), ...offerer.takesBack },
    });
    const passed = sdpOf(answered);
    last.answer = { sdp, passed };
    this.#agreed = last;
    return passed;
  }

  async #atFirstThatAnswers(command: Dictionary): Promise<string> {
    let error: unknown;
    for (const server of this.#parts.choose(this.#server)) {
      this.#server = server;
      try {
        return sdpOf(await server.ask(command));
      } catch (failure) {
        error = failure;
        if (server.isUp) break;
      }
    }
    throw error;
  }

  #other(end: MediaEnd): MediaEnd {
    return end === this.#ends[0] ? this.#ends[1] : this.#ends[0];
  }
}

function sdpOf({ sdp }: Dictionary): string {
  if (typeof sdp !== 'string') throw new Error('rtpengine gave no session description');
  return sdp;
}
