import fc from 'fast-check';
import t from 'tap';
import { FrameDecoder, MAX_FRAME } from './frame.js';

function collect() {
  const seen: string[] = [];
  const decoder = new FrameDecoder({
    frame: (payload) => seen.push(payload.toString()),
    oversize: (start) => seen.push(`oversize ${start.toString('latin1', 0, 5)}`),
    broken: () => seen.push('broken'),
  });
  const push = (text: string | Buffer) => decoder.push(Buffer.from(text));
  decoder.trust();
  return { seen, push };
}

t.test('property: frames come out whole however the stream is cut', async () => {
  const frames = fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }), { minLength: 1, maxLength: 8 });
  const cuts = fc.array(fc.nat(500), { maxLength: 30 });
  fc.assert(
    fc.property(frames, cuts, (payloads, positions) => {
      const { seen, push } = collect();
      const stream = Buffer.from(payloads.map((payload) => `${Buffer.byteLength(payload)}#${payload}`).join(''));
      let start = 0;
      for (const end of [...positions.sort((a, b) => a - b), stream.length]) {
        push(stream.subarray(start, end));
        start = Math.min(end, stream.length);
      }
      return JSON.stringify(seen) === JSON.stringify(payloads);
    }),
    { numRuns: 500 },
  );
});

t.test('the largest frame passes, a larger one is skipped and the next one read', async (t) => {
  const { seen, push } = collect();
  push(`${MAX_FRAME}#${'a'.repeat(MAX_FRAME)}`);
  t.equal(seen[0]?.length, MAX_FRAME);
  const stream = Buffer.from(`${MAX_FRAME + 1}#start${'b'.repeat(MAX_FRAME - 4)}4#next`);
  for (let i = 0; i < stream.length; i += 10_000) push(stream.subarray(i, i + 10_000));
  t.same(seen.slice(1), ['oversize start', 'next']);
});

t.test('what is no length breaks the stream', async (t) => {
  for (const text of ['x', '-1#', '#', '0#', ' 5#', '5 #', '1e3#', '123456789', '99999999#', '5\n#']) {
    const { seen, push } = collect();
    push(text);
    push('5#hello');
    t.same(seen, ['broken'], JSON.stringify(text));
  }
});

t.test('before a peer is trusted its frames are short', async (t) => {
  const seen: string[] = [];
  const events = {
    frame: (payload: Buffer) => seen.push(String(payload.length)),
    oversize() {},
    broken: () => seen.push('broken'),
  };
  const decoder = new FrameDecoder(events);
  decoder.push(Buffer.from(`1024#${'a'.repeat(1024)}`));
  decoder.push(Buffer.from('1025#'));
  t.same(seen, ['1024', 'broken']);
});
