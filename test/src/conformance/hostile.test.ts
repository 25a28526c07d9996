import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { hostPort, type Phone, type SipMessage, sdp, token } from '../sip/index.js';
import { startApplication } from './application.js';
import { damage, randomFrom } from './damage.js';
import { except } from './differences.js';
import { later } from './later.js';
import { RawApplication } from './raw-application.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t);
const here = hostPort(target.sip);

/** An honest phone still gets its OPTIONS answered; it sends it again as phones do, since a flood may have cost a datagram. */
async function stillAnswers(t: Test, phone: Phone) {
  const request = phone.request('OPTIONS');
  const again = setInterval(() => phone.send(request), target.t1);
  const response = await phone.final(phone.send(request)).finally(() => clearInterval(again));
  t.equal(response.status, 200);
}

/** The text of an OPTIONS from nowhere in particular, with lines of one's own. */
function options(...lines: string[]): string {
  return [`OPTIONS sip:svc@${here} SIP/2.0`, ...lines, '', ''].join('\r\n');
}

const via = () => `Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK${token()};rport`;
const rest = ['From: <sip:a@b>;tag=1', 'To: <sip:a@b>', 'Call-ID: x', 'CSeq: 1 OPTIONS', 'Max-Forwards: 70'];
const sound = options(via(), ...rest, 'Content-Length: 0');

const junk: Record<string, () => (Buffer | string)[]> = {
  'random bytes': () => Array.from({ length: 200 }, (_, n) => randomBytes(1 + ((n * 37) % 1_400))),
  'datagrams of 64 KiB': () => [randomBytes(65_507), Buffer.alloc(65_507, 'A'), Buffer.alloc(65_507, '\r\n')],
  NULs: () => [Buffer.alloc(1), Buffer.alloc(4), Buffer.alloc(1_000), sound.replace('a@b', 'a\0b'), `\0${sound}`],
  'half messages': () => Array.from({ length: 60 }, (_, n) => sound.slice(0, Math.floor((n * sound.length) / 60))),
  'a header line without end': () => [options(via(), ...rest, `X: ${'x'.repeat(60_000)}`)],
  'thousands of header lines': () => [options(via(), ...rest, ...Array.from({ length: 10_000 }, () => 'a:1'))],
  'thousands of Vias and Routes': () => [
    options(...Array.from({ length: 1_000 }, via), ...rest),
    options(via(), ...rest, `Route: ${'<sip:a@b;lr>,'.repeat(4_000)}<sip:c>`),
    options(`${via()}${', SIP/2.0/UDP a'.repeat(3_000)}`, ...rest),
  ],
  'deep quoting and open brackets': () => [
    options(via(), ...rest.slice(1), `From: "${'\\"'.repeat(20_000)}`),
    options(via(), ...rest.slice(1), `From: ${'<'.repeat(30_000)}`),
    options(via(), ...rest.slice(1), `From: <sip:a>${';a="'.repeat(10_000)}`),
    options(via(), ...rest, `Contact: ${'"'.repeat(50_000)}`),
  ],
  'folds upon folds': () => [options(via(), ...rest, `Subject: a${'\r\n '.repeat(15_000)}b`)],
  'start lines that are none': () => [
    '\r\n\r\n\r\nOPTIONS\r\n\r\n',
    'OPTIONS  sip:a  SIP/2.0\r\n\r\n',
    `OPTIONS sip:a SIP/3.0\r\n${via()}\r\n\r\n`,
    `SIP/2.0 999999 x\r\n${via()}\r\n\r\n`,
    `SIP/2.0 200\r\n${via()}\r\n\r\n`,
    `${'M'.repeat(60_000)} sip:a SIP/2.0\r\n\r\n`,
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  'responses to nothing': () =>
    [100, 180, 200, 401, 487, 503, 699].map((status) =>
      [
        'SIP/2.0 ',
        `${status} x\r\n`,
        `Via: SIP/2.0/UDP ${here};branch=z9hG4bK${token()}\r\n`,
        `${rest.join('\r\n')}\r\n\r\n`,
      ].join(''),
    ),
  'headers that are missing or repeated': () =>
    [...rest.keys()].flatMap((at) => [
      options(via(), ...rest.filter((_, n) => n !== at)),
      options(via(), ...rest, rest[at] ?? ''),
    ]),
  'numbers that are none': () =>
    ['-1', '4294967296', '99999999999999999999', '0x10', '1e9', ''].flatMap((number) => [
      options(via(), ...rest.filter((line) => !line.startsWith('CSeq')), `CSeq: ${number} OPTIONS`),
      options(via(), ...rest, `Content-Length: ${number}`),
      options(via(), ...rest.slice(0, 4), `Max-Forwards: ${number}`),
      options(via().replace('127.0.0.1:9', `127.0.0.1:${number}`), ...rest),
    ]),
};

for (const [what, make] of Object.entries(junk)) {
  t.test(`after ${what} an honest OPTIONS is answered`, async (t) => {
    await startApplication(t, target, { options: (_, res) => res.send(200) });
    const attacker = await openPhone(t, target, { address: '127.0.0.66' });
    const phone = await openPhone(t, target);
    const datagrams = make();
    const start = process.cpuUsage();
    for (const bytes of datagrams) attacker.sendBytes(bytes);
    await sleep(20);
    await stillAnswers(t, phone);
    const { user, system } = process.cpuUsage(start);
    t.ok(user + system < 500_000, `in ${(user + system) / 1_000} ms of processor time`);
  });
}

t.test('the same junk over TCP costs at most the connection', async (t) => {
  await startApplication(t, target, { options: (_, res) => res.send(200) });
  const phone = await openPhone(t, target);
  for (const make of Object.values(junk)) {
    for (const bytes of make()) {
      const attacker = await openPhone(t, target, { transport: 'tcp', address: '127.0.0.66' });
      attacker.sendBytes(bytes);
      await new Promise(setImmediate);
      await attacker.close();
    }
    await stillAnswers(t, phone);
  }
});

t.test('a TCP stream that is no SIP is closed', async (t) => {
  for (const bytes of ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', randomBytes(200_000), 'A'.repeat(200_000)]) {
    const attacker = await openPhone(t, target, { transport: 'tcp' });
    attacker.sendBytes(bytes);
    for (let waited = 0; attacker.connected && waited < 1_000; waited += 10) await sleep(10);
    t.notOk(attacker.connected);
  }
});

t.test('requests that break RFC 3261 are answered with its status and kept from the application', async (t) => {
  await startApplication(t, target, { options: () => t.fail('not for the application') });
  const phone = await openPhone(t, target);
  const broken: [what: string, status: number, change: (request: SipMessage) => SipMessage][] = [
    ['with a CSeq for another method', 400, (m) => m.set('CSeq', '1 INVITE')],
    ['of another SIP version', 505, (m) => Object.assign(m, { startLine: m.startLine.replace('2.0', '3.0') })],
    ['with a Max-Forwards that is no number', 400, (m) => m.set('Max-Forwards', 'many')],
    ['with a Request-URI that is none', 400, (m) => Object.assign(m, { startLine: 'OPTIONS sip: SIP/2.0' })],
    ['with two CSeqs', 400, (m) => m.add('CSeq', '2 OPTIONS')],
    ['with a header line that is none', 400, (m) => m.add('no header', 'x')],
    ['with a negative Content-Length', 400, (m) => m.set('Content-Length', '-5')],
    ['with a Content-Length beyond its end', 400, (m) => m.set('Content-Length', '500')],
  ];
  for (const [what, status, change] of broken) {
    const request = change(phone.request('OPTIONS'));
    phone.send(request);
    const response = await phone.receive((m) => m.branch === request.branch, `answer to a request ${what}`);
    t.equal(response.status, status, what);
  }
});

t.test('a flood of requests that nobody answers does not keep an honest one waiting', async (t) => {
  await startApplication(t, target, { options: (_, res) => res.send(200), invite: () => {} });
  const attacker = await openPhone(t, target, { address: '127.0.0.66' });
  const phone = await openPhone(t, target);
  for (let n = 0; n < 400; n++) {
    attacker.send(attacker.request('INVITE'));
    if (n % 100 === 0) await new Promise(setImmediate);
  }
  await stillAnswers(t, phone);
});

t.test('messages damaged at random harm nobody', async (t) => {
  const app = await startApplication(t, target, {
    options: (_, res) => res.send(200),
    message: (_, res) => res.send(200),
    invite: (req, res) => app.srf.createUAS(req, res, { localSdp: sdp(target.sip) }).catch(() => {}),
  });
  const attacker = await openPhone(t, target, { address: '127.0.0.66' });
  const phone = await openPhone(t, target);
  const random = randomFrom(1);
  for (let n = 0; n < 3_000; n++) {
    const method = ['OPTIONS', 'INVITE', 'MESSAGE', 'BYE', 'CANCEL', 'ACK'][n % 6] ?? '';
    attacker.sendBytes(damage(attacker.request(method, undefined, { body: sdp(attacker) }).toBuffer(), random));
    if (n % 100 === 0) await sleep(1);
  }
  await stillAnswers(t, phone);
});

t.test('what a confused application sends harms no other', async (t) => {
  await startApplication(t, target, { options: (_, res) => res.send(200) });
  const phone = await openPhone(t, target);
  const peer = await openPhone(t, target);
  const random = randomFrom(2);
  const requests = [
    `sip||\r\n${peer.request('INVITE', peer.uri, { body: sdp(peer) })}`,
    `sip|||sip:127.0.0.1:9\r\n${peer.request('OPTIONS', peer.uri)}`,
    `sip||x;from-tag=y\r\n${peer.request('BYE', 'sip:placeholder')}`,
    'sip|0f2f7c1e-0000-4000-8000-000000000000|\r\nSIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    'proxy|x||fullResponse||serial|1s|2s|sip:127.0.0.1:9\r\nINVITE sip:x SIP/2.0\r\n\r\n',
    'route|invite',
  ];
  let raw = await RawApplication.authenticated(t, target);
  for (let n = 0; n < 1_500; n++) {
    if (!raw.connected) raw = await RawApplication.authenticated(t, target);
    const payload = damage(Buffer.from(`id${n}|${requests[n % requests.length]}`), random);
    raw.sendBytes(Buffer.concat([Buffer.from(`${payload.length}#`), payload]));
    if (n % 20 === 0) await new Promise(setImmediate);
  }
  await stillAnswers(t, phone);
});

t.test(
  'an application that stops reading gets no more requests, another gets them',
  except(target, 'backlog'),
  async (t) => {
    const stuck = await RawApplication.authenticated(t, target);
    await stuck.ask('route|message');
    const phone = await openPhone(t, target, { transport: 'tcp' });
    stuck.pause();
    const body = 'x'.repeat(60_000);
    const refused = later<SipMessage>();
    phone.receive(({ status }) => status === 503, '503', 5_000).then(refused.resolve, t.fail);
    for (let n = 0; n < 500; n++) {
      phone.send(phone.request('MESSAGE', undefined, { body }));
      if (n % 10 === 0) await sleep(1);
    }
    t.equal((await refused.promise).status, 503);
    await startApplication(t, target, { message: (_, res) => res.send(200) });
    for (let n = 0; n < 4; n++) t.equal((await phone.ask('MESSAGE')).status, 200);
  },
);
