import t from 'tap';
import { answerChallenge, cancel, lint, Phone, parameter, parseMessage, SipMessage, sdp } from './index.js';

const nowhere = { address: '127.0.0.1', port: 9 };

for (const transport of ['udp', 'tcp'] as const) {
  t.test(`two phones hold a call over ${transport}`, async (t) => {
    const bob = await Phone.open({ server: nowhere, transport, listen: transport === 'tcp', user: 'bob' });
    const alice = await Phone.open({ server: bob, transport, address: '127.0.0.2' });
    t.teardown(() => Promise.all([alice.close(), bob.close()]));

    const calling = alice.call(bob.uri);
    const invite = await bob.expect('INVITE');
    t.equal(invite.uri, bob.uri);
    t.match(invite.get('Via'), `${transport.toUpperCase()} 127.0.0.2:${alice.port};branch=z9hG4bK`);
    t.equal(invite.text, sdp(alice));
    const [uac, uas] = await Promise.all([calling, bob.accept(invite)]);

    const ending = uas.bye();
    const bye = await uac.expect('BYE');
    t.equal(bye.tag('To'), invite.tag('From'));
    alice.reply(bye, 200);
    t.equal((await ending).status, 200);
  });
}

t.test('a phone fails a test that waits for what does not come, and says what came', async (t) => {
  const bob = await Phone.open({ server: nowhere });
  const alice = await Phone.open({ server: bob });
  t.teardown(() => Promise.all([alice.close(), bob.close()]));
  alice.send(alice.request('OPTIONS', bob.uri));
  await t.rejects(bob.expect('INVITE', 50), { message: /no INVITE within 50 ms; unread: OPTIONS sip:/ });
  await t.rejects(bob.silence(1), { message: /unwanted message: OPTIONS/ });
  await bob.silence(1, (message) => message.method === 'BYE');
});

t.test('a phone throws away what came before its peer had seen all of its messages, and nothing later', async (t) => {
  const bob = await Phone.open({ server: nowhere });
  const alice = await Phone.open({ server: bob });
  t.teardown(() => Promise.all([alice.close(), bob.close()]));
  for (const isLate of [false, true]) {
    const stopping = alice.noMore(50, ({ method }) => method === 'MESSAGE');
    const options = await bob.expect('OPTIONS');
    if (isLate) bob.reply(options, 200);
    bob.send(bob.request('MESSAGE', alice.uri), options);
    if (!isLate) bob.reply(options, 200);
    if (isLate) await t.rejects(stopping, { message: /unwanted message: MESSAGE/ });
    else await stopping;
  }
});

t.test('a phone fails a test when what it receives is no sound SIP', async (t) => {
  const bob = await Phone.open({ server: nowhere });
  const alice = await Phone.open({ server: bob });
  t.teardown(() => Promise.all([alice.close(), bob.close()]));
  alice.send(alice.request('INVITE', bob.uri, { headers: { Contact: undefined, CSeq: '1 BYE' } }));
  await t.rejects(bob.expect('INVITE'), { message: /Contact is missing, CSeq names another method/ });
});

t.test('lint finds nothing in a sound request and every missing header in an empty one', async (t) => {
  const phone = await Phone.open({ server: nowhere });
  t.teardown(() => phone.close());
  t.same(lint(parseMessage(phone.request('OPTIONS').toBuffer())), []);
  t.ok(lint(new SipMessage('OPTIONS sip:a SIP/2.0')).length > 7);
});

t.test('the parser reads compact names, folded lines and lists', (t) => {
  const message = parseMessage(
    Buffer.from(
      'INVITE sip:a SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1\r\nt: "a,b" <sip:a>,\r\n\t<sip:b>\r\n\r\nbody',
    ),
  );
  t.equal(message.branch, 'z9hG4bK1');
  t.same(message.list('To'), ['"a,b" <sip:a>', '<sip:b>']);
  t.equal(message.text, 'body');
  t.throws(() => parseMessage(Buffer.from('INVITE sip:a SIP/2.0\r\nno colon\r\n\r\n')), {
    message: /not a header line/,
  });
  t.throws(() => parseMessage(Buffer.from('hello\r\n\r\n')), { message: /not a start line/ });
  t.throws(() => parseMessage(Buffer.from('INVITE sip:a SIP/2.0\r\n')), { message: /no end of headers/ });
  t.equal(parameter('<sip:a;tag=x>;tag="y z"', 'tag'), 'x');
  t.equal(parameter('SIP/2.0/UDP a;rport;branch=b', 'rport'), '');
  t.equal(parameter('SIP/2.0/UDP a;rport=1', 'port'), undefined);
  t.end();
});

t.test('CANCEL shares branch and CSeq number with its INVITE (RFC 3261 section 9.1)', async (t) => {
  const phone = await Phone.open({ server: nowhere });
  t.teardown(() => phone.close());
  const invite = phone.request('INVITE');
  t.equal(cancel(invite).branch, invite.branch);
  t.same(cancel(invite).cseq, { number: 1, method: 'CANCEL' });
});

t.test('the digest client gives the answers of the RFCs', (t) => {
  const challenge = {
    realm: 'http-auth@example.org',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    qop: 'auth, auth-int',
    opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  };
  const mufasa = { username: 'Mufasa', password: 'Circle of Life' };
  const choices = { cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };
  const answer = (algorithm: string) =>
    answerChallenge({ ...challenge, algorithm }, mufasa, 'GET', '/dir/index.html', choices);
  t.match(answer('MD5'), 'response="8ca523f5e9506fed4657c9700eebdbec"', 'RFC 7616 section 3.9.1');
  t.match(
    answer('SHA-256'),
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
    'RFC 7616 section 3.9.1',
  );
  t.match(answer('MD5'), /qop=auth, nc=00000001, cnonce="f2/);
  t.match(
    answerChallenge({ realm: 'r', nonce: 'n' }, mufasa, 'REGISTER', 'sip:r', { override: { response: '0' } }),
    /^Digest username="Mufasa", realm="r", nonce="n", uri="sip:r", response="0", algorithm=MD5$/,
  );
  t.end();
});
