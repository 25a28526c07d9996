import { setTimeout as sleep } from 'node:timers/promises';
import { Leg, type LegResult } from '../call/leg.js';
import type { Invite, Provisional, Ringing, RingingResult } from '../call/ring.js';
import { AT_CLUSTER, MediaEnd } from '../media/media-end.js';
import type { SipStack } from '../sip/stack.js';
import { type ClusterTarget, isUnusable } from './target.js';

/** Milliseconds without any response after which a target is asked whether it is there at all. */
const SILENCE = 2_000;

/** Failures that a cluster has with the edge and that are none of the caller's: challenges and redirections. */
const NOT_TOLD = new Set([401, 407]);

/**
 * An INVITE to a PBX cluster: to one target after the other, until one does something else with it than not to answer, to
 * refuse the connection or to say 503 (RFC 3263 section 4.3).
 */
export class Hunt implements Ringing {
  readonly result: Promise<RingingResult>;
  readonly #stack: SipStack;
  readonly #invite: Invite;
  #leg: Leg | undefined;
  #cancelled = false;

  /**
   * @param targets in the order in which they are tried
   * @param number what is called there
   */
  constructor(stack: SipStack, targets: readonly ClusterTarget[], number: string, invite: Invite) {
    this.#stack = stack;
    this.#invite = invite;
    this.result = this.#try(targets, number);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#leg?.cancel();
  }

  async #try(targets: readonly ClusterTarget[], number: string): Promise<RingingResult> {
    for (const target of targets) {
      const end = new MediaEnd(AT_CLUSTER);
      const result = await this.#ask(target, number, end);
      const party = { phone: undefined, extension: undefined, number, name: '', isAnonymous: false, end };
      if ('answer' in result) return { ...result, party };
      if (this.#cancelled) return result;
      if (!isUnusable(result.status)) return { status: toldStatus(result.status) };
    }
    return { status: 503 };
  }

  /** Asks one target; 503 when it turns out to be dead before it said anything. */
  async #ask(target: ClusterTarget, number: string, end: MediaEnd): Promise<LegResult> {
    let heard = false;
    const onProvisional = (response: Provisional) => {
      heard = true;
      this.#invite.onProvisional(response);
    };
    const leg = new Leg(this.#stack, { uri: target.uriOf(number), end }, { ...this.#invite, onProvisional });
    this.#leg = leg;
    const over = new AbortController();
    const dead = sleep(SILENCE, undefined, { signal: over.signal })
      .then(async () => heard || (await target.check()) || heard)
      .catch(() => true)
      .then((alive) => (alive ? leg.result : { status: 503 }));
    const result = await Promise.race([leg.result, dead]);
    over.abort();
    if ('status' in result) leg.cancel();
    return result;
  }
}

function toldStatus(status: number): number {
  return status < 400 || NOT_TOLD.has(status) ? 500 : status;
}
