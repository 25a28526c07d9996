import t from 'tap';
import { hostPort, parseParameters, token } from '../sip/index.js';
import { answer, type Message, type Request, settled, startApplication } from './application.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t);
const alice = { username: 'alice', password: 'secret' };
const challenge = 'Digest realm="test", nonce="abc", qop="auth", algorithm=MD5';

t.test('a REGISTER is answered 401, then 200 to the right digest; the application sees what went out', async (t) => {
  const sent: Message[] = [];
  const app = await startApplication(t, target, {
    register: async (req, res) => {
      sent.push(
        req.has('Authorization')
          ? await answer(res, 200, { headers: { contact: `${req.get('contact')};expires=300`, expires: '300' } })
          : await answer(res, 401, { headers: { 'www-authenticate': challenge } }),
      );
    },
  });
  const phone = await openPhone(t, target, { domain: 'example.com' });
  const register = phone.send(phone.request('REGISTER'));
  const refused = await phone.final(register);
  t.equal(refused.startLine, 'SIP/2.0 401 Unauthorized');
  t.equal(refused.get('WWW-Authenticate'), challenge);
  t.equal(refused.get('Via'), `${register.get('Via')}=${phone.port}`, 'the Via with rport filled in (RFC 3581)');
  for (const name of ['From', 'Call-ID', 'CSeq']) t.equal(refused.get(name), register.get(name), name);
  t.match(refused.get('To'), /^<sip:alice@example\.com>;tag=\S+$/);

  const accepted = await phone.settle(register, refused, { credentials: alice });
  t.equal(accepted.startLine, 'SIP/2.0 200 OK');
  t.equal(accepted.get('Contact'), `<${phone.uri}>;expires=300`);
  t.equal(accepted.get('Expires'), '300');
  t.equal(accepted.get('CSeq'), '2 REGISTER');
  await settled(app);
  t.same(
    sent.map(({ raw }) => raw),
    phone.log.map(String),
    'word for word',
  );
});

t.test('the application learns where a request came from and where it arrived', async (t) => {
  const requests: Request[] = [];
  await startApplication(t, target, {
    register: (req, res) => {
      requests.push(req);
      res.send(200);
    },
  });
  const phone = await openPhone(t, target, { address: '127.0.0.2' });
  const register = phone.send(phone.request('REGISTER', 'sip:example.com'));
  await phone.final(register);
  const { source, source_address, source_port, protocol, receivedOn, stackDialogId, uri, raw } = requests[0] as Request;
  t.match(
    { source, source_address, source_port, protocol, receivedOn, stackDialogId, uri },
    {
      source: 'network',
      source_address: '127.0.0.2',
      source_port: phone.port,
      protocol: 'udp',
      receivedOn: hostPort(target.sip),
      stackDialogId: '',
      uri: 'sip:example.com',
    },
  );
  t.equal(raw, register.toString().replace(';rport', `;rport=${phone.port}`));
});

t.test('every header reaches the application as the phone wrote it', async (t) => {
  const seen: Request[] = [];
  await startApplication(t, target, {
    register: (req, res) => {
      seen.push(req);
      res.send(200);
    },
  });
  const phone = await openPhone(t, target);
  const headers = {
    Authorization:
      'Digest username="a\\"b, c", realm="r;=", nonce="n==", uri="sip:x", response="0", qop=auth, nc=00000001',
    Contact: ['<sip:a@192.0.2.1;transport=udp>;q=0.5;+sip.instance="<urn:uuid:1>"', '"B, C" <sip:b@192.0.2.2>'],
    'User-Agent': 'Phone/1.0 (test; ☺)',
    'X-Long': 'x'.repeat(4_000),
  };
  t.equal((await phone.ask('REGISTER', undefined, { headers })).status, 200);
  const raw = seen[0]?.raw.split('\r\n') ?? [];
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) t.ok(raw.includes(`${name}: ${value}`), `${name}: ${value.slice(0, 60)}`);
  }
  t.equal(parseParameters(headers.Authorization).username, 'a"b, c', 'the header is what it means to be');
});

t.test('a retransmitted REGISTER is kept from a slow application, and answered again once answered', async (t) => {
  let calls = 0;
  await startApplication(t, target, {
    register: (_, res) => {
      calls++;
      setTimeout(() => res.send(200), 150);
    },
  });
  const phone = await openPhone(t, target);
  const register = phone.send(phone.request('REGISTER'));
  for (let n = 0; n < 2; n++) {
    await phone.silence(50);
    phone.send(register);
  }
  const first = await phone.final(register);
  phone.send(register);
  const second = await phone.final(register);
  t.equal(first.status, 200);
  t.equal(second.toString(), first.toString(), 'the same response, To tag and all (RFC 3261 section 17.2.2)');
  t.equal(calls, 1);
  await phone.silence(50);
});

t.test('a request like another but for its branch is another request', async (t) => {
  let calls = 0;
  await startApplication(t, target, { register: (_, res) => res.send(calls++ === 0 ? 200 : 403) });
  const phone = await openPhone(t, target);
  const register = phone.send(phone.request('REGISTER'));
  t.equal((await phone.final(register)).status, 200);
  const next = phone.send(register.clone().set('Via', phone.via()).set('CSeq', '2 REGISTER'));
  t.equal((await phone.final(next)).status, 403);
});

t.test('a request that arrives by two ways is answered 482 on the second (RFC 3261 section 8.2.2.2)', async (t) => {
  let calls = 0;
  await startApplication(t, target, {
    message: (_, res) => {
      calls++;
      setTimeout(() => res.send(200), 100);
    },
  });
  const phone = await openPhone(t, target);
  const one = phone.send(phone.request('MESSAGE'));
  const two = phone.send(one.clone().set('Via', phone.via()));
  t.equal((await phone.final(two)).startLine, 'SIP/2.0 482 Loop Detected');
  t.equal((await phone.final(one)).status, 200);
  t.equal(calls, 1);
});

t.test('requests of two phones with one branch and Call-ID are two requests (RFC 3261 section 17.2.3)', async (t) => {
  const ports: number[] = [];
  await startApplication(t, target, {
    register: (req, res) => {
      ports.push(req.source_port);
      res.send(200);
    },
  });
  const phones = [await openPhone(t, target), await openPhone(t, target)];
  const [branch, callId] = [`z9hG4bK${token()}`, token()];
  for (const phone of phones) {
    const register = phone.request('REGISTER', undefined, { headers: { Via: phone.via(branch), 'Call-ID': callId } });
    t.equal((await phone.final(phone.send(register))).status, 200);
  }
  t.same(
    ports,
    phones.map(({ port }) => port),
  );
});

t.test('a SUBSCRIBE makes a dialog in which the application sends NOTIFY', async (t) => {
  const app = await startApplication(t, target, {
    subscribe: async (req, res) => {
      const dialog = await app.srf.createUAS(req, res, { localSdp: '', headers: { expires: '60' } });
      const headers = { event: 'presence', 'subscription-state': 'active', 'content-type': 'text/plain' };
      const notified = await dialog.request({ method: 'NOTIFY', headers, body: 'hi ☺' });
      t.equal(notified.status, 200);
    },
  });
  const phone = await openPhone(t, target);
  const subscribe = phone.send(phone.request('SUBSCRIBE', undefined, { headers: { Event: 'presence', Expires: 60 } }));
  const accepted = await phone.final(subscribe);
  t.equal(accepted.startLine, 'SIP/2.0 202 Accepted');
  t.equal(accepted.get('Contact'), `<sip:${hostPort(target.sip)}>`);
  t.equal(accepted.get('Expires'), '60');
  const notify = await phone.expect('NOTIFY');
  t.equal(notify.uri, phone.uri);
  t.equal(notify.get('From'), accepted.get('To'));
  t.equal(notify.get('To'), subscribe.get('From'));
  t.equal(notify.get('Call-ID'), subscribe.get('Call-ID'));
  t.equal(notify.get('Subscription-State'), 'active');
  t.equal(notify.text, 'hi ☺');
  phone.reply(notify, 200);
});
