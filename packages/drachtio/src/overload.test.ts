import { once } from 'node:events';
import t, { type Test } from 'tap';
import type { AppMessage } from './testing/application.js';
import { requestText } from './testing/messages.js';
import { TcpPhone, type UdpPhone } from './testing/phone.js';
import { contactOf, OFFER, SDP, start, viaOf } from './testing/world.js';

/** What is too much is answered 503 with Retry-After before it hurts. */
let sent = 0;

function send(phone: UdpPhone, parts: Parameters<typeof requestText>[0] = {}): void {
  sent += 1;
  phone.send(requestText({ via: viaOf(phone, `o${sent}`), callId: `o${sent}`, ...parts }));
}

async function refusal(t: Test, phone: UdpPhone): Promise<void> {
  const response = await phone.response(503);
  const seconds = Number(response.value('Retry-After'));
  t.ok(seconds >= 5 && seconds < 15, `Retry-After: ${seconds}`);
}

/** Waits for what must come. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

t.test('an application that does not answer gets only so many requests', async (t) => {
  const waiting: AppMessage[] = [];
  const { phone } = await start(
    t,
    (app) =>
      app.options((_, res) => {
        waiting.push(res);
        if (waiting.length === 6) res.send(200);
      }),
    { limits: { unanswered: 5 } },
  );
  const alice = await phone();
  for (let n = 0; n < 5; n += 1) send(alice);
  await until(() => waiting.length === 5);
  send(alice);
  await refusal(t, alice);
  waiting[0]?.send(200);
  await alice.response(200);
  send(alice);
  await alice.response(200);
});

t.test('requests in progress take only so many bytes', async (t) => {
  const waiting: AppMessage[] = [];
  const { phone } = await start(t, (app) => app.message((_, res) => waiting.push(res)), {
    limits: { requestBytes: 100_000 },
  });
  const alice = await phone();
  const large = { method: 'MESSAGE', body: 'x'.repeat(40_000), more: ['Content-Type: text/plain'] };
  send(alice, large);
  send(alice, large);
  await until(() => waiting.length === 2);
  send(alice, large);
  await refusal(t, alice);
  waiting[0]?.send(200);
  await alice.response(200);
  send(alice, large);
  await until(() => waiting.length === 3);
});

t.test('transactions are so many at most; answered ones give way', async (t) => {
  const { phone } = await start(t, (app) => app.options((_, res) => res.send(200)), { limits: { transactions: 20 } });
  const alice = await phone();
  for (let n = 0; n < 60; n += 1) {
    send(alice);
    await alice.response(200);
  }
  const { phone: other } = await start(t, (app) => app.options(() => {}), { limits: { transactions: 20 } });
  const bob = await other();
  for (let n = 0; n < 21; n += 1) send(bob);
  await refusal(t, bob);
});

t.test('while the process is late again and again new requests are refused, those in dialogs are not', async (t) => {
  const { phone, app } = await start(
    t,
    (app) => {
      app.options((_, res) => res.send(200));
      app.invite((req, res) => {
        app.createUAS(req, res, { localSdp: SDP });
      });
    },
    { limits: { lateness: 120 } },
  );
  const alice = await phone();
  send(alice, { method: 'INVITE', callId: 'call', ...OFFER, more: [...OFFER.more, contactOf(alice)] });
  const to = (await alice.response(200)).value('To') ?? '';
  send(alice, { method: 'ACK', callId: 'call', to });
  // Each turn of the event loop takes 300 ms.
  let isBusy = true;
  const busy = (): void => {
    const until = performance.now() + 300;
    while (performance.now() < until);
    if (isBusy) setImmediate(busy);
  };
  busy();
  await new Promise((resolve) => setTimeout(resolve, 1_800));
  send(alice);
  await refusal(t, alice);
  send(alice, { method: 'BYE', callId: 'call', cseq: 2, to });
  isBusy = false;
  await alice.response(200, 'BYE');
  await new Promise((resolve) => setTimeout(resolve, 300));
  send(alice);
  await alice.response(200, 'OPTIONS');
  t.ok(app);
});

t.test('a TCP peer that stops reading is cut off, and honest ones go on', async (t) => {
  const { port } = await start(t, undefined, { limits: { connectionBacklog: 100_000 } });
  const deaf = await TcpPhone.connect(port);
  const honest = await TcpPhone.connect(port);
  t.teardown(() => honest.close());
  deaf.socket.pause();
  const closed = new Promise((resolve) => deaf.socket.once('close', resolve));
  const from = `"${'x'.repeat(7_000)}" <sip:deaf@example.com>;tag=1`;
  for (let n = 0; n < 5_000 && deaf.socket.writable; n += 1) {
    deaf.send(requestText({ via: viaOf(deaf, `d${n}`, 'TCP'), callId: `d${n}`, from }));
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  deaf.socket.resume();
  await closed;
  honest.send(requestText({ via: viaOf(honest, 'h', 'TCP'), callId: 'h' }));
  await honest.response(503);
});

t.test('one address takes only its share of the connections', async (t) => {
  const { port } = await start(t, (app) => app.options((_, res) => res.send(200)), {
    limits: { connections: 12, connectionsPerAddress: 5 },
  });
  const many = await Promise.all(Array.from({ length: 12 }, () => TcpPhone.connect(port)));
  t.teardown(() => {
    for (const phone of many) phone.close();
  });
  await Promise.all(many.slice(5).map(({ socket }) => socket.destroyed || once(socket, 'close')));
  t.equal(many.filter(({ socket }) => !socket.destroyed).length, 5);
});
