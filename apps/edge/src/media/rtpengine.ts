import { repeat } from '../repeat.js';
import { unavailable } from '../sip/failure.js';
import type { Media } from './media.js';
import { NgServer } from './ng-server.js';
import { RtpengineSession } from './rtpengine-session.js';

/** Milliseconds between two looks at whether each rtpengine answers. */
const CHECK_EVERY = 1_000;

/** Most that are tried for one session; one that answers nothing takes a second. */
const MOST_TRIED = 2;

/** What an rtpengine is told of. */
export interface RtpengineEvents {
  /** One begins or ceases to answer. */
  onChange(server: NgServer): void;
  /** A command could not be carried out. */
  onError(error: unknown): void;
}

/** The rtpengines that carry the media of calls. Calls are shared out among those that answer. */
export class Rtpengine implements Media {
  readonly #servers: readonly NgServer[];
  readonly #onError: (error: unknown) => void;
  #next = 0;
  #stop = () => {};

  /** @param names where their control ports are, host:port */
  constructor(names: readonly string[], { onChange, onError }: RtpengineEvents) {
    this.#servers = names.map((name) => new NgServer(name, onChange));
    this.#onError = onError;
  }

  /** Begins to look after them; resolves when it is known which ones answer. */
  async start(): Promise<void> {
    const check = async () => void (await Promise.all(this.#servers.map((server) => server.check())));
    this.#stop = repeat(CHECK_EVERY, check, this.#onError);
    await check();
  }

  stop(): void {
    this.#stop();
    for (const server of this.#servers) server.close();
  }

  open(...ends: Parameters<Media['open']>): RtpengineSession {
    return new RtpengineSession(ends, { choose: (current) => this.#choose(current), onError: this.#onError });
  }

  /**
   * Those to try for a session, in order: where it is, or else one after the other in turn.
   * @throws SipFailure 503 when none answers
   */
  #choose(current: NgServer | undefined): NgServer[] {
    const first = current === undefined ? this.#next++ % this.#servers.length : this.#servers.indexOf(current);
    const inTurn = [...this.#servers.slice(first), ...this.#servers.slice(0, first)];
    const usable = inTurn.filter(({ isUp }) => isUp).slice(0, MOST_TRIED);
    if (usable.length === 0) throw unavailable();
    return usable;
  }
}
