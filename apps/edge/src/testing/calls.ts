import type { Extension } from '@ringfence/store';
import type { Bench } from './bench.js';
import type { Message } from './message.js';
import { type Request, SDP_B, type TestPhone } from './phone.js';

/** A phone with its id in the store. */
export type OnlinePhone = TestPhone & { id: string };

/** Who takes part in a call. */
export interface Parties {
  from: Extension;
  to: Extension;
  caller: OnlinePhone;
  /** The phones of the called extension, and the first of them. */
  callees: OnlinePhone[];
  callee: OnlinePhone;
}

/** A call that was answered, with what each side saw of it. */
export interface EstablishedCall extends Parties {
  sent: Request;
  /** The INVITE as the callee got it. */
  invite: Message;
  /** The 200 as the caller got it. */
  answer: Message;
}

/** Makes a caller and a callee with so many phones, each side with an extension of its own. */
export async function parties(bench: Bench, phones = 1, options: { callWaiting?: boolean } = {}): Promise<Parties> {
  const from = await bench.extension(bench.number(), 'Åse "A" Berg');
  const to = await bench.extension(bench.number());
  const caller = await bench.online(from);
  const callees = await Promise.all(Array.from({ length: phones }, () => bench.online(to, options)));
  return { from, to, caller, callees, callee: callees[0] as OnlinePhone };
}

/** Makes a call up to the ACK; the callee's 200 has further headers if given, and the caller's INVITE. */
export async function established(
  bench: Bench,
  headers: Record<string, string> = {},
  ofCaller: Record<string, string> = {},
): Promise<EstablishedCall> {
  const all = await parties(bench);
  const { caller, callee, to } = all;
  const sent = await caller.invite(to.number, { headers: ofCaller });
  const invite = await callee.request('INVITE');
  callee.answer(invite, 200, { body: SDP_B, headers });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent);
  await callee.request('ACK');
  return { ...all, sent, invite, answer };
}

/** Waits for a response of a status. */
export function provisional(phone: TestPhone, status: number): Promise<Message> {
  return phone.next((message) => message.status === status);
}
