import t from 'tap';
import { DEFAULT_LIMITS } from '../limits.js';
import { answerTo, type SipRequest, type SipResponse } from '../sip/message.js';
import { type Malformed, parseDatagram } from '../sip/parser.js';
import { ManualClock } from '../testing/manual-clock.js';
import { type RequestParts, request, requestText, responseTo } from '../testing/messages.js';
import { Timers } from '../timers.js';
import type { Hop } from '../transport/hop.js';
import { RFC_DURATIONS } from './machine.js';
import type { ServerTransaction } from './server-transaction.js';
import { Transactions } from './transactions.js';

const local = { transport: 'udp', host: '127.0.0.1', port: 5060 } as const;
const from: Hop = { transport: 'udp', local, address: '192.0.2.1', port: 40_000 };

function start(limit = 100, answered = 100, isOverloaded = false) {
  const clock = new ManualClock();
  const sent: { status: string; to: string; message: SipRequest | SipResponse }[] = [];
  const requests: ServerTransaction[] = [];
  const log: string[] = [];
  const send = (bytes: Buffer, hop: Hop) => {
    const message = parseDatagram(bytes) as SipRequest | SipResponse;
    const status = message.startLine.split(' ')['status' in message ? 1 : 0] ?? '';
    sent.push({ status, to: `${hop.address}:${hop.port}`, message });
  };
  const transactions = new Transactions({
    timers: new Timers(clock),
    durations: RFC_DURATIONS,
    limits: { ...DEFAULT_LIMITS, transactions: limit, answeredTransactions: answered },
    send,
    reply: send,
    isOverloaded: () => isOverloaded,
    user: {
      request: (transaction) => {
        requests.push(transaction);
        log.push(transaction.method);
      },
      ack: (ack) => log.push(`ACK ${ack.cseq.number}`),
      cancelled: (invite, cancel) => log.push(`cancelled ${invite.method} ${cancel.method}`),
    },
  });
  const receive = (parts: RequestParts) => transactions.receive(request(parts), from, 100);
  const statuses = () => sent.map(({ status }) => status);
  return { clock, sent, statuses, requests, log, transactions, receive };
}

t.test('an INVITE gets a 100 at once', async (t) => {
  const { receive, statuses, log } = start();
  receive({ method: 'INVITE' });
  t.same(statuses(), ['100']);
  t.same(log, ['INVITE']);
});

t.test('a request that comes again reaches nobody (section 17.2.3)', async (t) => {
  const { receive, requests, statuses, log } = start();
  receive({});
  receive({});
  requests[0]?.answer(200);
  receive({});
  t.same(log, ['OPTIONS']);
  t.same(statuses(), ['200', '200']);
});

t.test('same branch, other sent-by or method: another transaction', async (t) => {
  const { receive, log } = start();
  receive({ via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx' });
  receive({ via: 'SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bKx', callId: 'call-2' });
  receive({ via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx', method: 'MESSAGE' });
  t.same(log, ['OPTIONS', 'OPTIONS', 'MESSAGE']);
});

t.test('without the magic cookie what identifies a request is what stays the same in it (RFC 2543)', async (t) => {
  const { receive, requests, log, statuses } = start();
  const via = 'SIP/2.0/UDP 192.0.2.1:5060;branch=1';
  receive({ method: 'INVITE', via });
  receive({ method: 'INVITE', via });
  requests[0]?.answer(486);
  receive({ method: 'ACK', via, to: '<sip:bob@example.com>;tag=x' });
  receive({ method: 'INVITE', via, cseq: 2 });
  t.same(log, ['INVITE', 'INVITE']);
  t.same(statuses(), ['100', '100', '486', '100']);
});

t.test('the ACK to a failure is absorbed, the ACK to a 2xx handed on', async (t) => {
  const { receive, requests, log } = start();
  receive({ method: 'INVITE', branch: 'z9hG4bK1' });
  requests[0]?.answer(486);
  receive({ method: 'ACK', branch: 'z9hG4bK1', to: '<sip:bob@example.com>;tag=x' });
  receive({ method: 'INVITE', branch: 'z9hG4bK2', callId: 'call-2' });
  requests[1]?.answer(200);
  receive({ method: 'ACK', branch: 'z9hG4bK3', callId: 'call-2', to: '<sip:bob@example.com>;tag=x' });
  receive({ method: 'ACK', branch: 'z9hG4bK2', callId: 'call-2', to: '<sip:bob@example.com>;tag=x' });
  t.same(log, ['INVITE', 'INVITE', 'ACK 1', 'ACK 1'], 'also one that wrongly has the branch of the INVITE');
});

t.test('a CANCEL is answered 200 and its INVITE 487, with one To tag (section 9.2)', async (t) => {
  const { receive, requests, log, sent, statuses } = start();
  receive({ method: 'INVITE' });
  receive({ method: 'CANCEL' });
  t.same(statuses(), ['100', '200', '487']);
  t.equal(sent[1]?.message.to.tag, sent[2]?.message.to.tag);
  t.same(log, ['INVITE', 'cancelled INVITE CANCEL']);
  t.ok(requests[0]?.isAnswered);
});

t.test('a CANCEL too late changes nothing, one without INVITE gets 481', async (t) => {
  const { receive, requests, log, statuses } = start();
  receive({ method: 'INVITE' });
  requests[0]?.answer(200);
  receive({ method: 'CANCEL' });
  receive({ method: 'CANCEL', branch: 'z9hG4bKother' });
  t.same(statuses(), ['100', '200', '200', '481']);
  t.same(log, ['INVITE']);
});

t.test('a request that arrives by two ways is served once (section 8.2.2.2)', async (t) => {
  const { receive, requests, statuses, log } = start();
  receive({ method: 'INVITE', branch: 'z9hG4bK1' });
  receive({ method: 'INVITE', branch: 'z9hG4bK2' });
  t.same(statuses(), ['100', '482']);
  t.same(log, ['INVITE']);
  requests[0]?.answer(486);
  receive({ branch: 'z9hG4bK3', callId: 'x' });
  requests[1]?.answer(200);
  receive({ branch: 'z9hG4bK4', callId: 'x' });
  t.same(log, ['INVITE', 'OPTIONS', 'OPTIONS'], 'an answered request other than INVITE does not stand in the way');
});

t.test('responses go where the request came from (section 18.2.2, RFC 3581)', async (t) => {
  const { receive, requests, sent } = start();
  receive({ via: 'SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1;rport', callId: 'a' });
  receive({ via: 'SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK2', callId: 'b' });
  receive({ via: 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK3;maddr=6.6.6.6', callId: 'c' });
  for (const transaction of requests) transaction.answer(200);
  t.same(
    sent.map(({ to }) => to),
    ['192.0.2.1:40000', '192.0.2.1:5062', '192.0.2.1:5060'],
  );
});

t.test('past the limit answered requests give way, then new ones get 503 (and an ACK nothing)', async (t) => {
  const { receive, requests, transactions, sent, statuses } = start(3);
  for (let i = 0; i < 3; i += 1) receive({ branch: `z9hG4bK${i}`, callId: `c${i}` });
  requests[0]?.answer(200);
  receive({ branch: 'z9hG4bK3', callId: 'c3' });
  t.equal(transactions.size, 3);
  receive({ branch: 'z9hG4bK4', callId: 'c4' });
  receive({ method: 'ACK', branch: 'z9hG4bK4', callId: 'c4' });
  t.same(statuses(), ['200', '503']);
  t.match(sent[1]?.message.value('Retry-After'), /^([5-9]|1[0-4])$/);
  t.equal(transactions.size, 3);
});

t.test('only so many answered requests are kept', async (t) => {
  const { receive, requests, transactions, statuses } = start(100, 2);
  for (let i = 0; i < 4; i += 1) receive({ branch: `z9hG4bK${i}`, callId: `c${i}` });
  for (const transaction of requests) transaction.answer(200);
  t.equal(transactions.size, 2);
  receive({ branch: 'z9hG4bK3', callId: 'c3' });
  t.equal(statuses().length, 5, 'the latest answer again');
  receive({ branch: 'z9hG4bK0', callId: 'c0' });
  t.equal(requests.length, 5, 'the oldest are let go');
});

t.test('a malformed request is answered without keeping anything', async (t) => {
  const { transactions, sent } = start();
  const malformed = parseDatagram(Buffer.from(requestText().replace('70', 'x'))) as Malformed;
  transactions.receive(malformed, from, 100);
  t.equal(sent[0]?.message.startLine, 'SIP/2.0 400 Invalid Max-Forwards');
  t.ok(sent[0]?.message.to.tag);
  t.equal(transactions.size, 0);
});

const hop: Hop = { transport: 'udp', local, address: '192.0.2.9', port: 5060 };
const ours = (method: string) => request({ method, via: 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKours' });

function send(method: string) {
  const world = start();
  const got: string[] = [];
  const transaction = world.transactions.request(ours(method), hop, {
    response: (response, source, bytes) => got.push(`${response.status} ${source.address} ${bytes}`),
    failed: (status) => got.push(`failed ${status}`),
  });
  const receive = (response: SipResponse) => world.transactions.receive(response, hop, 50);
  return { ...world, transaction, got, receiveResponse: receive };
}

t.test('a response finds its request by branch and method; any other is dropped (section 17.1.3)', async (t) => {
  const { got, receiveResponse, transactions } = send('OPTIONS');
  receiveResponse(responseTo(request({ via: 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKother' }), 200));
  receiveResponse(responseTo(ours('MESSAGE'), 200));
  receiveResponse(responseTo(request({ via: 'SIP/2.0/UDP 6.6.6.6:5060;branch=z9hG4bKours' }), 200));
  t.same(got, []);
  receiveResponse(responseTo(ours('OPTIONS'), 200));
  t.same(got, ['200 192.0.2.9 50']);
  t.equal(transactions.size, 1, 'kept to absorb what comes again');
});

t.test('the ACK to a failure follows section 17.1.1.3', async (t) => {
  const { sent, receiveResponse, got } = send('INVITE');
  receiveResponse(responseTo(ours('INVITE'), 486));
  const ack = sent[1]?.message;
  t.equal(ack?.startLine, 'ACK sip:bob@example.com SIP/2.0');
  t.same([ack?.via.branch, ack?.to.tag, ack?.cseq], ['z9hG4bKours', 'b1', { number: 1, method: 'ACK' }]);
  t.same(got, ['486 192.0.2.9 50']);
});

t.test('a CANCEL waits for a provisional response and is sent once (section 9.1)', async (t) => {
  const { transaction, statuses, receiveResponse } = send('INVITE');
  t.ok(transaction.cancel());
  t.equal(transaction.cancel(), undefined);
  t.same(statuses(), ['INVITE']);
  receiveResponse(responseTo(ours('INVITE'), 100, { tag: '' }));
  receiveResponse(responseTo(ours('INVITE'), 180));
  t.same(statuses(), ['INVITE', 'CANCEL']);
});

t.test('a cancelled INVITE that never ends is given up after 64 T1', async (t) => {
  const { transaction, receiveResponse, clock, got, transactions } = send('INVITE');
  receiveResponse(responseTo(ours('INVITE'), 180));
  transaction.cancel();
  receiveResponse(responseTo(request({ method: 'CANCEL', via: 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKours' }), 200));
  clock.advance(32_000);
  t.same(got, ['180 192.0.2.9 50', 'failed 408']);
  t.equal(transactions.size, 0);
});

t.test('an answered INVITE can not be cancelled', async (t) => {
  const { transaction, receiveResponse } = send('INVITE');
  receiveResponse(responseTo(ours('INVITE'), 200));
  t.equal(transaction.cancel(), undefined);
});

t.test('nothing is left when all has ended', async (t) => {
  const { clock, transactions, receive, requests } = start();
  for (let i = 0; i < 20; i += 1)
    receive({ method: i % 2 ? 'INVITE' : 'OPTIONS', branch: `z9hG4bK${i}`, callId: `c${i}` });
  for (const [i, transaction] of requests.entries())
    transaction.respond(answerTo(transaction.request, i % 3 ? 200 : 404, 'x'));
  clock.advance(40_000);
  t.equal(transactions.size, 0);
});

t.test('while the process is overloaded a new request is refused and nothing kept of it', async (t) => {
  const { receive, sent, transactions, log } = start(100, 100, true);
  receive({ method: 'INVITE' });
  receive({ method: 'OPTIONS', branch: 'z9hG4bKother' });
  t.same(
    sent.map(({ status, message }) => [status, message.value('Retry-After') !== undefined]),
    [
      ['503', true],
      ['503', true],
    ],
  );
  receive({ method: 'INFO', branch: 'z9hG4bKinside', to: '<sip:bob@example.com>;tag=b1' });
  t.same(log, ['INFO']);
  t.equal(transactions.size, 1);
});
