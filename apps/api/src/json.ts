/**
 * Reads JSON text strictly: UTF-8 (RFC 8259 section 8.1), and no object names a property twice, which programs
 * understand differently (RFC 8259 section 4). `__proto__` is a property like any other.
 * @throws SyntaxError when it is none of that
 */
export function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  const value: unknown = JSON.parse(text);
  const twice = findDuplicate(text);
  if (twice !== undefined) throw new SyntaxError(`Property ${twice} is there twice`);
  return value;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyntaxError('Body is not UTF-8');
  }
}

/** The first property name that an object has twice, quoted as it is written; the text must be valid JSON. */
function findDuplicate(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (const [, bracket, quoted] of text.matchAll(/([{}[\]])|("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"/g)) {
    if (bracket === '{') open.push(new Set());
    else if (bracket === '[') open.push(undefined);
    else if (bracket !== undefined) open.pop();
    else if (quoted !== undefined) {
      const name = JSON.parse(quoted) as string;
      if (open.at(-1)?.has(name)) return quoted;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}
