import t from 'tap';
import { requestText } from '../testing/messages.js';
import { TcpPhone } from '../testing/phone.js';
import { start, viaOf } from '../testing/world.js';
import type { Peer } from '../transport/hop.js';
import type { LocalRequest } from './local-request.js';

t.test('a handler in the process gets the requests of its method, as drachtio-srf would hand them over', async (t) => {
  const { phone, server, port } = await start(t, (app) => app.options((_request, response) => response.send(200)));
  const requests: LocalRequest[] = [];
  server.handle('REGISTER', (request, response) => {
    requests.push(request);
    response.send(403, { headers: { 'WWW-Authenticate': ['Digest a="1"', 'Digest a="2"'], 'X-Name': 'Åse\r\nX: y' } });
    t.equal(response.finalResponseSent, true);
    response.send(200);
  });
  const alice = await phone();
  const more = ['m: <sip:a@h>', 'Contact: <sip:b@h>', 'X-Name: Åse'];
  const text = requestText({ method: 'REGISTER', uri: 'sip:example.com', via: viaOf(alice, 'l1'), more, body: 'ø' });
  alice.send(text);
  const response = await alice.response(403);
  t.strictSame(response.values('WWW-Authenticate'), ['Digest a="1"', 'Digest a="2"']);
  t.equal(Buffer.from(response.value('X-Name') ?? '', 'latin1').toString(), 'Åse X: y', 'no header can be smuggled in');
  t.match(response.to.tag, /./);
  const [request] = requests;
  t.equal(request?.method, 'REGISTER');
  t.equal(request?.uri, 'sip:example.com');
  t.equal(request?.headers.contact, '<sip:a@h>, <sip:b@h>');
  t.equal(request?.headers['x-name'], 'Åse');
  t.equal(request?.headers['user-agent'], undefined);
  t.equal(request?.body, 'ø');
  t.match(request?.raw, /^REGISTER sip:example.com SIP\/2.0\r\nVia: .*\r\n\r\nø$/s);
  t.strictSame([request?.source_address, request?.protocol], ['127.0.0.1', 'udp']);
  alice.send(text);
  await alice.response(403);
  t.equal(requests.length, 1, 'a retransmission gets the response again');
  alice.send(requestText({ via: viaOf(alice, 'l2'), callId: 'l2' }));
  t.ok(await alice.response(200), 'other methods go to the applications');
  t.ok(port > 0);
});

t.test('a handler that fails is answered for with 500', async (t) => {
  const { phone, server } = await start(t, () => {});
  server.handle('REGISTER', () => {
    throw new Error('on purpose');
  });
  const alice = await phone();
  alice.send(requestText({ method: 'REGISTER', via: viaOf(alice, 'l3') }));
  t.ok(await alice.response(500));
});

t.test('it is told when a peer that spoke over a connection is gone, and not of one that said nothing', async (t) => {
  const { server, port } = await start(t, (app) => app.options((_request, response) => response.send(200)));
  const gone: Peer[] = [];
  const stop = server.onPeerGone((peer) => gone.push(peer));
  const silent = await TcpPhone.connect(port);
  silent.close();
  for (let round = 0; round < 2; round += 1) {
    const bob = await TcpPhone.connect(port);
    const via = `SIP/2.0/TCP 127.0.0.1:${bob.port};branch=z9hG4bKp${round}`;
    bob.send(requestText({ via, callId: `p${round}` }));
    await bob.response(200);
    const expected = { transport: 'tcp', address: '127.0.0.1', port: bob.port };
    bob.close();
    for (let wait = 0; wait < 100 && gone.length === 0; wait += 1) await new Promise((done) => setTimeout(done, 5));
    if (round === 0) t.strictSame(gone, [expected]);
    stop();
  }
  t.equal(gone.length, 1, 'nobody is told any more');
});
