import { once } from 'node:events';
import t from 'tap';
import { sdp } from '../sip/index.js';
import { settled, startApplication } from './application.js';
import { except } from './differences.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t);

for (const method of ['REGISTER', 'OPTIONS', 'INVITE', 'MESSAGE', 'SUBSCRIBE']) {
  t.test(`${method} is answered 503 while no application handles it`, async (t) => {
    await startApplication(t, target, { publish: () => t.fail('not for this verb') });
    const phone = await openPhone(t, target);
    const response = await phone.ask(method);
    t.equal(response.startLine, 'SIP/2.0 503 Service Unavailable');
    t.not(response.tag('To'), '');
  });
}

t.test('a route added after connecting is served', async (t) => {
  const app = await startApplication(t, target, { register: (_, res) => res.send(200) });
  app.srf.use('message', (_, res) => res.send(202));
  await settled(app);
  const phone = await openPhone(t, target);
  t.equal((await phone.ask('MESSAGE')).status, 202);
  t.equal((await phone.ask('REGISTER')).status, 200);
});

t.test('a removed route is served no more, the others are', except(target, 'removeRoute'), async (t) => {
  const app = await startApplication(t, target, {
    register: (_, res) => res.send(200),
    options: (_, res) => res.send(200),
  });
  const phone = await openPhone(t, target);
  t.equal((await phone.ask('OPTIONS')).status, 200);
  app.srf.unregisterForMessages('options');
  await settled(app);
  t.equal((await phone.ask('OPTIONS')).status, 503);
  t.equal((await phone.ask('REGISTER')).status, 200);
});

t.test('the routes of an application go with it, and come back when it reconnects', async (t) => {
  const app = await startApplication(t, target, { options: (_, res) => res.send(200) });
  const phone = await openPhone(t, target);
  t.equal((await phone.ask('OPTIONS')).status, 200);
  await app.stop();
  t.equal((await phone.ask('OPTIONS')).status, 503);
  await startApplication(t, target, { options: (_, res) => res.send(204) });
  t.equal((await phone.ask('OPTIONS')).status, 204);
});

t.test('two applications get the requests of a verb exactly in turn', except(target, 'turns'), async (t) => {
  let served = '';
  const serve = (name: string) => ({
    options: (_: unknown, res: { send(status: number): void }) => {
      served += name;
      res.send(200);
    },
  });
  const a = await startApplication(t, target, serve('A'));
  await startApplication(t, target, serve('B'));
  a.srf.use('message', () => {});
  await settled(a);
  const phone = await openPhone(t, target);
  for (let n = 0; n < 8; n++) await phone.ask('OPTIONS');
  t.match(served, /^(ABABABAB|BABABABA)$/, 'also when one of them has named its routes twice');
  served = '';
  await a.stop();
  for (let n = 0; n < 3; n++) await phone.ask('OPTIONS');
  t.equal(served, 'BBB');
});

t.test('a retransmission in turn with other requests still goes to nobody', async (t) => {
  let served = 0;
  const handlers = { options: () => void served++ };
  await startApplication(t, target, handlers);
  await startApplication(t, target, handlers);
  const phone = await openPhone(t, target);
  const request = phone.send(phone.request('OPTIONS'));
  for (let n = 0; n < 3; n++) phone.send(request);
  await phone.silence(50);
  t.equal(served, 1);
});

t.test('once its application is gone, requests inside a dialog are answered 481', async (t) => {
  const app = await startApplication(t, target, {
    invite: (req, res) => app.srf.createUAS(req, res, { localSdp: sdp(target.sip) }),
  });
  const phone = await openPhone(t, target);
  const dialog = await phone.call();
  await app.stop();
  for (const method of ['INFO', 'BYE']) {
    const response = await dialog.ask(method);
    t.equal(response.startLine, 'SIP/2.0 481 Call/Transaction Does Not Exist');
    t.equal(response.tag('To'), dialog.response.tag('To'));
  }
});

t.test('what its application left unanswered when it went is answered 503', except(target, 'unanswered'), async (t) => {
  const app = await startApplication(t, target, { invite: () => {}, options: () => {} });
  const phone = await openPhone(t, target);
  const options = phone.send(phone.request('OPTIONS'));
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  await phone.response(invite, 100);
  await settled(app);
  await app.stop();
  t.equal((await phone.final(options)).status, 503);
  t.equal((await phone.final(invite)).status, 503);
});

t.test('the calls out of an application that goes are cancelled', except(target, 'unanswered'), async (t) => {
  const app = await startApplication(t, target);
  const peer = await openPhone(t, target);
  app.srf.createUAC(peer.uri, { localSdp: sdp(target.sip) }).catch(() => {});
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 180);
  await settled(app);
  await app.stop();
  const cancelled = await peer.expect('CANCEL');
  t.equal(cancelled.branch, invite.branch);
  peer.reply(cancelled, 200);
  peer.reply(invite, 487);
  t.equal((await peer.expect('ACK')).branch, invite.branch);
});

t.test('an application cut off connects again by itself and serves its routes again', async (t) => {
  const app = await startApplication(t, target, { options: (_, res) => res.send(200) });
  const phone = await openPhone(t, target);
  const again = once(app.srf, 'connect');
  app.socket.destroy();
  t.equal((await again)[0], null);
  await settled(app);
  t.equal((await phone.ask('OPTIONS')).status, 200);
});
