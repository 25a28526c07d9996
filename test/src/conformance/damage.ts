/** Numbers from 0 up to 1 that look random and are the same every time (a linear congruential generator). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Drops, doubles, overwrites or inserts a few bytes in one to four places. */
export function damage(bytes: Buffer, random: () => number): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  let damaged = bytes;
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(damaged.length);
    const end = at + 1 + below(12);
    const [before, part, after] = [damaged.subarray(0, at), damaged.subarray(at, end), damaged.subarray(end)];
    const middle = [[], [part, part], [noise[below(noise.length)]], [noise[below(noise.length)], part]][below(4)] ?? [];
    damaged = Buffer.concat([before, ...middle, after].filter((piece) => piece !== undefined));
  }
  return damaged;
}

/** Bytes that mean something in SIP, or never do. */
const noise = ['\0', '\r\n', '"', '<', '%', ';', ',', ':', '\xff', '4294967296'].map((text) =>
  Buffer.from(text, 'latin1'),
);
