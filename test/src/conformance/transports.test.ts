import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { hostPort, Phone, parameter, sdp, token } from '../sip/index.js';
import { ask, type Request, startApplication } from './application.js';
import { except } from './differences.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t);
const localSdp = sdp(target.sip, 41_000);

/** An application that answers 200 to everything and remembers what it got. */
async function accepting(t: Parameters<typeof startApplication>[0]) {
  const requests: Request[] = [];
  const verbs = ['register', 'options', 'message'];
  const app = await startApplication(
    t,
    target,
    Object.fromEntries(
      verbs.map((verb) => [
        verb,
        (req, res) => {
          requests.push(req);
          res.send(200, { headers: { 'X-Length': `${req.body.length}` } });
        },
      ]),
    ),
  );
  return { ...app, requests };
}

t.test(
  'a phone registers over TCP and is called back over that connection, though its contact leads nowhere',
  async (t) => {
    const { srf, requests } = await accepting(t);
    const phone = await openPhone(t, target, { transport: 'tcp' });
    const contact = `sip:alice@${token()}.invalid;transport=tcp`;
    const response = await phone.ask('REGISTER', undefined, { headers: { Contact: `<${contact}>` } });
    t.equal(response.status, 200);
    t.equal(parameter(response.get('Via') ?? '', 'rport'), String(phone.port));
    t.match(requests[0], { protocol: 'tcp', source_address: phone.address, source_port: phone.port });

    const calling = srf.createUAC(contact, { localSdp });
    const invite = await phone.expect('INVITE');
    t.equal(invite.uri, contact);
    t.match(invite.get('Via'), new RegExp(`^SIP/2.0/TCP ${hostPort(target.sip)}`));
    t.match(invite.get('Contact'), new RegExp(`^<sip:${hostPort(target.sip)};transport=tcp>`));
    const [leg, dialog] = await Promise.all([calling, phone.accept(invite, { headers: { Contact: `<${contact}>` } })]);
    t.equal((await dialog.bye()).status, 200);
    t.ok(leg.id);
  },
);

t.test('a call over TCP: INVITE, re-INVITE and BYE both ways run over one connection', async (t) => {
  const legs: { destroy(): Promise<unknown> }[] = [];
  const app = await startApplication(t, target, {
    invite: async (req, res) => legs.push(await app.srf.createUAS(req, res, { localSdp })),
  });
  const phone = await openPhone(t, target, { transport: 'tcp' });
  const dialog = await phone.call();
  t.match(dialog.target, /;transport=tcp$/);
  t.equal((await dialog.reinvite(sdp(phone, 40_002))).status, 200);
  const ending = legs[0]?.destroy();
  const bye = await dialog.expect('BYE');
  t.match(bye.get('Via'), /^SIP\/2\.0\/TCP /);
  phone.reply(bye, 200);
  await ending;
});

t.test('after the phone’s connection is gone, a contact that leads nowhere is unreachable: 503', async (t) => {
  const { srf } = await accepting(t);
  const phone = await Phone.open({ server: target.sip, transport: 'tcp' });
  const contact = `sip:alice@${token()}.invalid;transport=tcp`;
  await phone.ask('REGISTER', undefined, { headers: { Contact: `<${contact}>` } });
  await phone.close();
  await sleep(20);
  t.equal((await ask(srf, contact, { method: 'OPTIONS' })).response.status, 503);
});

t.test('the server makes a TCP connection to a phone that listens', async (t) => {
  const { srf } = await accepting(t);
  const phone = await openPhone(t, target, { transport: 'tcp', listen: true });
  const asking = ask(srf, phone.uri, { method: 'OPTIONS' });
  const options = await phone.expect('OPTIONS');
  t.match(options.get('Via'), /^SIP\/2\.0\/TCP /);
  phone.reply(options, 200);
  t.equal((await asking).response.status, 200);
});

t.test('a message cut at every byte of a TCP stream is put together (RFC 3261 section 18.3)', async (t) => {
  const { requests } = await accepting(t);
  const phone = await openPhone(t, target, { transport: 'tcp' });
  const message = phone.request('MESSAGE', undefined, { body: 'héllo ☺' });
  for (const byte of message.toBuffer()) {
    phone.sendBytes(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  t.equal((await phone.final(message)).status, 200);
  t.equal(requests[0]?.body, 'héllo ☺');
});

t.test('messages pipelined in one TCP segment are each answered', async (t) => {
  const { requests } = await accepting(t);
  const phone = await openPhone(t, target, { transport: 'tcp' });
  const messages = Array.from({ length: 50 }, (_, n) => phone.request('MESSAGE', undefined, { body: `number ${n}` }));
  phone.sendBytes(Buffer.concat([Buffer.from('\r\n'), ...messages.map((message) => message.toBuffer())]));
  for (const message of messages) t.equal((await phone.final(message)).status, 200);
  t.same(
    requests.map(({ body }) => body),
    messages.map(({ text }) => text),
  );
});

t.test('a CRLF ping gets a CRLF pong over TCP (RFC 5626 section 4.4.1), and harms nothing over UDP', async (t) => {
  await accepting(t);
  const tcp = await openPhone(t, target, { transport: 'tcp' });
  tcp.sendBytes('\r\n\r\n');
  t.equal((await tcp.keepAlive()).toString(), '\r\n');
  t.equal((await tcp.ask('OPTIONS')).status, 200);
  const udp = await openPhone(t, target);
  for (const ping of ['\r\n\r\n', '\r\n', '\0\0\0\0', '']) udp.sendBytes(ping);
  t.equal((await udp.ask('OPTIONS')).status, 200);
});

t.test('a lying Content-Length over TCP can’t make two messages of one', async (t) => {
  const { requests } = await accepting(t);
  const phone = await openPhone(t, target, { transport: 'tcp' });
  const inner = phone.request('OPTIONS').toString();
  const outer = phone.request('MESSAGE', undefined, { body: inner });
  t.equal((await phone.final(phone.send(outer))).status, 200);
  t.same(
    requests.map(({ method }) => method),
    ['MESSAGE'],
  );
});

t.test(
  'without rport the answer goes to the port in the Via, at the address it came from (RFC 3261 section 18.2.2)',
  async (t) => {
    await accepting(t);
    const one = await openPhone(t, target);
    const other = await openPhone(t, target);
    const via = `SIP/2.0/UDP 127.0.0.1:${other.port};branch=z9hG4bK${token()}`;
    const request = one.send(one.request('OPTIONS', undefined, { headers: { Via: via } }));
    t.equal((await other.final(request)).get('Via'), via);
    await one.silence(30);
  },
);

t.test('received and rport tell where a request came from when the Via says otherwise (RFC 3581)', async (t) => {
  await accepting(t);
  const phone = await openPhone(t, target);
  for (const sentBy of ['192.0.2.7:5062', 'phone.invalid', `127.0.0.1:${phone.port + 1}`]) {
    const Via = `SIP/2.0/UDP ${sentBy};branch=z9hG4bK${token()};rport`;
    const request = phone.send(phone.request('OPTIONS', undefined, { headers: { Via } }));
    const via = (await phone.final(request)).get('Via') ?? '';
    t.equal(parameter(via, 'rport'), String(phone.port));
    if (!sentBy.startsWith('127.0.0.1')) t.equal(parameter(via, 'received'), '127.0.0.1');
    t.ok(via.includes(sentBy), 'sent-by stays');
  }
});

t.test('compact and folded headers are understood (RFC 3261 sections 7.3.1 and 7.3.3)', async (t) => {
  const { requests } = await accepting(t);
  const phone = await openPhone(t, target);
  const branch = `z9hG4bK${token()}`;
  const body = 'compact';
  phone.sendBytes(
    [
      `MESSAGE sip:svc@${hostPort(target.sip)} SIP/2.0`,
      `v: SIP/2.0/UDP ${hostPort(phone)};branch=${branch};rport`,
      'max-forwards:70',
      'f:\t<sip:alice@127.0.0.1>',
      ' ;tag=1',
      't: "folded',
      '\tname" <sip:svc@127.0.0.1>',
      `i: ${token()}`,
      'CSEQ : 1   MESSAGE',
      'm: <sip:a@127.0.0.1>',
      'c: text/plain',
      'Subject: a line',
      '  that goes on',
      `l: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  );
  const response = await phone.receive(({ branch: b }) => b === branch, 'response');
  t.equal(response.status, 200);
  t.equal(response.tag('From'), '1');
  t.match(response.get('To'), /^"folded\s+name" <sip:svc@127\.0\.0\.1>;tag=/);
  t.equal(response.cseq.method, 'MESSAGE');
  t.equal(requests[0]?.body, body);
  t.match(requests[0]?.get('subject'), /^a line\s+that goes on$/);
  t.equal(requests[0]?.get('from'), '<sip:alice@127.0.0.1> ;tag=1');
});

for (const transport of ['udp', 'tcp'] as const) {
  t.test(`a body of 60 KiB passes both ways over ${transport}`, except(target, 'bodySize'), async (t) => {
    const { srf, requests } = await accepting(t);
    const phone = await openPhone(t, target, { transport });
    const body = '0123456789abcde\n'.repeat(60 * 64);
    const response = await phone.ask('MESSAGE', undefined, { body });
    t.equal(response.get('X-Length'), String(60 * 1024));
    t.equal(requests[0]?.body, body);
    const asking = ask(srf, phone.uri, { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body });
    const message = await phone.expect('MESSAGE');
    t.equal(message.text, body);
    phone.reply(message, 200, { body });
    t.equal((await asking).response.body, body);
  });
}

t.test(
  'a message over TCP that is longer than the server takes is answered 513',
  except(target, 'bodySize'),
  async (t) => {
    const { requests } = await accepting(t);
    const phone = await openPhone(t, target, { transport: 'tcp' });
    const message = phone.request('MESSAGE', undefined, { body: 'x'.repeat(70_000) });
    t.equal((await phone.final(phone.send(message))).status, 513);
    t.equal(requests.length, 0);
  },
);

t.test('UTF-8 bodies arrive byte for byte', async (t) => {
  const { requests } = await accepting(t);
  const phone = await openPhone(t, target);
  t.equal((await phone.ask('MESSAGE', undefined, { body: 'héllo #| ☺' })).status, 200);
  t.equal(requests[0]?.body, 'héllo #| ☺');
});

t.test('over IPv6, UDP and TCP', except(target, 'listeners'), async (t) => {
  const six = await startTarget(t, { address: '::1' });
  const requests: Request[] = [];
  const { srf } = await startApplication(t, six, {
    register: (req, res) => {
      requests.push(req);
      res.send(200);
    },
  });
  for (const transport of ['udp', 'tcp'] as const) {
    const phone = await openPhone(t, six, { transport, address: '::1' });
    const response = await phone.ask('REGISTER');
    t.equal(response.status, 200, transport);
    t.equal(parameter(response.get('Via') ?? '', 'rport'), String(phone.port));
    t.match(requests.at(-1), { protocol: transport, source_address: '::1', source_port: phone.port });
    const asking = ask(srf, phone.uri, { method: 'OPTIONS' });
    const options = await phone.expect('OPTIONS');
    t.match(options.get('Via'), `SIP/2.0/${transport.toUpperCase()} ${hostPort(six.sip)}`);
    t.match(options.get('From'), `<sip:${hostPort(six.sip)}`);
    phone.reply(options, 200);
    t.equal((await asking).response.status, 200);
  }
});
