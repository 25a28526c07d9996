import type { CalledParty } from '@ringfence/store';
import type { Media } from '../media/media.js';
import type { MediaEnd } from '../media/media-end.js';
import { bestResponse } from './best-response.js';
import type { Answer } from './leg.js';
import type { Party } from './party.js';

/** A provisional response, as the caller may be told it. */
export interface Provisional {
  status: number;
  /** The session description; empty when there is none. */
  early: string;
  isReliable: boolean;
}

/** How an INVITE is sent, wherever it goes. */
export interface Invite {
  headers: Record<string, string>;
  /** The session description; undefined when the other side is to make the offer. */
  offer: string | undefined;
  /** Where the media of whoever calls is, and what carries it. */
  from: MediaEnd;
  media: Media;
  onProvisional(response: Provisional): void;
  /** Something did not ring, or was hung up on, because its media could not be carried. */
  onNoMedia(): void;
  /** The call is sent on to another number, of which so many contacts ring next. */
  onForwarded(callee: CalledParty, contacts: number): void;
}

/** How one INVITE ended: with an answer, and by whom, or with a status as the caller is told it. */
export type RingingResult = { answer: Answer; party: Party } | { status: number };

/** Something that rings. */
export interface Ringing {
  /** How it ended; never rejects. */
  readonly result: Promise<RingingResult>;
  /** Stops it; what picks up, or has picked up, all the same is hung up on. */
  cancel(): void;
}

/** Begins to ring one contact or cluster. */
export type Ringer = (invite: Invite) => Ringing;

/**
 * Lets all ring until the first picks up, all fail, one declines for all (6xx), the time is over or the call is stopped.
 * Then nothing else rings any more, and what still picks up is hung up on.
 * @param ringTime ms
 * @param stop the caller gave up, or the call must end
 */
export function ring(all: readonly Ringing[], ringTime: number, stops: readonly AbortSignal[]): Promise<RingingResult> {
  return new Promise((resolve) => {
    const failures: number[] = [];
    let settled = false;
    const timer = setTimeout(() => settle({ status: 480 }), ringTime);
    const stopped = () => settle({ status: 487 });
    for (const stop of stops) stop.addEventListener('abort', stopped, { once: true });
    for (const one of all) {
      void one.result.then((result) => ('answer' in result ? settle(result, one) : failed(result.status)));
    }
    if (stops.some(({ aborted }) => aborted)) stopped();

    function failed(status: number): void {
      failures.push(status);
      if (status >= 600) settle({ status });
      else if (failures.length === all.length) settle({ status: all.length === 1 ? status : bestResponse(failures) });
    }

    /** Only the first time counts: a promise resolves once, and a winner is never cancelled. */
    function settle(result: RingingResult, winner?: Ringing): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      for (const stop of stops) stop.removeEventListener('abort', stopped);
      for (const one of all) if (one !== winner) one.cancel();
      resolve(result);
    }
  });
}
