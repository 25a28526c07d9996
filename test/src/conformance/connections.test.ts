import t from 'tap';
import { hostPort, Phone, parameter, sdp, token } from '../sip/index.js';
import { ask, type Request, startApplication } from './application.js';
import { except } from './differences.js';
import { has, openPhone, serverOf, startTarget } from './target.js';

/** What holds for every transport that runs over connections, beside what `transports` asks of TCP. */
const TRANSPORTS = ['tls', 'ws', 'wss'] as const;
const target = await startTarget(t, { others: TRANSPORTS });

/** An application that answers 200 to everything and remembers what it got. */
async function accepting(t: Parameters<typeof startApplication>[0]) {
  const requests: Request[] = [];
  const take = (req: Request, res: { send(status: number): void }) => {
    requests.push(req);
    res.send(200);
  };
  const app = await startApplication(t, target, { register: take, options: take, message: take });
  return { ...app, requests };
}

for (const transport of TRANSPORTS) {
  const options = has(target, transport);
  const name = transport.toUpperCase();

  t.test(`a phone registers over ${name} and is called back over that connection`, options, async (t) => {
    const server = serverOf(target, transport);
    const { srf, requests, hostports } = await accepting(t);
    t.ok(hostports.split(',').includes(`${transport}/${hostPort(server)}`), hostports);
    const phone = await openPhone(t, target, { transport });
    const contact = `sip:alice@${token()}.invalid;transport=${transport}`;
    const headers = { Contact: `<${contact}>`, Via: `SIP/2.0/${name} ${token()}.invalid;branch=z9hG4bK1;rport` };
    const response = await phone.final(phone.send(phone.request('REGISTER', undefined, { headers })));
    t.equal(response.status, 200);
    t.equal(parameter(response.get('Via') ?? '', 'rport'), String(phone.port));
    t.equal(parameter(response.get('Via') ?? '', 'received'), phone.address);
    t.match(requests[0], { protocol: transport, source_address: phone.address, source_port: phone.port });
    t.equal(requests[0]?.receivedOn, hostPort(server));

    const calling = srf.createUAC(contact, { localSdp: sdp(server, 41_000) });
    const invite = await phone.expect('INVITE');
    t.equal(invite.uri, contact);
    t.match(invite.get('Via'), new RegExp(`^SIP/2.0/${name} ${hostPort(server)};branch=`));
    t.match(invite.get('Contact'), new RegExp(`^<sip:${hostPort(server)};transport=${transport}>`));
    const [leg, dialog] = await Promise.all([calling, phone.accept(invite, { headers: { Contact: `<${contact}>` } })]);
    const ending = leg.destroy();
    phone.reply(await dialog.expect('BYE'), 200);
    await ending;
  });

  t.test(`a binding is reached by where its REGISTER came from, over ${name}`, options, async (t) => {
    const { srf } = await accepting(t);
    const phone = await openPhone(t, target, { transport });
    await phone.ask('REGISTER');
    const proxy = `sip:${hostPort(phone)};transport=${transport}`;
    const asking = ask(srf, 'sip:alice@192.0.2.9:5099', { method: 'OPTIONS', proxy });
    const request = await phone.expect('OPTIONS');
    t.equal(request.uri, 'sip:alice@192.0.2.9:5099');
    phone.reply(request, 200);
    t.equal((await asking).response.status, 200);
  });

  t.test(`a call over ${name}: INVITE, re-INVITE and BYE both ways run over one connection`, options, async (t) => {
    const legs: { destroy(): Promise<unknown> }[] = [];
    const app = await startApplication(t, target, {
      invite: async (req, res) => legs.push(await app.srf.createUAS(req, res, { localSdp: sdp(target.sip) })),
    });
    const phone = await openPhone(t, target, { transport });
    const dialog = await phone.call();
    t.match(dialog.target, new RegExp(`^sip:${hostPort(serverOf(target, transport))};transport=${transport}$`));
    t.equal((await dialog.reinvite(sdp(phone, 40_002))).status, 200);
    const ending = legs[0]?.destroy();
    phone.reply(await dialog.expect('BYE'), 200);
    await ending;
  });

  t.test(`when the ${name} connection is gone the phone is unreachable, until it is back`, options, async (t) => {
    const { srf } = await accepting(t);
    const server = serverOf(target, transport);
    const contact = `sip:alice@${token()}.invalid;transport=${transport}`;
    const headers = { Contact: `<${contact}>` };
    const first = await Phone.open({ server, transport });
    const proxy = `sip:${hostPort(first)};transport=${transport}`;
    await first.ask('REGISTER', undefined, { headers });
    await first.close();
    // The first may still find the connection open, and is told when it goes.
    t.equal((await ask(srf, contact, { method: 'OPTIONS' })).response.status, 503);
    t.equal((await ask(srf, contact, { method: 'OPTIONS' })).response.status, 503);
    const status = (await ask(srf, contact, { method: 'OPTIONS', proxy })).response.status;
    t.equal(status, transport === 'tls' ? 503 : 430, 'by where it came from');

    const second = await openPhone(t, target, { transport });
    await second.ask('REGISTER', undefined, { headers });
    const asking = ask(srf, contact, { method: 'OPTIONS' });
    second.reply(await second.expect('OPTIONS'), 200);
    t.equal((await asking).response.status, 200);
  });

  t.test(
    `a call rings no longer when the ${name} connection is gone`,
    { ...options, ...except(target, 'lostConnection') },
    async (t) => {
      const { srf } = await accepting(t);
      const phone = await Phone.open({ server: serverOf(target, transport), transport });
      await phone.ask('REGISTER');
      const calling = srf.createUAC(phone.uri, { localSdp: sdp(target.sip, 41_000) });
      const failing = calling.then(
        () => 200,
        (error: { status?: number }) => error.status,
      );
      phone.reply(await phone.expect('INVITE'), 180);
      await phone.close();
      t.equal(await failing, 503);
    },
  );

  t.test(`an INFO of a call finds the phone that came back over another ${name} connection`, options, async (t) => {
    const contact = `sip:alice@${token()}.invalid;transport=${transport}`;
    const extra = { headers: { Contact: `<${contact}>` } };
    const legs: Awaited<ReturnType<typeof app.srf.createUAS>>[] = [];
    const app = await startApplication(t, target, {
      register: (_, res) => res.send(200),
      invite: async (req, res) => legs.push(await app.srf.createUAS(req, res, { localSdp: sdp(target.sip) })),
    });
    const first = await Phone.open({ server: serverOf(target, transport), transport });
    await first.ask('REGISTER', undefined, extra);
    await first.call(undefined, extra);
    await first.close();
    const second = await openPhone(t, target, { transport });
    await second.ask('REGISTER', undefined, extra);
    const asking = legs[0]?.request({ method: 'INFO' });
    second.reply(await second.expect('INFO'), 200);
    t.equal((await asking)?.status, 200);
  });

  t.test(`a body of 60 KiB passes both ways over ${name}`, { ...options, ...except(target, 'bodySize') }, async (t) => {
    const { srf, requests } = await accepting(t);
    const phone = await openPhone(t, target, { transport });
    const body = 'héllo 0123456789\n'.repeat(3_400);
    t.equal((await phone.ask('MESSAGE', undefined, { body })).status, 200);
    t.equal(requests[0]?.body, body);
    const asking = ask(srf, phone.uri, { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body });
    const message = await phone.expect('MESSAGE');
    t.equal(message.text, body);
    phone.reply(message, 200);
    t.equal((await asking).response.status, 200);
  });

  t.test(`a CRLF ping gets a CRLF pong over ${name} (RFC 5626 section 4.4.1)`, options, async (t) => {
    await accepting(t);
    const phone = await openPhone(t, target, { transport });
    phone.sendBytes('\r\n\r\n');
    t.equal((await phone.keepAlive()).toString(), '\r\n');
    t.equal((await phone.ask('OPTIONS')).status, 200);
  });

  t.test(
    `calls between two applications’ sides: ${name} to UDP, proxied with a route for each side`,
    options,
    async (t) => {
      const app = await startApplication(t, target, {
        invite: (req) => app.srf.proxyRequest(req, callee.uri, { remainInDialog: true }),
      });
      const callee = await openPhone(t, target, { user: 'bob' });
      const caller = await openPhone(t, target, { transport });
      const calling = caller.call();
      const invite = await callee.expect('INVITE');
      t.same(invite.all('Record-Route'), [
        `<sip:${hostPort(target.sip)};lr>`,
        `<sip:${hostPort(serverOf(target, transport))};transport=${transport};lr>`,
      ]);
      const [out, back] = await Promise.all([calling, callee.accept(invite)]);
      const ending = out.bye();
      callee.reply(await back.expect('BYE'), 200);
      t.equal((await ending).status, 200);
    },
  );
}

t.test(
  'a message cut at every byte of a TLS stream is put together, pipelined ones are told apart',
  has(target, 'tls'),
  async (t) => {
    const { requests } = await accepting(t);
    const phone = await openPhone(t, target, { transport: 'tls' });
    const message = phone.request('MESSAGE', undefined, { body: 'héllo ☺' });
    for (const byte of message.toBuffer()) phone.sendBytes(Buffer.of(byte));
    t.equal((await phone.final(message)).status, 200);
    t.equal(requests[0]?.body, 'héllo ☺');
    const messages = Array.from({ length: 20 }, (_, n) => phone.request('MESSAGE', undefined, { body: `number ${n}` }));
    phone.sendBytes(Buffer.concat(messages.map((each) => each.toBuffer())));
    for (const each of messages) t.equal((await phone.final(each)).status, 200);
    t.equal(requests.length, 21);
  },
);

t.test('over IPv6, every transport', except(target, 'listeners'), async (t) => {
  const six = await startTarget(t, { address: '::1', others: TRANSPORTS });
  const requests: Request[] = [];
  await startApplication(t, six, {
    register: (req, res) => {
      requests.push(req);
      res.send(200);
    },
  });
  for (const transport of TRANSPORTS) {
    const phone = await openPhone(t, six, { transport, address: '::1' });
    t.equal((await phone.ask('REGISTER')).status, 200, transport);
    t.match(requests.at(-1), { protocol: transport, source_address: '::1', source_port: phone.port });
  }
});
