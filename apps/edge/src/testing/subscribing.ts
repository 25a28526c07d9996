import { type Message, param } from './message.js';
import type { AnswerOptions, TestPhone } from './phone.js';

/** What differs from a usual SUBSCRIBE. */
export interface SubscribeOptions {
  event?: string;
  expires?: number | undefined;
  headers?: Record<string, string | undefined>;
  callId?: string;
  digest?: AnswerOptions;
}

/** Subscribes to what a user part names, answering the challenge; gives the final response. */
export function subscribe(phone: TestPhone, user: string, options: SubscribeOptions = {}): Promise<Message> {
  const uri = `sip:${user}@127.0.0.1`;
  const { callId, digest } = options;
  const request = { method: 'SUBSCRIBE', uri, to: `<${uri}>`, headers: headersOf(options) };
  return phone.authenticated(callId === undefined ? request : { ...request, callId }, digest);
}

/** Refreshes a subscription, or ends it with 0 seconds, from the phone given. */
export function refresh(phone: TestPhone, accepted: Message, options: SubscribeOptions = {}): Promise<Message> {
  const request = phone.within(accepted, { method: 'SUBSCRIBE', headers: headersOf(options) });
  return phone.authenticated(request, options.digest);
}

/** Waits for the next NOTIFY in the dialog of a subscription, and answers it. */
export async function notified(phone: TestPhone, accepted: Message, status = 200): Promise<Message> {
  const notify = await phone.next(
    ({ method, header, status }) =>
      status === 0 && method === 'NOTIFY' && header('Call-ID') === accepted.header('Call-ID'),
  );
  phone.answer(notify, status);
  return notify;
}

/** What a document of dialog information tells: direction and state of each dialog, `idle` or `offline`. */
export function dialogsOf({ body }: Message): string[] {
  return [...body.matchAll(/<dialog id="([^"]*)"[^>]*>.*?<state([^>]*)>(\w+)<\/state>/g)].map(
    ([dialog, id, attributes, state]) => {
      if (id === 'idle' && attributes === '' && state === 'terminated') return 'idle';
      if (id === 'unregistered' && param(` ${attributes}`, 'code') === '480') return 'offline';
      return `${param(` ${dialog}`, 'direction')} ${state}`;
    },
  );
}

function headersOf({ event = 'dialog', expires, headers }: SubscribeOptions): Record<string, string | undefined> {
  return { Event: event, ...(expires === undefined ? {} : { Expires: `${expires}` }), ...headers };
}
