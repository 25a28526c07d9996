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

t.test('64 levels are read, more are refused', async (t) => {
  const nested = (levels: number) => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
  t.ok(parseJson(nested(64)));
  t.throws(() => parseJson(nested(65)), SyntaxError);
  t.ok(parseJson(Buffer.from(`[${'{"a":[]},'.repeat(1_000)}1]`)), 'side by side is not nested');
});

t.test('a megabyte of anything takes no noticeable time', async (t) => {
  const properties = Array.from({ length: 50_000 }, (_, at) => `"${at}":"\\\\\\""`).join();
  const texts = [
    '['.repeat(1_000_000),
    '{"a":'.repeat(200_000),
    `[${'[],'.repeat(300_000)}1]`,
    `"${'\\"'.repeat(500_000)}"`,
    `"${'\\"'.repeat(500_000)}`,
    `{"a"${' '.repeat(1_000_000)}:1}`,
    `[${'"a" ,'.repeat(200_000)}1]`,
    `{${properties}}`,
  ];
  for (const text of texts) {
    const before = process.cpuUsage();
    try {
      parseJson(Buffer.from(text));
    } catch (error) {
      t.type(error, SyntaxError);
    }
    const { user, system } = process.cpuUsage(before);
    t.ok(user + system < 500_000, `${text.slice(0, 10)}: ${(user + system) / 1_000} ms`);
  }
});
