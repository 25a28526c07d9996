import t from 'tap';
import { parseDraft } from '../application/draft.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { ManualClock } from '../testing/manual-clock.js';
import { request } from '../testing/messages.js';
import { Timers } from '../timers.js';
import { RFC_DURATIONS } from '../transaction/machine.js';
import { ServerTransaction } from '../transaction/server-transaction.js';
import { composeRequest, composeResponse } from './compose.js';

const udp = { transport: 'udp', host: '127.0.0.1', port: 5070 } as const;
const tcp = { ...udp, transport: 'tcp' } as const;

function draft(...lines: string[]) {
  const parsed = parseDraft(Buffer.from(lines.join('\r\n')));
  if (parsed === undefined) throw new Error('no draft');
  return parsed;
}

const sent = (local: typeof udp | typeof tcp, ...lines: string[]) => composeRequest(draft(...lines), local);

function answered(parts: Parameters<typeof request>[0], ...lines: string[]) {
  const environment = {
    timers: new Timers(new ManualClock()),
    durations: RFC_DURATIONS,
    inviteAge: DEFAULT_LIMITS.inviteAge,
    send() {},
    answered() {},
    terminated() {},
  };
  const transaction = new ServerTransaction(
    request(parts),
    { transport: 'udp', local: udp, address: '192.0.2.1', port: 5060 },
    { key: '', bytes: 0 },
    environment,
  );
  return composeResponse(transaction, draft(...lines));
}

t.test('what an application leaves out of a request is filled in', async (t) => {
  const options = sent(udp, 'OPTIONS sip:peer@127.0.0.1:5082 SIP/2.0', 'X-Probe: 1', 'user-agent: smoke', '', '');
  t.match(
    options?.text,
    /^OPTIONS sip:peer@127.0.0.1:5082 SIP\/2.0\r\nVia: SIP\/2.0\/UDP 127.0.0.1:5070;rport;branch=z9hG4bK\w{16}\r\nMax-Forwards: 70\r\nFrom: <sip:127.0.0.1:5070>;tag=\w{16}\r\nTo: <sip:peer@127.0.0.1:5082>\r\nCall-ID: [\w-]{36}\r\nCSeq: \d{9} OPTIONS\r\nUser-Agent: smoke\r\nContent-Length: 0\r\nX-Probe: 1\r\n\r\n$/,
  );
  const invite = sent(tcp, 'INVITE sip:peer@127.0.0.1;transport=tcp SIP/2.0', '', 'v=0');
  t.match(invite?.value('Via'), /^SIP\/2.0\/TCP 127.0.0.1:5070;branch=/);
  t.match(invite?.value('From'), /^<sip:127.0.0.1:5070;transport=tcp>;tag=/);
  t.equal(invite?.value('To'), '<sip:peer@127.0.0.1>;transport=tcp');
  t.equal(invite?.value('Contact'), '<sip:127.0.0.1:5070;transport=tcp>');
  t.equal(invite?.value('Content-Type'), 'application/sdp');
});

t.test('what it gives is kept, save what only the server knows', async (t) => {
  const options = sent(
    udp,
    'OPTIONS sip:peer@127.0.0.1 SIP/2.0',
    ...[
      'Via: SIP/2.0/UDP 9.9.9.9',
      'Call-ID: mine',
      'CSeq: 77 OPTIONS',
      'Route: <sip:evil;lr>',
      'Max-Forwards: 5',
      'Content-Length: 99',
    ],
    ...[
      'From: "Me" <sip:me@localhost>;tag=zz',
      'To: <sip:you@localhost>;tag=yy',
      'Contact: sip:me@localhost',
      'P-Asserted-Identity: <sip:me@localhost>',
    ],
    ...['X-Dup: 1', 'X-Dup: 2', 'X-Where: me@localhost'],
    '',
    '',
  );
  const value = (name: string) => options?.value(name);
  t.match(value('Via'), /^SIP\/2.0\/UDP 127.0.0.1:5070;/);
  t.equal(options?.values('Via').length, 1);
  t.same(
    [value('Call-ID'), value('CSeq'), value('Route'), value('Max-Forwards')],
    ['mine', '77 OPTIONS', undefined, '5'],
  );
  t.same([value('From'), value('To')], ['"Me" <sip:me@127.0.0.1:5070>;tag=zz', '<sip:you@127.0.0.1:5070>;tag=yy']);
  t.same([value('Contact'), value('P-Asserted-Identity')], ['<sip:me@127.0.0.1:5070>', '<sip:me@127.0.0.1:5070>']);
  t.same(options?.values('X-Dup'), ['1', '2']);
  t.equal(value('X-Where'), 'me@localhost');
  t.equal(value('Content-Length'), '0');
});

t.test('a host that only begins like localhost is left alone', async (t) => {
  const options = sent(
    udp,
    'OPTIONS sip:a@b SIP/2.0',
    'From: <sip:me@localhost.example.com>',
    'To: <sip:me@localhost:5099>',
    '',
    '',
  );
  t.match(options?.value('From'), /^<sip:me@localhost\.example\.com>;tag=/);
  t.equal(options?.value('To'), '<sip:me@localhost:5099>');
});

t.test('a malformed From or To is not sent', async (t) => {
  t.equal(sent(udp, 'OPTIONS sip:a@b SIP/2.0', 'From: <sip:a', '', ''), undefined);
  t.equal(sent(udp, 'OPTIONS sip:a@b SIP/2.0', 'To: nonsense', '', ''), undefined);
});

t.test('a response keeps what fixes it to its request, whatever the application says', async (t) => {
  const response = answered(
    {},
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/UDP 9.9.9.9',
    'From: <sip:x@y>',
    'CSeq: 9 INVITE',
    'Call-ID: other',
    'X-A: 1',
    '',
    '',
  );
  t.match(
    response.text,
    /^SIP\/2.0 200 OK\r\nVia: SIP\/2.0\/UDP 192.0.2.1:5060;branch=z9hG4bKtest;rport\r\nFrom: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>;tag=\w{16}\r\nCall-ID: call-1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\nX-A: 1\r\n\r\n$/,
  );
});

t.test('the To tag: the request has one, the application gives one, or one is made', async (t) => {
  t.equal(answered({ to: '<sip:b@c>;tag=has' }, 'SIP/2.0 200 OK', 'To: <sip:b@c>;tag=gives', '', '').to.tag, 'has');
  t.equal(answered({}, 'SIP/2.0 603 Decline', 'To: <sip:b@c>;tag=gives', '', '').to.tag, 'gives');
  t.equal(answered({}, 'SIP/2.0 100 Trying', '', '').to.tag, undefined);
});

t.test('Contact and Record-Route where a dialog is made (section 12.1.1)', async (t) => {
  const table: [method: string, status: number, contact: boolean, route: boolean][] = [
    ['INVITE', 180, false, true],
    ['INVITE', 200, true, true],
    ['INVITE', 486, false, false],
    ['SUBSCRIBE', 202, true, true],
    ['SUBSCRIBE', 404, false, false],
    ['REGISTER', 200, false, false],
    ['OPTIONS', 200, false, false],
  ];
  for (const [method, status, contact, route] of table) {
    const response = answered({ method, more: ['Record-Route: <sip:p;lr>'] }, `SIP/2.0 ${status} Reason`, '', '');
    t.equal(response.value('Contact'), contact ? '<sip:127.0.0.1:5070>' : undefined, `${method} ${status}`);
    t.equal(response.value('Record-Route'), route ? '<sip:p;lr>' : undefined, `${method} ${status}`);
  }
  const reliable = answered({ method: 'INVITE' }, 'SIP/2.0 183 Progress', 'require: 100rel', '', '');
  t.equal(reliable.value('Contact'), '<sip:127.0.0.1:5070>');
});
