import t from 'tap';
import type { Logger } from './logger.js';
import { createServer } from './server.js';
import { RawApplication, startApp } from './testing/application.js';
import { requestText } from './testing/messages.js';
import { UdpPhone } from './testing/phone.js';
import { type TracedMessage, Traces } from './traces.js';

const hop = { transport: 'udp', local: { transport: 'udp', host: '127.0.0.1', port: 5060 } } as const;
const from = { ...hop, address: '192.0.2.1', port: 5062 };
const message = (callId: string, more = '') => `OPTIONS sip:a@b SIP/2.0\r\nCall-ID: ${callId}\r\n${more}\r\n`;

t.test('a trace shows the messages of its Call-ID until it is ended', async (t) => {
  const traces = new Traces();
  const seen: TracedMessage[] = [];
  t.notOk(traces.isOn);
  const end = traces.start('one', (traced) => seen.push(traced));
  t.ok(traces.isOn);
  traces.note('received', message('one'), from);
  traces.note('sent', message('two'), from);
  traces.note('sent', message('one, or another'), from);
  t.same(seen, [{ direction: 'received', transport: 'udp', address: '192.0.2.1', port: 5062, text: message('one') }]);
  end();
  t.notOk(traces.isOn);
});

t.test('several may trace one Call-ID; of very many the oldest gives way', async (t) => {
  const traces = new Traces();
  const seen: number[] = [];
  for (let n = 0; n < 257; n++) traces.start('one', () => seen.push(n));
  traces.note('sent', message('one'), from);
  t.same([seen.length, seen[0]], [256, 1]);
});

t.test('credentials and media keys are left out, in every spelling', async (t) => {
  const traces = new Traces();
  const seen: string[] = [];
  traces.start('one', ({ text }) => seen.push(text));
  const credentials = ['Authorization', 'PROXY-AUTHORIZATION', 'authorization'].map(
    (name) => `${name}: Digest username="u", response="secret"\r\n`,
  );
  const sdp = 'v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret|2^20\r\na=sendrecv\r\n';
  traces.note('received', message('one', credentials.join('')) + sdp, from);
  t.notMatch(seen[0], 'secret');
  t.match(seen[0], 'PROXY-AUTHORIZATION: (left out)\r\n');
  t.match(seen[0], 'inline:(left out)\r\na=sendrecv');
});

t.test('a running server traces one Call-ID to its logger, to a function and to an application', async (t) => {
  const logged: { sip?: string; direction?: string }[] = [];
  const ignore = () => {};
  const logger: Logger = { debug: ignore, warn: ignore, error: ignore, info: (facts) => logged.push(facts) };
  const server = createServer({
    sip: { contacts: ['sip:127.0.0.1:0'] },
    admin: { host: '127.0.0.1', port: 0, secret: 'secret' },
    logger,
  });
  const { port, admin } = await server.listen();
  const app = await startApp(admin.port, 'secret', (app) => app.options((_, res) => res.send(200)));
  const phone = await UdpPhone.start(port);
  const operator = await RawApplication.connect(admin.port);
  t.teardown(async () => {
    app.disconnect();
    operator.close();
    phone.close();
    await server.close();
  });
  t.match(await operator.ask('authenticate|secret|'), /^OK/);
  t.equal(await operator.ask('trace|traced'), 'OK');
  t.equal(await operator.ask('trace|'), 'NOK|trace without a Call-ID');
  const seen: string[] = [];
  const [endLog, endShow] = [
    server.trace('traced'),
    server.trace('traced', ({ direction, text }) => seen.push(`${direction} ${text.split('\r\n')[0]}`)),
  ];
  const ask = async (callId: string, branch: string) => {
    const more = ['Authorization: Digest response="secret"'];
    phone.send(requestText({ method: 'OPTIONS', callId, branch: `z9hG4bK${branch}`, more }));
    await phone.response(200);
  };
  logged.length = 0;
  await ask('traced', 'a');
  await ask('other', 'b');
  t.equal(seen.length, 2);
  t.match(seen[0], /^received OPTIONS /);
  t.equal(seen[1], 'sent SIP/2.0 200 OK');
  t.same(
    logged.map(({ direction }) => direction),
    ['received', 'sent'],
  );
  t.match(logged[0]?.sip, 'Authorization: (left out)');
  t.match(await operator.next(), /^trace\|received\|udp\|127\.0\.0\.1\|\d+\|[\d:.]+\r\nOPTIONS /);
  t.match(await operator.next(), /^trace\|sent\|udp\|127\.0\.0\.1\|\d+\|[\d:.]+\r\nSIP\/2\.0 200 OK/);
  endLog();
  endShow();
  await ask('traced', 'c');
  t.equal(seen.length, 2);
  t.equal(logged.length, 2);
});
