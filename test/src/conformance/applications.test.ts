import { once } from 'node:events';
import t from 'tap';
import { Dialog, sdp } from '../sip/index.js';
import { ask, type Leg, type Response, type Started, settled, startApplication } from './application.js';
import { except } from './differences.js';
import { later } from './later.js';
import { frame, RawApplication } from './raw-application.js';
import { openPhone, startTarget, type Teardown } from './target.js';

/** Several applications at once, and ones that come and go. */
const target = await startTarget(t);
const localSdp = sdp(target.sip, 41_000);

/** An application that takes every call, and how many it has. */
async function taker(t: Teardown): Promise<{ app: Started; legs: Leg[]; ended: string[] }> {
  const [legs, ended]: [Leg[], string[]] = [[], []];
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      const leg = await app.srf.createUAS(req, res, { localSdp });
      leg.on('destroy', (bye) => ended.push(bye.get('call-id')));
      legs.push(leg);
    },
  });
  return { app, legs, ended };
}

t.test(
  'each call stays with the application that took it, while new ones are dealt in turn',
  except(target, 'turns'),
  async (t) => {
    const takers = [await taker(t), await taker(t), await taker(t)];
    const phone = await openPhone(t, target);
    const calls: Dialog[] = [];
    for (let n = 0; n < 9; n++) calls.push(await phone.call());
    for (const { app } of takers) await settled(app);
    t.same(
      takers.map(({ legs }) => legs.length),
      [3, 3, 3],
    );
    for (const dialog of calls) {
      t.equal((await dialog.ask('INFO')).status, 200);
      t.equal((await dialog.bye()).status, 200);
    }
    for (const { legs, ended } of takers) t.same([...ended].sort(), legs.map(({ sip }) => sip.callId).sort());
  },
);

t.test('an application dies: its calls are gone, the others’ stand and new ones go to these', async (t) => {
  const [mortal, other] = [await taker(t), await taker(t)];
  const phone = await openPhone(t, target);
  const calls = [await phone.call(), await phone.call()];
  for (const { app } of [mortal, other]) await settled(app);
  const isMortals = (dialog: Dialog) => mortal.legs.some(({ sip }) => sip.callId === dialog.callId);
  kill(mortal.app);
  const [lost] = calls.filter(isMortals);
  while ((await (lost as Dialog).ask('INFO')).status === 200);
  for (const dialog of calls) t.equal((await dialog.ask('INFO')).status, isMortals(dialog) ? 481 : 200);
  const before = other.legs.length;
  await phone.call();
  await phone.call();
  await settled(other.app);
  t.equal(other.legs.length, before + 2);
});

t.test('an application that returns gets its share again; its old calls stay gone', async (t) => {
  const { app, legs } = await taker(t);
  const phone = await openPhone(t, target);
  const old = await phone.call();
  await settled(app);
  const again = once(app.srf, 'connect');
  app.socket.destroy();
  await again;
  await settled(app);
  t.equal((await old.ask('INFO')).status, 481);
  const call = await phone.call();
  t.equal((await call.ask('INFO')).status, 200);
  await t.rejects((legs[0] as Leg).request({ method: 'INFO' }), 'the dialog was the old connection’s');
});

t.test('an application can’t reach into the calls of another', async (t) => {
  const { legs } = await taker(t);
  const phone = await openPhone(t, target);
  const dialog = await phone.call();
  const stranger = await RawApplication.authenticated(t, target);
  const id = (legs[0] as Leg).id;
  t.same(await stranger.ask(`sip||${id}`, 'BYE sip:placeholder SIP/2.0\r\nContent-Length: 0\r\n\r\n'), [
    'NOK',
    'Server error: unable to find dialog for dialog id provided',
  ]);
  t.equal((await dialog.ask('INFO')).status, 200);
});

t.test('what an application sent before it died goes out, and the answers to it go nowhere', async (t) => {
  const phone = await openPhone(t, target, { user: 'peer' });
  const { srf, socket } = await startApplication(t, target);
  srf.request(phone.uri, { method: 'OPTIONS' }, () => {});
  srf.app.client.wp.closing = true;
  const closed = once(socket, 'close');
  socket.end();
  phone.reply(await phone.expect('OPTIONS'), 200);
  await closed;
  const next = await startApplication(t, target, { options: (_, res) => res.send(200) });
  t.equal((await phone.ask('OPTIONS')).status, 200);
  await settled(next);
});

/** Ends an application's connection without a word, and for good. */
function kill({ srf, socket }: Started): void {
  srf.app.client.wp.closing = true;
  socket.destroy();
}

t.test(
  'a call answered when its application is gone is acknowledged and ended',
  except(target, 'unanswered'),
  async (t) => {
    const phone = await openPhone(t, target, { user: 'peer' });
    const app = await startApplication(t, target);
    app.srf.createUAC(phone.uri, { localSdp }).catch(() => {});
    const invite = await phone.expect('INVITE');
    phone.reply(invite, 180);
    kill(app);
    phone.reply(await phone.expect('CANCEL'), 200);
    const dialog = Dialog.callee(phone, invite, phone.reply(invite, 200, { body: sdp(phone) }));
    await dialog.expect('ACK');
    phone.reply(await dialog.expect('BYE'), 200);
  },
);

t.test(
  'a call whose application dies before it acknowledges is ended when the 200 comes again',
  except(target, 'unanswered'),
  async (t) => {
    const phone = await openPhone(t, target, { user: 'peer' });
    const app = await startApplication(t, target);
    const calling = app.srf.createUAC(phone.uri, { noAck: true });
    const invite = await phone.expect('INVITE');
    const ok = phone.reply(invite, 200, { body: sdp(phone) });
    await calling;
    kill(app);
    const dialog = Dialog.callee(phone, invite, ok);
    const ended = dialog.expect('BYE');
    const repeating = setInterval(() => phone.send(ok, invite), 100);
    phone.reply(await ended, 200);
    clearInterval(repeating);
    await dialog.expect('ACK');
  },
);

t.test('requests wait for nobody: a slow application holds up no other', async (t) => {
  const waiting = later<Response>();
  const slow = await startApplication(t, target, { message: (_, res) => waiting.resolve(res) });
  await startApplication(t, target, { options: (_, res) => res.send(200) });
  const phone = await openPhone(t, target);
  const message = phone.send(phone.request('MESSAGE'));
  const res = await waiting.promise;
  t.equal((await phone.ask('OPTIONS')).status, 200);
  res.send(200);
  t.equal((await phone.final(message)).status, 200);
  await settled(slow);
});

t.test('frames of 60 KB pass both ways, many in one write', { ...except(target, 'bodySize') }, async (t) => {
  const app = await startApplication(t, target, {
    message: (req, res) => res.send(200, { headers: { 'Content-Type': 'text/plain' }, body: req.body }),
  });
  const phone = await openPhone(t, target, { transport: 'tcp' });
  const bodies = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(60_000));
  const requests = bodies.map((body) => phone.send(phone.request('MESSAGE', undefined, { body })));
  for (const [at, request] of requests.entries()) t.ok((await phone.final(request)).text === bodies[at]);
  const asking = bodies.map((body) =>
    ask(app.srf, phone.uri, { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body }),
  );
  for (const body of bodies) {
    const message = await phone.expect('MESSAGE');
    t.ok(message.text === body);
    phone.reply(message, 200);
  }
  for (const { response } of await Promise.all(asking)) t.equal(response.status, 200);
});

t.test('an application that is too eager is answered in order, all of it', except(target, 'pipelining'), async (t) => {
  const raw = await RawApplication.authenticated(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const sip = `OPTIONS ${peer.uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`;
  const frames = Array.from({ length: 300 }, (_, n) => frame(`id-${n}|sip||\r\n${sip}`));
  raw.sendBytes(Buffer.concat(frames));
  for (let n = 0; n < 300; n++) t.equal((await raw.answer(`id-${n}`)).fields[3], 'OK');
  const branches = new Set<string>();
  for (let n = 0; n < 300; n++) {
    const options = await peer.expect('OPTIONS');
    branches.add(options.branch);
    peer.reply(options, 200);
  }
  t.equal(branches.size, 300);
});
