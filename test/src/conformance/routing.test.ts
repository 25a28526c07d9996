import t from 'tap';
import { contactUri, Dialog, hostPort, sdp } from '../sip/index.js';
import { ask, type Leg, startApplication } from './application.js';
import { except } from './differences.js';
import { later } from './later.js';
import { openPhone, startTarget, type Teardown } from './target.js';

/** Where the server's requests go. */
const target = await startTarget(t);
const localSdp = sdp(target.sip, 41_000);

/** Starts an application that takes a call, and gives the promise of its leg. */
async function takeCall(t: Teardown): Promise<{ leg: Promise<Leg> }> {
  const call = later<Leg>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => call.resolve(await app.srf.createUAS(req, res, { localSdp })),
  });
  return { leg: call.promise };
}

t.test(
  'a phone behind a NAT, whose Contact names a private address, is reached where its INVITE came from',
  async (t) => {
    const { leg } = await takeCall(t);
    const phone = await openPhone(t, target);
    const contact = 'sip:alice@192.168.77.1:5062';
    const dialog = await phone.call(undefined, { headers: { Contact: `<${contact}>` }, body: sdp(phone) });
    const ending = (await leg).destroy();
    const bye = await dialog.expect('BYE');
    t.equal(bye.uri, contact, 'the Request-URI stays the Contact');
    phone.reply(bye, 200);
    await ending;
  },
);

t.test('a re-INVITE from another Contact moves the remote target (RFC 3261 section 12.2.1.2)', async (t) => {
  const { leg } = await takeCall(t);
  const phone = await openPhone(t, target);
  const elsewhere = await openPhone(t, target, { address: '127.0.0.4' });
  const dialog = await phone.call();
  const moved = dialog.request('INVITE', {
    headers: { Contact: `<${elsewhere.uri}>`, Via: elsewhere.via() },
    body: sdp(elsewhere),
  });
  t.equal((await elsewhere.final(elsewhere.send(moved))).status, 200);
  elsewhere.send(dialog.ack({ headers: { Via: elsewhere.via() } }));
  const ending = (await leg).destroy();
  const bye = await elsewhere.expect('BYE');
  t.equal(bye.uri, elsewhere.uri);
  elsewhere.reply(bye, 200);
  await ending;
  await phone.silence(30, ({ method }) => method === 'BYE');
});

t.test(
  'the Record-Route of an INVITE is the route of the callee’s requests, in its order (RFC 3261 section 12.1.1)',
  async (t) => {
    const { leg } = await takeCall(t);
    const proxy = await openPhone(t, target);
    const phone = await openPhone(t, target);
    const routes = [`<sip:${hostPort(proxy)};lr>`, '<sip:127.0.0.9:9;lr>'];
    const dialog = await phone.call(undefined, { headers: { 'Record-Route': routes }, body: sdp(phone) });
    t.same(dialog.response.list('Record-Route'), routes);
    const ending = (await leg).destroy();
    const bye = await proxy.expect('BYE');
    t.equal(bye.uri, phone.uri);
    t.same(bye.list('Route'), routes);
    proxy.reply(bye, 200);
    await ending;
  },
);

t.test(
  'the Record-Route of an answer is the route of the caller’s requests, backwards (RFC 3261 section 12.1.2)',
  async (t) => {
    const { srf } = await startApplication(t, target);
    const peer = await openPhone(t, target, { user: 'peer' });
    const proxy = await openPhone(t, target, { user: 'proxy' });
    const calling = srf.createUAC(peer.uri, { localSdp });
    const invite = await peer.expect('INVITE');
    const routes = ['<sip:127.0.0.9:9;lr>', `<sip:${hostPort(proxy)};lr>`];
    peer.reply(invite, 200, { headers: { 'Record-Route': routes }, body: sdp(peer) });
    const ack = await proxy.expect('ACK');
    t.equal(ack.uri, peer.uri);
    t.same(ack.list('Route'), routes.toReversed());
    (await calling).destroy();
    const bye = await proxy.expect('BYE');
    t.equal(bye.uri, peer.uri);
    proxy.reply(bye, 200);
  },
);

t.test('a strict router is put in the Request-URI, the target at the end (RFC 3261 section 12.2.1.1)', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const router = await openPhone(t, target, { user: 'router' });
  const calling = srf.createUAC(peer.uri, { localSdp });
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 200, { headers: { 'Record-Route': `<${router.uri}>` }, body: sdp(peer) });
  const ack = await router.expect('ACK');
  t.equal(ack.uri, router.uri);
  t.same(ack.list('Route'), [`<${peer.uri}>`]);
  await calling;
});

t.test('a call sent through a proxy stays on that way when nobody records a route', async (t) => {
  const { srf } = await startApplication(t, target);
  const proxy = await openPhone(t, target, { user: 'proxy' });
  const calling = srf.createUAC('sip:someone@example.test', { localSdp, proxy: `sip:${hostPort(proxy)}` });
  const invite = await proxy.expect('INVITE');
  t.equal(invite.uri, 'sip:someone@example.test');
  const contact = 'sip:someone@192.168.77.2:5062';
  const answered = proxy.reply(invite, 200, { headers: { Contact: `<${contact}>` }, body: sdp(proxy) });
  const dialog = Dialog.callee(proxy, invite, answered);
  t.equal((await dialog.expect('ACK')).uri, contactUri(answered));
  (await calling).destroy();
  const bye = await dialog.expect('BYE');
  t.equal(bye.uri, contact);
  proxy.reply(bye, 200);
});

t.test(
  'a request too large for a datagram goes over TCP where the peer takes it (RFC 3261 section 18.1.1)',
  async (t) => {
    const { srf } = await startApplication(t, target);
    const udp = await openPhone(t, target);
    const tcp = await openPhone(t, target, { transport: 'tcp', listen: true, port: udp.port });
    const headers = { 'Content-Type': 'text/plain' };
    const asking = ask(srf, udp.uri, { method: 'MESSAGE', headers, body: 'x'.repeat(2_000) });
    const message = await tcp.expect('MESSAGE');
    t.match(message.get('Via'), /^SIP\/2\.0\/TCP /);
    t.equal(message.uri, udp.uri);
    tcp.reply(message, 200);
    t.equal((await asking).response.status, 200);
    await udp.silence(30);
  },
);

t.test(
  'a phone on another loopback address is answered and called from the address it sent to',
  except(target, 'listeners'),
  async (t) => {
    const { srf } = await startApplication(t, target, { options: (_, res) => res.send(200) });
    const phone = await openPhone(t, target, { address: '127.0.0.5' });
    t.equal((await phone.ask('OPTIONS')).status, 200);
    const asking = ask(srf, phone.uri, { method: 'OPTIONS' });
    const options = await phone.expect('OPTIONS');
    t.match(options.get('Via'), `SIP/2.0/UDP ${hostPort(target.sip)}`);
    phone.reply(options, 200);
    t.equal((await asking).response.status, 200);
  },
);

t.test('the route set of three proxies is kept for the whole call, whoever asks (RFC 3261 section 12.2)', async (t) => {
  const { leg } = await takeCall(t);
  const [outer, middle, inner] = [
    await openPhone(t, target, { user: 'outer' }),
    '<sip:192.0.2.2;lr;transport=tcp>',
    '<sip:192.0.2.3:5080;lr;ftag=1>',
  ];
  const phone = await openPhone(t, target);
  const routes = [`<sip:${hostPort(outer)};lr>`, middle, inner];
  const dialog = await phone.call(undefined, { headers: { 'Record-Route': routes }, body: sdp(phone) });
  t.same(dialog.response.list('Record-Route'), routes);
  const changed = ['<sip:192.0.2.9;lr>'];
  const moved = dialog.send(dialog.request('UPDATE', { headers: { 'Record-Route': changed } }));
  t.equal((await phone.final(moved)).status, 200);
  for (const method of ['INFO', 'BYE'] as const) {
    const asking = method === 'INFO' ? (await leg).request({ method }) : (await leg).destroy();
    const request = await outer.expect(method);
    t.same(request.list('Route'), routes, 'a Record-Route inside the call changes nothing');
    t.equal(request.uri, phone.uri);
    outer.reply(request, 200);
    await asking;
  }
});

t.test('two routes of which the first is loose and the second strict stay in their places', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const proxy = await openPhone(t, target, { user: 'proxy' });
  const calling = srf.createUAC(peer.uri, { localSdp });
  const invite = await peer.expect('INVITE');
  const routes = ['<sip:strict@192.0.2.7>', `<sip:${hostPort(proxy)};lr>`];
  peer.reply(invite, 200, { headers: { 'Record-Route': routes }, body: sdp(peer) });
  const ack = await proxy.expect('ACK');
  t.equal(ack.uri, peer.uri);
  t.same(ack.list('Route'), routes.toReversed());
  await calling;
});

t.test('a call made over UDP goes on over TCP when the phone’s Contact says so', async (t) => {
  const { leg } = await takeCall(t);
  const phone = await openPhone(t, target);
  const tcp = await openPhone(t, target, { transport: 'tcp', listen: true });
  const dialog = await phone.call(undefined, { headers: { Contact: `<${tcp.uri}>` }, body: sdp(phone) });
  const asking = (await leg).request({ method: 'INFO' });
  const info = await tcp.expect('INFO');
  t.equal(info.uri, tcp.uri);
  t.match(info.get('Via'), /^SIP\/2\.0\/TCP /);
  tcp.reply(info, 200);
  t.equal((await asking).status, 200);
  t.equal((await dialog.bye()).status, 200, 'the phone itself may go on over UDP');
});

t.test('a call out over TCP tells the peer to come back over TCP', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer', transport: 'tcp', listen: true });
  const calling = srf.createUAC(peer.uri, { localSdp, callingNumber: '100' });
  const invite = await peer.expect('INVITE');
  t.equal(invite.get('Contact'), `<sip:100@${hostPort(target.sip)};transport=tcp>`);
  const [leg, dialog] = await Promise.all([calling, peer.accept(invite)]);
  t.equal((await dialog.ask('INFO')).status, 200);
  const ending = leg.destroy();
  peer.reply(await dialog.expect('BYE'), 200);
  await ending;
});
