import t from 'tap';
import { hostPort } from '../sip/index.js';
import { ask, type Message, type Request, settled, startApplication } from './application.js';
import { later } from './later.js';
import { RawApplication } from './raw-application.js';
import { openPhone, startTarget } from './target.js';

/** Requests outside dialogs, in both directions. */
const target = await startTarget(t);
const here = hostPort(target.sip);
const METHODS = ['OPTIONS', 'MESSAGE', 'NOTIFY', 'INFO', 'PUBLISH', 'REFER', 'SUBSCRIBE'] as const;
const extra: Record<string, Record<string, string>> = {
  NOTIFY: { Event: 'check-sync', 'Subscription-State': 'terminated' },
  PUBLISH: { Event: 'presence', Expires: '60' },
  REFER: { 'Refer-To': '<sip:bob@127.0.0.1>' },
  SUBSCRIBE: { Event: 'presence', Expires: '60' },
};

for (const method of METHODS) {
  t.test(`${method} from a phone reaches the application whole, and its answer the phone`, async (t) => {
    const seen = later<Request>();
    await startApplication(t, target, {
      [method.toLowerCase()]: (req, res) => {
        seen.resolve(req);
        const headers = { 'X-Answer': method, 'Content-Type': 'text/plain' };
        res.send(method === 'REFER' ? 202 : 200, { headers, body: `answer to ${req.body}` });
      },
    });
    const phone = await openPhone(t, target);
    const response = await phone.ask(method, undefined, { headers: extra[method] ?? {}, body: `body of ${method}` });
    t.equal(response.status, method === 'REFER' ? 202 : 200);
    t.equal(response.get('X-Answer'), method);
    t.equal(response.text, `answer to body of ${method}`);
    t.not(response.tag('To'), '');
    const request = await seen.promise;
    t.equal(request.body, `body of ${method}`);
    for (const [name, value] of Object.entries(extra[method] ?? {})) t.equal(request.get(name), value);
  });

  t.test(`${method} from the application reaches the phone whole, and its answer the application`, async (t) => {
    const { srf } = await startApplication(t, target);
    const peer = await openPhone(t, target, { user: 'peer' });
    const headers = { ...extra[method], 'Content-Type': 'text/plain', From: '<sip:me@localhost>' };
    const asking = ask(srf, peer.uri, { method, headers, body: `body of ${method}` });
    const request = await peer.expect(method);
    t.equal(request.uri, peer.uri);
    t.equal(request.text, `body of ${method}`);
    t.match(request.get('From'), new RegExp(`^<sip:me@${here}>;tag=`));
    for (const [name, value] of Object.entries(extra[method] ?? {})) t.equal(request.get(name), value);
    peer.reply(request, 200, { headers: { 'X-Answer': method }, body: `answer to ${method}` });
    const { response } = await asking;
    t.equal(response.status, 200);
    t.equal(response.get('x-answer'), method);
    t.equal(response.body, `answer to ${method}`);
  });
}

t.test('a REGISTER of the application answers the challenge of its registrar', async (t) => {
  const { srf } = await startApplication(t, target);
  const registrar = await openPhone(t, target, { user: 'registrar' });
  const contact = '<sip:trunk@localhost>;expires=300';
  const headers = { To: '<sip:trunk@example.test>', From: '<sip:trunk@example.test>', Contact: contact };
  const auth = { username: 'trunk', password: 'p' };
  const asking = ask(srf, `sip:${hostPort(registrar)}`, { method: 'REGISTER', headers, auth });
  const first = await registrar.expect('REGISTER');
  t.equal(first.get('Contact'), `<sip:trunk@${here}>;expires=300`, 'the application is reached through the server');
  registrar.reply(first, 401, { headers: { 'WWW-Authenticate': 'Digest realm="r", nonce="n1", qop="auth"' } });
  const second = await registrar.expect('REGISTER');
  t.equal(second.get('Call-ID'), first.get('Call-ID'));
  t.equal(second.get('From'), first.get('From'));
  t.equal(second.cseq.number, first.cseq.number + 1);
  t.match(second.get('Authorization'), 'username="trunk"');
  registrar.reply(second, 200, { headers: { Contact: second.get('Contact') } });
  t.equal((await asking).response.status, 200);
});

t.test('provisional responses to any request reach the other side', async (t) => {
  const { srf } = await startApplication(t, target, {
    message: (_, res) => {
      res.send(183);
      res.send(200);
    },
  });
  const phone = await openPhone(t, target, { user: 'peer' });
  const message = phone.send(phone.request('MESSAGE'));
  await phone.response(message, 183);
  t.equal((await phone.final(message)).status, 200);

  const statuses: number[] = [];
  const answered = later<number[]>();
  srf.request(phone.uri, { method: 'MESSAGE' }, (_, sent) => {
    sent.on('response', ({ status }) => {
      statuses.push(status);
      if (status >= 200) answered.resolve(statuses);
    });
  });
  const request = await phone.expect('MESSAGE');
  phone.reply(request, 182);
  phone.reply(request, 200);
  t.same(await answered.promise, [182, 200]);
});

t.test('a second final answer is refused, and nothing more goes out', async (t) => {
  const raw = await RawApplication.authenticated(t, target);
  t.equal((await raw.ask('route|options'))[0], 'OK');
  const phone = await openPhone(t, target);
  const options = phone.send(phone.request('OPTIONS'));
  const { fields } = await raw.sip();
  const transactionId = fields[8] ?? '';
  const answer = (line: string) => raw.ask(`sip|${transactionId}|`, `SIP/2.0 ${line}\r\nContent-Length: 0\r\n\r\n`);
  t.equal((await answer('200 OK'))[0], 'OK');
  t.equal((await phone.final(options)).status, 200);
  t.same(await answer('404 Not Found'), ['NOK', 'Response not sent due to unknown transaction']);
  t.same(await answer('180 Ringing'), ['NOK', 'Response not sent due to unknown transaction']);
  await phone.silence(30);
});

t.test('an application can’t answer what another was asked', async (t) => {
  const [asked, other] = [await RawApplication.authenticated(t, target), await RawApplication.authenticated(t, target)];
  await asked.ask('route|options');
  const phone = await openPhone(t, target);
  const options = phone.send(phone.request('OPTIONS'));
  const transactionId = (await asked.sip()).fields[8] ?? '';
  const ok = 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n';
  t.equal((await other.ask(`sip|${transactionId}|`, ok))[0], 'NOK');
  t.equal((await asked.ask(`sip|${transactionId}|`, ok))[0], 'OK');
  t.equal((await phone.final(options)).status, 200);
});

t.test('the reason phrase is the application’s', async (t) => {
  const raw = await RawApplication.authenticated(t, target);
  await raw.ask('route|options');
  const phone = await openPhone(t, target);
  const options = phone.send(phone.request('OPTIONS'));
  const transactionId = (await raw.sip()).fields[8] ?? '';
  await raw.ask(`sip|${transactionId}|`, 'SIP/2.0 486 Not Now, Ünless Urgent\r\nContent-Length: 0\r\n\r\n');
  t.equal((await phone.final(options)).startLine, 'SIP/2.0 486 Not Now, Ünless Urgent');
});

t.test('several Via come back in their order, the topmost says where the request came from (RFC 3581)', async (t) => {
  const seen = later<Message>();
  await startApplication(t, target, {
    options: (req, res) => {
      seen.resolve(req);
      res.send(200);
    },
  });
  const phone = await openPhone(t, target);
  const below = [
    'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKone',
    'SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bKtwo;received=192.0.2.9',
  ];
  const top = phone.via();
  const response = await phone.ask('OPTIONS', undefined, { headers: { Via: [top, below.join(', ')] } });
  t.same(response.all('Via'), [`${top}=${phone.port}`, ...below]);
  t.equal((await seen.promise).raw.match(/^Via: /gm)?.length, 3);
});

t.test('tags don’t keep requests from an application: both get them in turn', async (t) => {
  let served = '';
  const serve = (name: string) => ({
    options: (_: unknown, res: { send(status: number): void }) => {
      served += name;
      res.send(200);
    },
  });
  const a = await startApplication(t, target, serve('a'), ['red', 'blue']);
  const b = await startApplication(t, target, serve('b'), ['green']);
  await Promise.all([settled(a), settled(b)]);
  const phone = await openPhone(t, target);
  for (let n = 0; n < 4; n++)
    t.equal((await phone.ask('OPTIONS', undefined, { headers: { 'X-Tag': 'red' } })).status, 200);
  t.equal([...served].sort().join(''), 'aabb');
});

t.test(
  'an unanswered request is the application’s, also when its other requests are answered in another order',
  async (t) => {
    const waiting: (() => void)[] = [];
    await startApplication(t, target, {
      message: (req, res) => void waiting.unshift(() => res.send(req.body === '1' ? 202 : 200)),
    });
    const phone = await openPhone(t, target);
    const requests = ['1', '2', '3'].map((body) => phone.send(phone.request('MESSAGE', undefined, { body })));
    while (waiting.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const answer of waiting) answer();
    t.same(await Promise.all(requests.map(async (request) => (await phone.final(request)).status)), [202, 200, 200]);
  },
);
