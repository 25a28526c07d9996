import fc from 'fast-check';
import t from 'tap';
import { ElementSplitter, LineSplitter, type Splitter } from './split.js';

/** The pieces of a text that comes in chunks of a size, as [line, text]. */
function pieces(splitter: Splitter, text: string | Buffer, size = 7): [number, string | undefined][] {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()].map(({ line, bytes }) => [
    line,
    bytes?.toString().trim(),
  ]);
}

t.test('lines are pieces, blank ones are not', async (t) => {
  t.same(pieces(new LineSplitter(), '{"a":1}\r\n\n  \n{"b":2}\n{"c":'), [
    [1, '{"a":1}'],
    [4, '{"b":2}'],
    [5, '{"c":'],
  ]);
  t.same(pieces(new LineSplitter(), ''), []);
});

t.test('the elements of an array are pieces, wherever it is cut and however it is laid out', async (t) => {
  const text = '\n[\n  {"a": "],\\"{[", "b": [1, {"c": []}]},\n\n  {\n"d": 2}\n, 3 ]\n';
  for (let size = 1; size <= text.length; size++) {
    t.same(pieces(new ElementSplitter(), text, size), [
      [3, '{"a": "],\\"{[", "b": [1, {"c": []}]}'],
      [5, '{\n"d": 2}'],
      [7, '3'],
    ]);
  }
});

t.test('what JSON.stringify makes of an array is cut into what it makes of the elements', async () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.nat(5), fc.integer({ min: 1, max: 50 }), (values, indent, size) => {
      const found = pieces(new ElementSplitter(), JSON.stringify(values, null, indent), size);
      return JSON.stringify(found.map(([, text]) => JSON.parse(text ?? ''))) === JSON.stringify(values);
    }),
  );
});

t.test('an array that is cut short, or has an element too few, ends in a piece that is no JSON', async (t) => {
  t.same(pieces(new ElementSplitter(), '[{"a":1}'), [[1, '']]);
  t.same(pieces(new ElementSplitter(), '[{"a":1},'), [
    [1, '{"a":1}'],
    [1, ''],
  ]);
  t.same(pieces(new ElementSplitter(), '[1,,2,]'), [
    [1, '1'],
    [1, ''],
    [1, '2'],
    [1, ''],
  ]);
  t.same(pieces(new ElementSplitter(), '[]'), []);
  t.same(pieces(new ElementSplitter(), '[1] x'), [
    [1, '1'],
    [1, 'x'],
  ]);
});

t.test('of an entry of more than a mebibyte nothing is kept, and the next one is read', async (t) => {
  const long = `{"a":"${'x'.repeat(1_048_577)}"}`;
  t.same(pieces(new LineSplitter(), `${long}\n{"b":2}`, 65_536), [
    [1, undefined],
    [2, '{"b":2}'],
  ]);
  t.same(pieces(new ElementSplitter(), `[${long},\n{"b":2}]`, 65_536), [
    [1, undefined],
    [2, '{"b":2}'],
  ]);
});

t.test('any bytes at all are cut without an error', async () => {
  const bytes = fc.oneof(fc.uint8Array(), fc.string({ unit: fc.constantFrom(...'[]{},":\\ \n1') }));
  fc.assert(
    fc.property(bytes, (some) => {
      for (const splitter of [new LineSplitter(), new ElementSplitter()])
        pieces(splitter, Buffer.from(some as string), 3);
    }),
  );
});
