import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import t from 'tap';
import { Bench } from './testing/bench.js';
import { SDP_A, type TestPhone } from './testing/phone.js';

const bench = await Bench.start();
t.teardown(() => bench.close());

/** What breaks parsers. */
const PIECES = [
  ...['', ' ', '\t', '\r\n', '\r\n ', '\0', '"', '\\', '<', '>', ',', ';', '=', ':', '@', '%', '%00', '%GG', '*', '?'],
  ...[
    'sip:',
    'sips:',
    'tel:+1',
    'Digest ',
    'realm="ringfence"',
    ';tag=',
    ';expires=',
    ';q=',
    ';lr',
    '[::1]',
    '999.1.1.1',
  ],
  ...[
    '\u00e5',
    '\u{1f4a3}',
    '9'.repeat(40),
    '-1',
    '4294967296',
    'a'.repeat(3_000),
    '<sip:a@h>,'.repeat(300),
    '"'.repeat(500),
  ],
];

const mutations = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(12), piece: fc.constantFrom(...PIECES) }),
  { minLength: 1, maxLength: 4 },
);

function mutate(text: string, changes: readonly { at: number; cut: number; piece: string }[]): string {
  return changes.reduce((now, { at, cut, piece }) => {
    const place = Math.floor(at * now.length);
    return now.slice(0, place) + piece + now.slice(place + cut);
  }, text);
}

/** A request with a true answer to a challenge, ready to be damaged. */
async function template(phone: TestPhone, method: string): Promise<string> {
  const request = { method, uri: 'sip:100@127.0.0.1', ...(method === 'INVITE' ? { body: SDP_A } : {}) };
  const challenge = await phone.ask(request);
  return phone.compose(phone.answering(challenge, request));
}

t.test('damaged requests neither stop the edge nor slow it down nor get in', async (t) => {
  const [account, stranger] = [await bench.account(), await bench.account()];
  const phone = await bench.phone(account);
  const forger = await bench.phone({ ...stranger, password: 'wrong' });
  const uncaught: unknown[] = [];
  process.on('uncaughtException', (error) => uncaught.push(error));
  for (const method of ['REGISTER', 'INVITE', 'OPTIONS', 'SUBSCRIBE', 'BYE', 'CANCEL', 'ACK']) {
    const texts = ['REGISTER', 'INVITE'].includes(method)
      ? [await template(phone, method), await template(forger, method)]
      : [phone.compose({ method })];
    for (const changes of fc.sample(mutations, { numRuns: 250, seed: 1 })) {
      for (const text of texts) phone.send(mutate(text, changes));
      if (changes.length % 2) await sleep(0);
    }
    const began = performance.now();
    t.equal((await phone.ask({ method: 'OPTIONS' })).status, 200, `after ${method}`);
    t.ok(performance.now() - began < 2_000, `${performance.now() - began} ms`);
  }
  t.strictSame(uncaught, []);
  t.match(await bench.store.phones.get(stranger.id), { ip: { mode: 'OPEN' }, status: { online: false } });
  t.equal((await phone.register()).status, 200);
  t.strictSame(
    bench.warnings.filter((line) => !line.includes('unavailable')),
    [],
  );
});

t.test('a flood of refused requests does not wash the event stream out', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone({ ...account, password: 'wrong' });
  const challenge = await phone.ask({ method: 'REGISTER' });
  await Promise.all(
    Array.from({ length: 300 }, (_, i) =>
      phone.ask(phone.answering(challenge, { method: 'REGISTER' }, { nc: (i + 1).toString(16).padStart(8, '0') })),
    ),
  );
  const refused = (await bench.events(account.id)).filter(({ type }) => type === 'phone.refused');
  t.ok(refused.length >= 1 && refused.length <= 20, `${refused.length}`);
});
