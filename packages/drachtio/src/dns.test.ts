import { once } from 'node:events';
import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { type App, type AppMessage, RawApplication } from './testing/application.js';
import { address, DnsServer, naptr, srv, type Zone } from './testing/dns-server.js';
import { requestText } from './testing/messages.js';
import { TcpPhone, type UdpPhone } from './testing/phone.js';
import { contactOf, SDP, start, viaOf, type World } from './testing/world.js';

/** Requests that go where names lead (RFC 3263). */
const HOST = { 'A phone.test': [address('127.0.0.1')], 'AAAA phone.test': [] };

async function world(t: Test, zone: Zone, define?: (app: App) => void, t1 = 20) {
  const dns = await DnsServer.start(t, { ...HOST, ...zone });
  const started = await start(t, define, {
    dns: { servers: [dns.address] },
    durations: { t1, t2: 8 * t1, t4: 10 * t1 },
    limits: { lookupTimeout: 400 },
  });
  return { dns, started };
}

async function phones(started: World, count: number): Promise<UdpPhone[]> {
  return Promise.all(Array.from({ length: count }, () => started.phone()));
}

/** A port of 127.0.0.1 that nothing listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** The final response to a request of the application. */
async function answerTo(app: App, uri: string, options: object = { method: 'OPTIONS' }): Promise<AppMessage> {
  const request = await app.request(uri, options);
  return new Promise((resolve) => {
    request.on('response', (response: AppMessage) => {
      if (response.status >= 200) resolve(response);
    });
  });
}

function reply(
  phone: UdpPhone,
  request: { values(name: string): string[]; value(name: string): string | undefined },
  status: number,
  more: string[] = [],
) {
  phone.send(
    [
      `SIP/2.0 ${status} Answer`,
      ...request.values('Via').map((via) => `Via: ${via}`),
      `From: ${request.value('From')}`,
      `To: ${request.value('To')};tag=${phone.port}`,
      `Call-ID: ${request.value('Call-ID')}`,
      `CSeq: ${request.value('CSeq')}`,
      ...more,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
}

t.test('a request goes where NAPTR and SRV records lead, over the transport they name', async (t) => {
  const { dns, started } = await world(t, {});
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.teardown(() => listener.close());
  const { port } = listener.address() as { port: number };
  dns.zone = {
    ...HOST,
    'NAPTR example.test': [
      naptr(1, 'SIPS+D2T', '_sips._tcp.example.test'),
      naptr(2, 'SIP+D2T', '_sip._tcp.example.test'),
    ],
    'SRV _sip._tcp.example.test': [srv('phone.test', port)],
  };
  const accepted = once(listener, 'connection');
  const answering = answerTo(started.app, 'sip:bob@example.test');
  const [socket] = await accepted;
  const phone = new TcpPhone(socket);
  t.teardown(() => phone.close());
  const request = await phone.request('OPTIONS');
  t.equal(request.uri, 'sip:bob@example.test');
  t.equal(request.via.transport, 'TCP');
  reply(phone as unknown as UdpPhone, request, 200);
  t.equal((await answering).status, 200);
});

t.test(
  'a 503, silence and a refused connection lead to the next target, which the application never learns',
  async (t) => {
    const { dns, started } = await world(t, {});
    const [busy, silent, last] = await phones(started, 3);
    if (busy === undefined || silent === undefined || last === undefined) return;
    dns.zone = {
      ...HOST,
      'NAPTR example.test': [
        naptr(1, 'SIP+D2T', '_sip._tcp.example.test'),
        naptr(2, 'SIP+D2U', '_sip._udp.example.test'),
      ],
      'SRV _sip._tcp.example.test': [srv('phone.test', await closedPort())],
      'SRV _sip._udp.example.test': [
        srv('phone.test', busy.port, 1),
        srv('phone.test', silent.port, 2),
        srv('phone.test', last.port, 3),
      ],
    };
    const request = await started.app.request('sip:bob@example.test', { method: 'OPTIONS' });
    const statuses: number[] = [];
    const answered = new Promise<void>((resolve) => {
      request.on('response', (response: AppMessage) => {
        statuses.push(response.status);
        resolve();
      });
    });
    const first = await busy.request('OPTIONS');
    reply(busy, first, 503);
    const second = await silent.request('OPTIONS');
    const third = await last.request('OPTIONS');
    t.not(first.via.branch, second.via.branch, 'a transaction of its own');
    for (const name of ['From', 'To', 'Call-ID', 'CSeq']) t.equal(third.value(name), first.value(name), name);
    reply(last, third, 200);
    await answered;
    t.same(statuses, [200]);
  },
);

t.test('the last failure is the answer when all targets fail', async (t) => {
  const { dns, started } = await world(t, {});
  const [one, two] = await phones(started, 2);
  if (one === undefined || two === undefined) return;
  dns.zone = {
    ...HOST,
    'SRV _sip._udp.example.test': [srv('phone.test', one.port, 1), srv('phone.test', two.port, 2)],
  };
  const answering = answerTo(started.app, 'sip:bob@example.test');
  reply(one, await one.request('OPTIONS'), 503);
  reply(two, await two.request('OPTIONS'), 503, ['X-From: two']);
  const answer = await answering;
  t.equal(answer.status, 503);
  t.equal(answer.get('X-From'), 'two');
});

t.test('any other answer is taken from the first target that gives one', async (t) => {
  const { dns, started } = await world(t, {});
  const [one, two] = await phones(started, 2);
  if (one === undefined || two === undefined) return;
  dns.zone = {
    ...HOST,
    'SRV _sip._udp.example.test': [srv('phone.test', one.port, 1), srv('phone.test', two.port, 2)],
  };
  const answering = answerTo(started.app, 'sip:bob@example.test');
  reply(one, await one.request('OPTIONS'), 500);
  t.equal((await answering).status, 500);
  t.equal(two.received.length, 0);
});

t.test('a call fails over to the next target, and runs there', async (t) => {
  const { dns, started } = await world(t, {});
  const [busy, phone] = await phones(started, 2);
  if (busy === undefined || phone === undefined) return;
  dns.zone = {
    ...HOST,
    'SRV _sip._udp.example.test': [srv('phone.test', busy.port, 1), srv('phone.test', phone.port, 2)],
  };
  const calling = started.app.createUAC('sip:bob@example.test', { localSdp: SDP });
  reply(busy, await busy.request('INVITE'), 503);
  await busy.request('ACK');
  const invite = await phone.request('INVITE');
  reply(phone, invite, 200, [contactOf(phone)]);
  await phone.request('ACK');
  const dialog = await calling;
  const ending = dialog.destroy();
  reply(phone, await phone.request('BYE'), 200);
  await ending;
});

t.test('a call that rings is not taken elsewhere, and one that was cancelled neither', async (t) => {
  const { dns, started } = await world(t, {});
  const [one, two] = await phones(started, 2);
  if (one === undefined || two === undefined) return;
  dns.zone = {
    ...HOST,
    'SRV _sip._udp.example.test': [srv('phone.test', one.port, 1), srv('phone.test', two.port, 2)],
  };
  const ringing = answerTo(started.app, 'sip:bob@example.test', { method: 'INVITE', body: SDP });
  const invite = await one.request('INVITE');
  reply(one, invite, 180);
  reply(one, invite, 503);
  t.equal((await ringing).status, 503);
  const request = await started.app.request('sip:bob@example.test', { method: 'INVITE', body: SDP });
  const ended = new Promise<number>((resolve) => {
    request.on('response', (response: AppMessage) => resolve(response.status));
  });
  await one.request('INVITE');
  request.cancel(() => {});
  t.equal(await ended, 408);
  t.equal(two.received.length, 0);
});

t.test('a proxied request fails over to the next target', async (t) => {
  const { dns, started } = await world(t, {}, (app) => {
    app.invite((req) => app.proxyRequest(req, 'sip:bob@example.test', {}));
  });
  const [busy, silent, last, caller] = await phones(started, 4);
  if (busy === undefined || silent === undefined || last === undefined || caller === undefined) return;
  dns.zone = {
    ...HOST,
    'SRV _sip._udp.example.test': [
      srv('phone.test', busy.port, 1),
      srv('phone.test', silent.port, 2),
      srv('phone.test', last.port, 3),
    ],
  };
  caller.send(requestText({ method: 'INVITE', via: viaOf(caller, 'p1'), more: [contactOf(caller)] }));
  reply(busy, await busy.request('INVITE'), 503);
  await silent.request('INVITE');
  reply(last, await last.request('INVITE'), 200, [contactOf(last)]);
  t.equal((await caller.response(200)).via.branch, 'z9hG4bKp1');
});

t.test('a maddr takes the place of the host (RFC 3263 section 4)', async (t) => {
  const { started } = await world(t, {}, undefined, 500);
  const phone = await started.phone();
  const answering = answerTo(started.app, `sip:bob@nowhere.test:${phone.port};maddr=phone.test`);
  reply(phone, await phone.request('OPTIONS'), 200);
  t.equal((await answering).status, 200);
  const again = answerTo(started.app, `sip:bob@nowhere.test:${phone.port};maddr=127.0.0.1`);
  reply(phone, await phone.request('OPTIONS'), 200);
  t.equal((await again).status, 200);
});

t.test('a response whose connection is gone goes where the name in the Via leads (RFC 3263 section 5)', async (t) => {
  let take: (res: AppMessage) => void = () => {};
  const asked = new Promise<AppMessage>((resolve) => {
    take = resolve;
  });
  const { started } = await world(t, { 'A phone.test': [address('127.0.0.2')] }, (app) => {
    app.options((_, res) => take(res));
  });
  const listener = createServer().listen(0, '127.0.0.2');
  await once(listener, 'listening');
  t.teardown(() => listener.close());
  const { port } = listener.address() as { port: number };
  const phone = await TcpPhone.connect(started.port);
  phone.send(requestText({ via: `SIP/2.0/TCP phone.test:${port};branch=z9hG4bKgone` }));
  const res = await asked;
  phone.close();
  await once(phone.socket, 'close');
  const connected = once(listener, 'connection');
  res.send(200);
  const [socket] = await connected;
  const other = new TcpPhone(socket);
  t.teardown(() => other.close());
  t.equal((await other.response(200)).via.branch, 'z9hG4bKgone');
});

t.test('a name that leads nowhere, and a name server that says nothing, are a 503 of DNS', async (t) => {
  const { started } = await world(t, {
    'A silent.test': 'silent',
    'AAAA silent.test': 'silent',
    'NAPTR silent.test': 'silent',
  });
  for (const name of ['nowhere', 'silent']) {
    const answer = await answerTo(started.app, `sip:bob@${name}.test`);
    t.equal(answer.status, 503, name);
  }
});

t.test('hundreds of names that nobody answers for keep no honest request waiting', async (t) => {
  const { started } = await world(t, { '*': 'silent' }, undefined, 500);
  const phone = await started.phone();
  const other = await RawApplication.connect(started.admin);
  t.teardown(() => other.close());
  await other.ask('authenticate|secret');
  for (let n = 0; n < 500; n += 1) other.send(`sip||\r\nOPTIONS sip:${n}@n${n}.test SIP/2.0\r\n\r\n`);
  const answering = answerTo(started.app, `sip:bob@127.0.0.1:${phone.port}`);
  reply(phone, await phone.request('OPTIONS'), 200);
  t.equal((await answering).status, 200);
});
