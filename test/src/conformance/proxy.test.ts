import t from 'tap';
import { Dialog, hostPort, sdp } from '../sip/index.js';
import { startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t);
const here = hostPort(target.sip);

t.test('a proxied REGISTER keeps its Request-URI; a Via is put on, Max-Forwards goes down', async (t) => {
  const registrar = await openPhone(t, target, { user: 'registrar' });
  const result = later<{ connected: boolean; finalStatus: number }>();
  const { srf } = await startApplication(t, target, {
    register: async (req) =>
      result.resolve(await srf.proxyRequest(req, `sip:${hostPort(registrar)}`, { headers: { 'X-Via-App': '1' } })),
  });
  const phone = await openPhone(t, target, { domain: 'example.com' });
  const register = phone.send(phone.request('REGISTER'));
  const passed = await registrar.expect('REGISTER');
  t.equal(passed.uri, 'sip:example.com');
  t.equal(passed.get('Max-Forwards'), '69');
  t.equal(passed.get('X-Via-App'), '1');
  t.match(passed.all('Via')[0], new RegExp(`^SIP/2.0/UDP ${here};`));
  t.equal(passed.all('Via')[1], `${register.get('Via')}=${phone.port}`);
  for (const name of ['From', 'To', 'Call-ID', 'CSeq', 'Contact']) t.equal(passed.get(name), register.get(name), name);
  const answered = registrar.reply(passed, 200, { headers: { Expires: 60 } });
  const response = await phone.final(register);
  t.equal(response.get('To'), answered.get('To'), 'the To tag is the registrar’s');
  t.equal(response.get('Expires'), '60');
  t.same(response.all('Via'), [passed.all('Via')[1]], 'the server’s Via is off again');
  t.match(await result.promise, { connected: true, finalStatus: 200 });
});

t.test('any other request takes the destination as its Request-URI, and failures pass back', async (t) => {
  const peer = await openPhone(t, target, { user: 'peer' });
  const result = later<unknown>();
  const { srf } = await startApplication(t, target, {
    options: async (req) => result.resolve(await srf.proxyRequest(req, peer.uri)),
  });
  const phone = await openPhone(t, target);
  const options = phone.send(phone.request('OPTIONS'));
  const passed = await peer.expect('OPTIONS');
  t.equal(passed.uri, peer.uri);
  peer.reply(passed, 404);
  t.equal((await phone.final(options)).startLine, 'SIP/2.0 404 Not Found');
  t.match(await result.promise, { connected: false, finalStatus: 404 });
});

t.test('remainInDialog: Record-Route is put on, and ACK and BYE pass without the application', async (t) => {
  const peer = await openPhone(t, target, { user: 'peer' });
  const { srf } = await startApplication(t, target, {
    invite: (req) => srf.proxyRequest(req, peer.uri, { remainInDialog: true }),
    bye: () => t.fail('BYE bypasses the application'),
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const passed = await peer.expect('INVITE');
  t.match(passed.get('Record-Route'), new RegExp(`^<sip:${here};(transport=udp;)?lr>$`));
  t.equal(passed.text, sdp(phone));
  peer.reply(passed, 180);
  t.equal((await phone.response(invite, 180)).get('Contact'), `<${peer.uri}>`);
  const ok = peer.reply(passed, 200, { body: sdp(peer) });
  const accepted = await phone.final(invite);
  t.equal(accepted.get('Contact'), `<${peer.uri}>`);
  t.equal(accepted.text, sdp(peer));
  const [a, b] = [Dialog.caller(phone, invite, accepted), Dialog.callee(peer, passed, ok)];
  phone.send(a.ack());
  const ack = await b.expect('ACK');
  t.equal(ack.uri, peer.uri);
  t.same(ack.all('Route'), [], 'the server takes its own Route off (RFC 3261 section 16.4)');
  const ending = a.bye();
  const bye = await b.expect('BYE');
  t.same(bye.all('Route'), []);
  peer.reply(bye, 200);
  t.equal((await ending).status, 200);
});

t.test('destinations are tried one after the other, each failure acknowledged, the last one passed back', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const two = await openPhone(t, target, { user: 'two' });
  const result = later<{ finalStatus: number }>();
  const { srf } = await startApplication(t, target, {
    invite: async (req) => result.resolve(await srf.proxyRequest(req, [one.uri, two.uri])),
  });
  const phone = await openPhone(t, target);
  const calling = phone.ask('INVITE', undefined, { body: sdp(phone) });
  const first = await one.expect('INVITE');
  await two.silence(30);
  one.reply(first, 486);
  t.equal((await one.expect('ACK')).branch, first.branch);
  const second = await two.expect('INVITE');
  t.equal(second.uri, two.uri);
  t.not(second.branch, first.branch);
  two.reply(second, 404);
  t.equal((await two.expect('ACK')).branch, second.branch);
  t.equal((await calling).status, 404);
  t.match(await result.promise, { connected: false, finalStatus: 404 });
});

t.test('destinations are rung at once; who answers has the call, the others are cancelled', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const two = await openPhone(t, target, { user: 'two' });
  const { srf } = await startApplication(t, target, {
    invite: (req) => srf.proxyRequest(req, [one.uri, two.uri], { forking: 'simultaneous' }),
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const [first, second] = await Promise.all([one.expect('INVITE'), two.expect('INVITE')]);
  one.reply(first, 180);
  await phone.response(invite, 180);
  two.reply(second, 200, { body: sdp(two) });
  const cancelled = await one.expect('CANCEL');
  t.equal(cancelled.branch, first.branch);
  one.reply(cancelled, 200);
  one.reply(first, 487);
  t.equal((await one.expect('ACK')).branch, first.branch);
  const accepted = await phone.final(invite);
  t.equal(accepted.status, 200);
  t.equal(accepted.get('Contact'), `<${two.uri}>`);
  await phone.silence(30, ({ status }) => status === 487);
});
