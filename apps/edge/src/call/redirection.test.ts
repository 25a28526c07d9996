import t from 'tap';
import { Bench } from '../testing/bench.js';
import { parties, provisional } from '../testing/calls.js';
import { openPbx } from '../testing/pbx.js';
import { SDP_B, type TestPhone } from '../testing/phone.js';

const bench = await Bench.start();
const pbx = await openPbx(bench, '127.0.0.11');
t.teardown(async () => {
  pbx.close();
  await bench.close();
});

/** Sends a call that arrives at a phone on to a number. */
async function sendOn(phone: TestPhone, number: string, status = 302): Promise<void> {
  phone.answer(await phone.request('INVITE'), status, { headers: { Contact: `<sip:${number}@anywhere.example>` } });
  await phone.request('ACK');
}

t.test('a phone sends a call on to another extension, which sees who calls (RFC 3261 8.1.3.4)', async (t) => {
  const { caller, callee, from, to } = await parties(bench);
  const other = await bench.extension(bench.number());
  const phones = [await bench.online(other), await bench.online(other)] as const;
  const sent = await caller.invite(to.number);
  await sendOn(callee, other.number);
  await provisional(caller, 181);
  const [invite] = await Promise.all(phones.map((phone) => phone.request('INVITE')));
  t.match(invite?.header('From') ?? '', new RegExp(`<sip:${from.number}@ringfence>`));
  t.match(invite?.header('To') ?? '', new RegExp(`<sip:${other.number}@ringfence>`));
  t.match(await bench.store.calls.ofExtension(bench.customer, other._id), [{ state: 'ringing' }]);
  t.strictSame(await bench.store.calls.ofExtension(bench.customer, to._id), []);
  if (invite) phones[0].answer(invite, 200, { body: SDP_B });
  const answer = await caller.response(sent.callId, sent.cseq);
  t.equal(answer.status, 200);
  caller.acknowledge(answer, sent);
  await phones[0].request('ACK');
  await bench.event(caller.id, { type: 'call.forwarded', to: other.number });
  await bench.event(caller.id, { type: 'call.answered', to: other.number, answeredBy: phones[0].id });
  t.equal((await caller.ask(caller.within(answer, { method: 'BYE' }))).status, 200);
  phones[0].answer(await phones[0].request('BYE'), 200);
});

t.test('calls that are sent on in a circle, too often or to nobody end', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const ended = async (number: string) => {
    const sent = await caller.invite(to.number);
    await sendOn(callee, number);
    return (await caller.response(sent.callId, sent.cseq)).status;
  };
  t.equal(await ended(to.number), 482, 'to itself');
  t.equal(await ended('999'), 404, 'without a cluster');
  t.equal(await ended((await bench.extension(bench.number())).number), 480, 'nobody there');

  const chain = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const extension = await bench.extension(bench.number());
      return { extension, phone: await bench.online(extension) };
    }),
  );
  const sent = await caller.invite(to.number);
  let at: TestPhone = callee;
  for (const { extension, phone } of chain) {
    await sendOn(at, extension.number);
    at = phone;
  }
  t.equal((await caller.response(sent.callId, sent.cseq)).status, 482);
});

t.test('a redirection without a number to go to is a phone that cannot be reached', async (t) => {
  const { caller, callee, to } = await parties(bench);
  for (const Contact of ['nonsense', '<tel:+45>', '<sip:@h>', '']) {
    const sent = await caller.invite(to.number);
    callee.answer(await callee.request('INVITE'), 302, { headers: { Contact } });
    await callee.request('ACK');
    const { status } = await caller.response(sent.callId, sent.cseq);
    t.ok(status === 480 || status === 404, `${Contact} ${status}`);
  }
});

t.test('another number goes to the cluster of the phone that sends the call on', async (t) => {
  await bench.restartEdge({ clusters: { 1: [pbx.target] } });
  const { caller, callee, from, to } = await parties(bench);
  const sent = await caller.invite(to.number);
  await sendOn(callee, '+4511223344');
  const invite = await pbx.phone.request('INVITE');
  t.match(invite.start, /^INVITE sip:\+4511223344@/);
  t.match(invite.header('From'), new RegExp(`<sip:${from.number}@ringfence>`));
  t.match(invite.header('P-Asserted-Identity'), new RegExp(`<sip:${to.number}@ringfence>`));
  t.match(invite.header('Diversion'), new RegExp(`<sip:${to.number}@ringfence>;reason=deflection`));
  pbx.phone.answer(invite, 183, { body: SDP_B });
  t.equal((await provisional(caller, 183)).body, SDP_B);
  pbx.phone.answer(invite, 486);
  t.equal((await caller.response(sent.callId, sent.cseq)).status, 486);
});

t.test('a caller that gives up stops what a call was sent on to', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const other = await bench.extension(bench.number());
  const phone = await bench.online(other);
  const sent = await caller.invite(to.number);
  await sendOn(callee, other.number);
  const invite = await phone.request('INVITE');
  phone.answer(invite, 180);
  await provisional(caller, 180);
  caller.cancel(sent.text);
  phone.answer(await phone.request('CANCEL'), 200);
  phone.answer(invite, 487);
  await bench.event(caller.id, { type: 'call.ended', status: 487 });
  t.equal(bench.edge.calls, 0);
});
