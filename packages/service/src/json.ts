/**
 * Reads JSON text strictly: UTF-8 (RFC 8259 section 8.1), and no object names a property twice, which programs
 * understand differently (RFC 8259 section 4). `__proto__` is a property like any other.
 * @throws SyntaxError when it is none of that, or nested deeper than any body of ours
 */
export function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  checkStructure(text);
  return JSON.parse(text);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyntaxError('Body is not UTF-8');
  }
}

/** Deepest nesting that is read; no body of ours has more than a few levels. */
const DEPTH = 64;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Walks through JSON text once; whether it is JSON at all is for the parser to say. */
function checkStructure(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names !== undefined && isName(text, end)) addName(names, text.slice(at, end));
      at = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (open.length === DEPTH) throw new SyntaxError('Nested too deep');
      open.push(code === OPEN_OBJECT ? new Set() : undefined);
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      open.pop();
    }
  }
}

/** Where the text goes on after the string that begins at a quote. */
function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return text.length;
}

/** Whether a string that ends here is the name of a property. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (SPACES.has(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === COLON;
}

const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

function addName(names: Set<string>, quoted: string): void {
  const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  if (names.has(name)) throw new SyntaxError(`Property ${quoted} is there twice`);
  names.add(name);
}
