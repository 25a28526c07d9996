/** Characters of a token (RFC 3261 section 25.1). */
const TOKEN = /[A-Za-z0-9\-.!%*_+`'~]*/y;
const BLANKS = /[ \t\r\n]*/y;

/** A quoted string that means what it says: nothing escaped, no control characters. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Reads a header value from left to right, each character once. */
export class Scanner {
  readonly text: string;
  /** Position of the next character. */
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, without taking it; empty at the end. */
  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** Passes white space, folded lines too. */
  skipBlanks(): void {
    if (this.text.charCodeAt(this.at) <= 0x20) this.#take(BLANKS);
  }

  /** Takes a character and the white space around it, if it is the next one. */
  skip(character: string): boolean {
    const before = this.at;
    this.skipBlanks();
    if (this.next !== character) {
      this.at = before;
      return false;
    }
    this.at++;
    this.skipBlanks();
    return true;
  }

  /** Takes a token; empty when there is none. */
  token(): string {
    return this.#take(TOKEN);
  }

  /** Takes what a sticky regular expression matches here. */
  match(pattern: RegExp): string {
    return this.#take(pattern);
  }

  /** Takes a quoted string and gives what it means; undefined when it does not end or has control characters. */
  quoted(): string | undefined {
    const end = this.text.indexOf('"', this.at + 1);
    const plain = this.text.slice(this.at + 1, Math.max(end, this.at + 1));
    if (end > 0 && PLAIN.test(plain)) {
      this.at = end + 1;
      return plain;
    }
    let value = '';
    for (let i = this.at + 1; i < this.text.length; i++) {
      const character = this.text[i] as string;
      if (character === '"') {
        this.at = i + 1;
        return value;
      }
      if (character === '\\') i++;
      const meant = this.text[i];
      if (meant === undefined || isControl(meant)) return undefined;
      value += meant;
    }
    return undefined;
  }

  /** Takes everything up to a character, and the character; undefined when it does not come. */
  until(character: string): string | undefined {
    const end = this.text.indexOf(character, this.at);
    if (end < 0) return undefined;
    const value = this.text.slice(this.at, end);
    this.at = end + 1;
    return value;
  }

  #take(pattern: RegExp): string {
    const begin = this.at;
    pattern.lastIndex = begin;
    if (!pattern.test(this.text)) return '';
    this.at = pattern.lastIndex;
    return this.text.slice(begin, this.at);
  }
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return (code < 0x20 && character !== '\t') || code === 0x7f;
}
