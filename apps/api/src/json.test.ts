import t from 'tap';
import { parseJson } from './json.js';

t.test('valid JSON is read as it is', async (t) => {
  const texts = [
    '{}',
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
    '{"a":"\\"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}',
    '["a","a"]',
    '{"a":{"b":1},"b":2}',
    '{"a":[{"b":[]}],"b":{}}',
    '{"\\u0061b":1,"a":2}',
    '"a"',
    'null',
    ' {"a" : 1 , "ab" : "æøå"} ',
  ];
  for (const text of texts) t.same(parseJson(Buffer.from(text)), JSON.parse(text), text);
});

t.test('__proto__ is a property like any other', async (t) => {
  const value = parseJson(Buffer.from('{"__proto__":{"x":1}}')) as object;
  t.same(Object.keys(value), ['__proto__']);
  t.equal(Object.getPrototypeOf(value), Object.prototype);
});

t.test('what is no strict JSON is refused (RFC 8259)', async (t) => {
  const refused: [title: string, Buffer][] = [
    ['empty', Buffer.from('')],
    ['not JSON', Buffer.from('{a:1}')],
    ['cut short', Buffer.from('{"a":1')],
    ['a property twice', Buffer.from('{"a":1,"a":1}')],
    ['a property twice, apart', Buffer.from('{"a":1,"b":{"x":[{"y":1}]},"a":2}')],
    ['a property twice, deep', Buffer.from('[[{"b":{"a":1,"c":2 , "a" :3}}]]')],
    ['a property twice, spelled differently', Buffer.from('{"a":1,"\\u0061":2}')],
    ['__proto__ twice', Buffer.from('{"__proto__":1,"__proto__":2}')],
    ['NUL', Buffer.from('{"a":"\0"}')],
    ['Latin-1', Buffer.from('{"a":"æ"}', 'latin1')],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['byte order mark', Buffer.from('\ufeff{}')],
  ];
  for (const [title, bytes] of refused) t.throws(() => parseJson(bytes), SyntaxError, title);
});

t.test('a megabyte of nesting, strings or properties takes no noticeable time', async (t) => {
  const properties = Array.from({ length: 50_000 }, (_, at) => `"${at}":"\\\\\\""`).join();
  const texts = [
    '['.repeat(500_000) + ']'.repeat(500_000),
    `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    `"${'\\"'.repeat(500_000)}"`,
    `{${properties}}`,
  ];
  for (const text of texts) {
    const start = performance.now();
    parseJson(Buffer.from(text));
    t.ok(performance.now() - start < 1_000, text.slice(0, 10));
  }
});
