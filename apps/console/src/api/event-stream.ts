import { createParser } from 'eventsource-parser';
import { authorization, withQuery } from './client.js';
import type { Event } from './types.js';

/** What follows a stream is told of. */
export interface Follower {
  /** It is connected: what happens from now on is told. */
  live(): void;
  event(event: Event): void;
  /** Events were lost on the way: what was derived from them must be read again. */
  missed(): void;
  /** It is cut off, and is tried again after `pause` milliseconds. */
  cut(pause: number): void;
  /** The token opens the stream no more. */
  refused(): void;
}

/** Milliseconds without a word after which a connection counts as dead: more than two heartbeats. */
const SILENCE = 35_000;

/** Milliseconds until the first and the longest pause before another attempt. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;

/**
 * Follows the event stream until it is told to stop; goes on where it was after each cut.
 * `EventSource` can't send a token, so the stream is read with `fetch`.
 * @returns stops it; with `retry` a pending pause ends at once
 */
export function followEvents(query: { customer: string }, follower: Follower) {
  const stopping = new AbortController();
  let wake: () => void = () => {};
  let position: string | undefined;
  let failures = 0;

  const read = async (body: ReadableStream<Uint8Array>, heard: () => void): Promise<void> => {
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        position = id ?? position;
        if (event === 'missed') follower.missed();
        else follower.event(JSON.parse(data) as Event);
      },
    });
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    for (;;) {
      const chunk = await reader.read().catch(() => undefined);
      if (chunk === undefined || chunk.done) return;
      heard();
      parser.feed(chunk.value);
    }
  };

  const connect = async (): Promise<void> => {
    const connection = new AbortController();
    const abort = () => connection.abort();
    stopping.signal.addEventListener('abort', abort);
    let watchdog = window.setTimeout(abort, SILENCE);
    const heard = () => {
      window.clearTimeout(watchdog);
      watchdog = window.setTimeout(abort, SILENCE);
    };
    try {
      const response = await open(query, position, connection.signal);
      if (response?.status === 401 || response?.status === 403) follower.refused();
      if (!response?.ok || response.body === null) return;
      failures = 0;
      follower.live();
      await read(response.body, heard);
    } finally {
      window.clearTimeout(watchdog);
      stopping.signal.removeEventListener('abort', abort);
      connection.abort();
    }
  };

  const run = async () => {
    while (!stopping.signal.aborted) {
      // What is wrong with the page itself is told, and ends nothing.
      await connect().catch(reportError);
      if (stopping.signal.aborted) return;
      const pause = pauseAfter(failures++, Math.random());
      follower.cut(pause);
      await new Promise<void>((resolve) => {
        wake = resolve;
        window.setTimeout(resolve, pause);
      });
    }
  };
  void run();

  return {
    stop: () => {
      stopping.abort();
      wake();
    },
    retry: () => wake(),
  };
}

/** Opens the stream; undefined when there is no connection. */
async function open(query: { customer: string }, position: string | undefined, signal: AbortSignal) {
  const headers = { ...authorization(), ...(position === undefined ? {} : { 'last-event-id': position }) };
  return fetch(withQuery('/events', query), { headers, signal, cache: 'no-store' }).catch(() => undefined);
}

/**
 * Milliseconds before the next attempt: twice as long each time, spread so that pages don't come back all at once.
 * @param failures attempts in a row that failed
 * @param chance from 0 to 1
 */
export function pauseAfter(failures: number, chance: number): number {
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures, 10));
  return Math.round(pause * (0.5 + chance / 2));
}
