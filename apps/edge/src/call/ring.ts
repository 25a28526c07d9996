import { bestResponse, toldStatus } from './best-response.js';
import type { Answer, Leg } from './leg.js';

/** How the ringing ended: a phone picked up, or a status for the caller. */
export type RingResult = { leg: Leg; answer: Answer } | { status: number };

/**
 * Lets phones ring until the first picks up, all fail, one declines for all (6xx), the time is over or the call is
 * stopped. Then no other phone rings any more, and one that still picks up is hung up on.
 * @param ringTime ms
 * @param stop the caller gave up, or the call must end
 */
export function ring(legs: readonly Leg[], ringTime: number, stop: AbortSignal): Promise<RingResult> {
  return new Promise((resolve) => {
    const failures: number[] = [];
    const timer = setTimeout(() => settle({ status: 480 }), ringTime);
    const stopped = () => settle({ status: 487 });
    stop.addEventListener('abort', stopped, { once: true });
    for (const leg of legs) {
      void leg.result.then((result) => ('answer' in result ? settle({ leg, ...result }) : failed(result.status)));
    }
    if (stop.aborted) stopped();

    function failed(status: number): void {
      failures.push(status);
      if (status >= 600) settle({ status: toldStatus(status) });
      else if (failures.length === legs.length) settle({ status: bestResponse(failures) });
    }

    /** Only the first time counts: a promise resolves once, and a winner is never cancelled. */
    let settled = false;
    function settle(result: RingResult): void {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      stop.removeEventListener('abort', stopped);
      for (const leg of legs) if (!('leg' in result) || result.leg !== leg) leg.cancel();
      resolve(result);
    }
  });
}
