import { ENTRY_BYTES } from './entry.js';

/** The text of one entry, and the line that it begins in; without bytes when it is too long. */
export interface Piece {
  line: number;
  bytes: Buffer | undefined;
}

/** Cuts a stream of JSON text into the texts of its entries. */
export interface Splitter {
  push(chunk: Buffer): Iterable<Piece>;
  /** What is left when the stream has ended. */
  end(): Iterable<Piece>;
}

const [TAB, NEWLINE, RETURN, SPACE, QUOTE, COMMA, BACKSLASH] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Cuts at line ends; blank lines are no entries. */
export class LineSplitter implements Splitter {
  readonly #collected = new Collected();
  #line = 1;

  *push(chunk: Buffer): Generator<Piece> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#collected.add(chunk.subarray(start, end));
      yield* this.end();
      this.#line += 1;
      start = end + 1;
    }
    this.#collected.add(chunk.subarray(start));
  }

  *end(): Generator<Piece> {
    const bytes = this.#collected.take();
    if (!isBlank(bytes)) yield { line: this.#line, bytes };
  }
}

/**
 * Cuts an array at the commas between its elements. It tells strings from structure and counts what is open, no more:
 * whether an element is JSON is found by who reads it. An array that isn't closed ends in a piece without any text.
 */
export class ElementSplitter implements Splitter {
  readonly #collected = new Collected();
  #line = 1;
  /** The line that the element begins in; undefined before its first character. */
  #startLine: number | undefined;
  /** How many arrays and objects are open. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** Whether the array that is open has had a comma. */
  #hasElements = false;

  *push(chunk: Buffer): Generator<Piece> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      const isBoundary = this.#isInString ? this.#stepInString(byte) : this.#step(byte);
      if (!isBoundary) continue;
      this.#collected.add(chunk.subarray(start, at));
      start = at + 1;
      const bytes = this.#collected.take();
      if (byte === COMMA || this.#hasElements || !isBlank(bytes)) yield this.#piece(bytes);
      this.#hasElements = byte === COMMA;
    }
    this.#collected.add(chunk.subarray(start));
  }

  *end(): Generator<Piece> {
    const bytes = this.#collected.take();
    if (this.#depth > 0) yield this.#piece(Buffer.alloc(0));
    else if (!isBlank(bytes)) yield this.#piece(bytes);
  }

  #piece(bytes: Buffer | undefined): Piece {
    const line = this.#startLine ?? this.#line;
    this.#startLine = undefined;
    return { line, bytes };
  }

  /** Takes a byte outside of strings; true when it opens the array, ends it, or parts two elements. */
  #step(byte: number): boolean {
    if (byte === NEWLINE) this.#line += 1;
    const isBoundary = this.#depth === (byte === OPEN_ARRAY ? 0 : 1) && BOUNDARIES.has(byte);
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.#depth += 1;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) this.#depth = Math.max(0, this.#depth - 1);
    else if (byte === QUOTE) this.#isInString = true;
    if (!isBoundary && !BLANKS.has(byte)) this.#startLine ??= this.#line;
    return isBoundary;
  }

  #stepInString(byte: number): false {
    if (byte === NEWLINE) this.#line += 1;
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
    return false;
  }
}

const BOUNDARIES = new Set([OPEN_ARRAY, COMMA, CLOSE_ARRAY]);

/** The parts of one entry's text; those over its limit are let go. */
class Collected {
  #parts: Buffer[] = [];
  #size = 0;

  add(bytes: Buffer): void {
    this.#size += bytes.length;
    if (this.#size > ENTRY_BYTES) this.#parts = [];
    else this.#parts.push(bytes);
  }

  /** All of it, undefined when it was too long; the next begins. */
  take(): Buffer | undefined {
    const bytes = this.#size > ENTRY_BYTES ? undefined : Buffer.concat(this.#parts);
    [this.#parts, this.#size] = [[], 0];
    return bytes;
  }
}

const BLANKS = new Set([TAB, NEWLINE, RETURN, SPACE]);

function isBlank(bytes: Buffer | undefined): boolean {
  return bytes?.every((byte) => BLANKS.has(byte)) ?? false;
}
