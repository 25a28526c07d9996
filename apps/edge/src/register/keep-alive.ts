import type { DueKeepAlive, KeepAlives } from '@ringfence/store';
import { repeat } from '../repeat.js';
import { askContact } from '../sip/ask-contact.js';
import type { SipStack } from '../sip/stack.js';

const EVERY = 1_000;
const AT_ONCE = 200;
const ROUNDS = 5;

/** Most keep-alives that wait for their answer; beyond these, none are sent. */
const MOST_WAITING = 5_000;

/** How many a phone that usually answers may miss, one after the other, until it counts as gone. */
const MOST_MISSED = 3;

/** Final responses that a drachtio server makes itself: nothing came back, the connection is gone. */
const SILENT = 408;
const UNREACHABLE: readonly number[] = [430, 503];

/** What keep-alives are sent with. */
export interface KeepAliveParts {
  stack: SipStack;
  keepAlives: KeepAlives;
  /** Names the drachtio server; only it holds the ways to the phones that registered with it. */
  server: string;
  realm: string;
  now: () => number;
  /** Told when the store could not be asked or told, once until it can be again. */
  onError: (error: unknown) => void;
}

/**
 * Sends OPTIONS to the bindings that need a sign of life, over the way that they registered on (RFC 5626 section 4.4 leaves
 * it to clients, but many don't): a NAT's mapping stays, and a phone that always answered and now doesn't, or whose
 * connection is gone, is told as gone.
 * @returns stops it
 */
export function startKeepAlive(parts: KeepAliveParts): () => void {
  const { keepAlives, server, now, onError } = parts;
  let waiting = 0;
  return repeat(
    EVERY,
    async () => {
      for (let round = 0; round < ROUNDS && waiting < MOST_WAITING; round++) {
        const due = await keepAlives.claim(server, now(), AT_ONCE);
        waiting += due.length;
        for (const one of due) void keepAlive(parts, one).finally(() => waiting--);
        if (due.length < AT_ONCE) break;
      }
    },
    onError,
  );
}

async function keepAlive(parts: KeepAliveParts, due: DueKeepAlive): Promise<void> {
  const { stack, realm, keepAlives, onError } = parts;
  const headers = { Accept: 'application/sdp' };
  const status = await askContact(stack, due.binding, { method: 'OPTIONS', headers, realm });
  try {
    if (status === undefined) return;
    if (status !== SILENT && !UNREACHABLE.includes(status)) await keepAlives.answered(due);
    else if (isLost(due, status)) await keepAlives.lost(due);
    else if (due.missed !== undefined) await keepAlives.missed(due);
  } catch (error) {
    onError(error);
  }
}

/** Silence says nothing of a phone that never answers; that a connection is gone says all. */
function isLost({ binding, missed }: DueKeepAlive, status: number): boolean {
  if (binding.protocol !== 'udp' && UNREACHABLE.includes(status)) return true;
  return missed !== undefined && missed + 1 >= MOST_MISSED;
}
