import t from 'tap';
import { type Bencoded, decode, encode } from './bencode.js';

const PAIRS: [Bencoded, string][] = [
  ['', '0:'],
  ['spam', '4:spam'],
  ['v=0\r\n', '5:v=0\r\n'],
  ['Åse', '4:Åse'],
  [0, 'i0e'],
  [-42, 'i-42e'],
  [[], 'le'],
  [{}, 'de'],
  [['a', 1, ['b'], {}], 'l1:ai1el1:bedee'],
  [{ command: 'ping' }, 'd7:command4:pinge'],
  [{ z: 'first', a: ['origin'] }, 'd1:z5:first1:al6:originee'],
];

t.test('what is written is read as it was', async (t) => {
  for (const [value, text] of PAIRS) {
    t.equal(encode(value), text);
    t.strictSame(decode(Buffer.from(text)), value, text);
  }
});

const MALFORMED = [
  '',
  'e',
  'x',
  ':',
  '4:spa',
  '99999:x',
  '999999:x',
  '-1:x',
  '1.5:x',
  '4',
  'i',
  'ie',
  'i1',
  'i1.5e',
  'i1ee',
  'i9999999999999999e',
  'l',
  'l1:a',
  'd1:ae',
  'di1e1:ae',
  'd1:a',
  '1:a1:b',
  `${'l'.repeat(18)}${'e'.repeat(18)}`,
  'l'.repeat(60_000),
  `65530:${'x'.repeat(65_530)}`,
];

t.test('what is malformed, too deep or too long is refused', async (t) => {
  for (const text of MALFORMED) t.throws(() => decode(Buffer.from(text)), { message: /^bencode: / }, text.slice(0, 40));
});

t.test('a key is only a key, whatever it is called', async (t) => {
  const read = decode(Buffer.from('d9:__proto__d8:isPublic1:yee')) as Record<string, unknown>;
  t.strictSame(Object.keys(read), ['__proto__']);
  t.equal(read.isPublic, undefined);
});

t.test('bytes that come by chance are read or refused, never worse', async (t) => {
  const signs = 'ield0123456789:-x';
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let i = 0; i < 5_000; i++) {
    const text = Array.from({ length: random(40) }, () => signs[random(signs.length)]).join('');
    try {
      t.strictSame(decode(Buffer.from(encode(decode(Buffer.from(text))))), decode(Buffer.from(text)));
    } catch (error) {
      if (!/^bencode: /.test((error as Error).message)) t.fail(text);
    }
  }
});
