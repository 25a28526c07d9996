import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import t from 'tap';
import { WebSocket } from 'ws';
import { createServer } from '../server.js';
import { type App, type AppMessage, RawApplication, startApp } from '../testing/application.js';
import { requestText, responseTo } from '../testing/messages.js';
import { TcpPhone, UdpPhone } from '../testing/phone.js';

type Teardown = { teardown(after: () => unknown): void };

async function start(t: Teardown, contacts: string[], define: (app: App) => void = () => {}) {
  const server = createServer({ sip: { contacts }, admin: { host: '127.0.0.1', port: 0, secret: 'secret' } });
  const { sip, port, admin } = await server.listen();
  const app = await startApp(admin.port, 'secret', define);
  t.teardown(() => {
    app.on('error', () => {});
    app.disconnect();
    return server.close();
  });
  return { sip, port, admin, app };
}

const ADVERTISED = 'external-ip=203.0.113.5;dns-name=sip.example.com';

t.test('peers outside the local network are told the external address, in every header', async (t) => {
  const received: AppMessage[] = [];
  const { port, admin, app } = await start(t, [`sip:127.0.0.1:0;${ADVERTISED};local-net=10.0.0.0/8`], (srf) => {
    srf.invite((req, res) => {
      received.push(req);
      res.send(200, { headers: { 'Content-Type': 'application/sdp' }, body: 'v=0' } as object);
    });
  });
  const raw = await RawApplication.connect(admin.port);
  t.teardown(() => raw.close());
  const [, all, , local] = (await raw.ask('authenticate|secret'))?.split('|') ?? [];
  t.equal(local, `tcp/127.0.0.1:${port},udp/127.0.0.1:${port}`);
  t.equal(all, `${local},tcp/203.0.113.5:${port},udp/203.0.113.5:${port}`);

  const phone = await UdpPhone.start(port);
  t.teardown(() => phone.close());
  const sending = app.request(`sip:bob@127.0.0.1:${phone.port}`, {
    method: 'OPTIONS',
    headers: { Contact: '<sip:us@localhost>' },
  });
  const request = await phone.request('OPTIONS');
  t.equal(request.via.host, '203.0.113.5');
  t.equal(request.value('Contact'), `<sip:us@203.0.113.5:${port}>`);
  t.match(request.value('From'), `<sip:203.0.113.5:${port}>`);
  phone.send(responseTo(request, 200).toBuffer().toString());
  const status = new Promise((resolve) => {
    void sending.then((sent) => sent.on('response', (response: { status: number }) => resolve(response.status)));
  });
  t.equal(await status, 200, 'the answer to that Via is ours');

  phone.send(requestText({ method: 'INVITE', via: `SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKi;rport` }));
  const answer = await phone.response(200);
  t.equal(answer.value('Contact'), `<sip:203.0.113.5:${port}>`);
  t.match(received[0], { receivedOn: `127.0.0.1:${port}` });
  for (const host of ['203.0.113.5', 'sip.example.com', '127.0.0.1']) {
    await t.rejects(app.request(`sip:x@${host}:${port}`, { method: 'OPTIONS' }), /myself/, `${host} is ourselves`);
  }
});

t.test('peers inside the local network are told the address they reach, loopback being one', async (t) => {
  const { port, app } = await start(t, [`sip:127.0.0.1:0;${ADVERTISED}`]);
  const phone = await UdpPhone.start(port);
  t.teardown(() => phone.close());
  void app.request(`sip:bob@127.0.0.1:${phone.port}`, { method: 'OPTIONS' });
  t.equal((await phone.request('OPTIONS')).via.host, '127.0.0.1');
});

t.test('a sips contact has sips URIs', async (t) => {
  const { sip, port } = await start(t, ['sips:127.0.0.1:0'], (srf) => {
    srf.invite((_, res) => res.send(200, { headers: { 'Content-Type': 'application/sdp' }, body: 'v=0' } as object));
  });
  t.same(sip, [`tls/127.0.0.1:${port}`]);
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  t.teardown(() => socket.destroy());
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const phone = new TcpPhone(socket);
  phone.send(requestText({ method: 'INVITE', via: 'SIP/2.0/TLS phone.invalid;branch=z9hG4bKi;rport' }));
  const answer = await phone.response(200);
  t.equal(answer.value('Contact'), `<sips:127.0.0.1:${port};transport=tls>`);
});

t.test('free ports: one for the transports of one contact, another for the next', async (t) => {
  const { sip, port } = await start(t, [
    'sip:127.0.0.1:0',
    'sip:127.0.0.1:0;transport=ws',
    'sip:[::1]:0;transport=tcp',
  ]);
  t.same(
    sip.map((point) => point.replace(/\d+$/, 'PORT')),
    ['tcp/127.0.0.1:PORT', 'udp/127.0.0.1:PORT', 'ws/127.0.0.1:PORT', 'tcp/[::1]:PORT'],
  );
  t.equal(sip[0]?.split(':').at(-1), sip[1]?.split(':').at(-1), 'one port for the transports of one contact');
  const again = createServer({
    sip: { contacts: [`sip:127.0.0.1:${port}`] },
    admin: { host: '127.0.0.1', port: 0, secret: 'secret' },
  });
  await t.rejects(again.listen(), {
    message: `can't listen on tcp 127.0.0.1 port ${port}: the port is already in use`,
  });
});

t.test('a port is free again once the server is closed, and one that is named twice is listened on once', async (t) => {
  const server = createServer({
    sip: { contacts: ['sip:127.0.0.1:0;transport=tcp'] },
    admin: { host: '127.0.0.1', port: 0, secret: 'secret' },
  });
  const { port } = await server.listen();
  await server.close();
  const socket = connect(port, '127.0.0.1');
  await t.rejects(new Promise((_, reject) => socket.once('error', reject)), { code: 'ECONNREFUSED' });
  const twice = createServer({
    sip: { contacts: [`sip:127.0.0.1:${port};transport=udp`, `sip:127.0.0.1:${port}`] },
    admin: { host: '127.0.0.1', port: 0, secret: 'secret' },
  });
  t.teardown(() => twice.close());
  t.same((await twice.listen()).sip, [`udp/127.0.0.1:${port}`, `tcp/127.0.0.1:${port}`]);
});

t.test('a server that closes takes leave of WebSockets with 1001, and waits for nobody', async (t) => {
  const server = createServer({
    sip: { contacts: ['sip:127.0.0.1:0;transport=ws'] },
    admin: { host: '127.0.0.1', port: 0, secret: 'secret' },
  });
  const { port } = await server.listen();
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'sip');
  await new Promise((resolve) => socket.once('open', resolve));
  const half = connect(port, '127.0.0.1');
  half.on('error', () => {});
  await new Promise((resolve) => half.once('connect', resolve));
  const code = new Promise((resolve) => socket.once('close', resolve));
  await server.close();
  t.equal(await code, 1001);
});
