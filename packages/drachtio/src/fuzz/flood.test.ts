import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { RawApplication } from '../testing/application.js';
import { requestText } from '../testing/messages.js';
import type { UdpPhone } from '../testing/phone.js';
import { start, viaOf, type World } from '../testing/world.js';
import { bytes } from './arbitraries.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** With a T1 this short nothing that a transaction keeps is kept for longer than half a second. */
const DURATIONS = { t1: 5, t2: 40, t4: 50 };
const MAX_GROWTH = 8 * 1024 * 1024;

async function world(t: Parameters<typeof start>[0]): Promise<{ world: World; phone: UdpPhone }> {
  const started = await start(
    t,
    (app) => {
      app.options((_, res) => res.send(200));
      app.invite((_, res) => res.send(486));
    },
    { durations: DURATIONS },
  );
  return { world: started, phone: await started.phone() };
}

const JUNK = fc.sample(bytes, 4_000);
let taken = 0;

/** The next pieces of junk, over and over again in another order. */
function takeJunk(count: number): Buffer[] {
  return Array.from({ length: count }, () => {
    taken += 1;
    return JUNK[(taken * 1_009 + Math.floor(taken / JUNK.length)) % JUNK.length] ?? Buffer.alloc(0);
  });
}

let branch = 0;

/** An honest OPTIONS is answered, sent again as phones do. */
async function stillAnswers(phone: UdpPhone): Promise<void> {
  branch += 1;
  const text = requestText({
    uri: 'sip:svc@127.0.0.1',
    via: viaOf(phone, `honest${branch}`),
    callId: `honest${branch}`,
  });
  phone.send(text);
  const again = setInterval(() => phone.send(text), 500);
  await phone.response(200).finally(() => clearInterval(again));
  phone.received.length = 0;
}

/** Bytes on the heap and outside it once everything that ends has ended. */
async function memory(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 64 * DURATIONS.t1 + 300));
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Does something that costs no memory in the end: after a first round the same again leaves nothing behind. */
async function isFlat(t: Test, round: () => Promise<void>): Promise<void> {
  await round();
  const before = await memory();
  await round();
  const growth = (await memory()) - before;
  t.ok(growth < MAX_GROWTH, `${Math.round(growth / 1024)} KiB more after another round`);
}

t.test('after 20,000 junk datagrams honest requests are answered, and memory is flat', async (t) => {
  const { world: server, phone } = await world(t);
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  await isFlat(t, async () => {
    for (let sent = 0; sent < 10_000; sent += 500) {
      for (const junk of takeJunk(500)) socket.send(junk, server.port, '127.0.0.1');
      await stillAnswers(phone);
    }
  });
});

t.test('after 500 junk streams honest requests are answered, and memory is flat', async (t) => {
  const { world: server, phone } = await world(t);
  await isFlat(t, async () => {
    for (let opened = 0; opened < 250; opened += 50) {
      await Promise.all(Array.from({ length: 50 }, () => stream(server.port, takeJunk(1 + (taken % 4)))));
      await stillAnswers(phone);
    }
  });
});

t.test('after 6,000 junk frames other applications and honest phones go on, and memory is flat', async (t) => {
  const { world: server, phone } = await world(t);
  const orders = ['sip|||', 'sip|x||', 'sip||x;from-tag=1|', 'proxy|x||||serial|1s|2s|', 'route|', 'ping|', 'x|'];
  await isFlat(t, async () => {
    let application = await authenticated(server.admin);
    for (const [n, junk] of takeJunk(3_000).entries()) {
      if (application.isClosed) application = await authenticated(server.admin);
      const order = orders[n % orders.length] ?? '';
      const payload = Buffer.concat([Buffer.from(`id|${order}\r\n`), junk]);
      application.socket.write(Buffer.concat([Buffer.from(`${payload.length}#`), payload]));
      if (n % 50 === 0) await new Promise(setImmediate);
      if (n % 500 === 0) await stillAnswers(phone);
    }
    application.close();
  });
});

async function authenticated(port: number): Promise<RawApplication> {
  const application = await RawApplication.connect(port);
  await application.ask('authenticate|secret');
  application.received.length = 0;
  return application;
}

async function stream(port: number, parts: Buffer[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const part of parts) {
    socket.write(part);
    await new Promise(setImmediate);
  }
  socket.destroy();
  await new Promise(setImmediate);
}
