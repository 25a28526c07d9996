/** What bencode can carry: byte strings, here always UTF-8, whole numbers, lists and dictionaries. */
export type Bencoded = string | number | Bencoded[] | Dictionary;

/** A dictionary; its order is kept, as rtpengine doesn't sort the keys either. */
export interface Dictionary {
  [key: string]: Bencoded;
}

/** Most bytes of a message: a UDP datagram holds no more. */
const LONGEST = 65_535;

/** How deep lists and dictionaries may stand in one another. */
const DEEPEST = 16;

/** Writes a value. */
export function encode(value: Bencoded): string {
  if (typeof value === 'number') return `i${value}e`;
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`;
  if (Array.isArray(value)) return `l${value.map(encode).join('')}e`;
  return `d${Object.entries(value)
    .map(([key, one]) => encode(key) + encode(one))
    .join('')}e`;
}

/**
 * Reads a value.
 * @throws Error when the bytes are not exactly one, or too long or deep
 */
export function decode(bytes: Buffer): Bencoded {
  if (bytes.length > LONGEST) throw new Error('bencode: too long');
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw new Error('bencode: more than one value');
  return value;
}

const [END, INTEGER, LIST, DICTIONARY] = Buffer.from('eild') as unknown as [number, number, number, number];

/** Reads forwards, every byte once. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Bencoded {
    if (depth > DEEPEST) throw new Error('bencode: too deep');
    const first = this.#bytes[this.#at];
    if (first === INTEGER) return this.#integer();
    if (first === LIST) return this.#items(depth);
    if (first === DICTIONARY) return this.#dictionary(depth);
    return this.#string();
  }

  #integer(): number {
    this.#at++;
    return this.#number('e', /^-?\d{1,15}$/);
  }

  #string(): string {
    const length = this.#number(':', /^\d{1,5}$/);
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new Error('bencode: a string is cut off');
    return this.#bytes.toString('utf8', start, this.#at);
  }

  #items(depth: number): Bencoded[] {
    const items: Bencoded[] = [];
    this.#at++;
    while (this.#bytes[this.#at] !== END) items.push(this.value(depth + 1));
    this.#at++;
    return items;
  }

  #dictionary(depth: number): Dictionary {
    const items = this.#items(depth);
    const entries: [string, Bencoded][] = [];
    for (let i = 0; i < items.length; i += 2) {
      const [key, value] = [items[i], items[i + 1]];
      if (typeof key !== 'string' || value === undefined) throw new Error('bencode: a dictionary is no pairs');
      entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  /** Digits up to a mark, which lies close by. */
  #number(mark: string, form: RegExp): number {
    const text = this.#bytes.toString('latin1', this.#at, this.#at + 17);
    const digits = text.slice(0, Math.max(text.indexOf(mark), 0));
    if (!form.test(digits)) throw new Error('bencode: malformed');
    this.#at += digits.length + 1;
    return Number(digits);
  }
}
