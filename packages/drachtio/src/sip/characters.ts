/**
 * Character classes of the SIP grammar (RFC 3261 section 25.1), as tables over byte values.
 *
 * All SIP text in this package is held in strings of one character per byte (latin1), so UTF-8 passes through untouched
 * and a string's length is its length on the wire.
 */

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Characters of a `token`: method names, header names, parameter names. */
export const TOKEN = characterClass(`${ALPHANUMERIC}-.!%*_+\`'~`);
/** Characters of the user part of a URI, before escapes are considered; `#` is tolerated, since phones dial it bare. */
export const USER = characterClass(`${ALPHANUMERIC}-_.!~*'()&=+$,;?/%:#`);
/** Characters of a host name; the underscore isn't RFC 1123 but is met in practice. */
export const HOST = characterClass(`${ALPHANUMERIC}-._`);
/** Characters of a URI parameter's name or value, and of the URI headers after `?`. */
export const URI_PARAMETER = characterClass(`${ALPHANUMERIC}-_.!~*'()%[]/:&+$`);

/** Characters of a display name without quotes: tokens and blanks, and UTF-8, which is met in practice. */
export const DISPLAY_NAME = characterClass(`${ALPHANUMERIC}-.!%*_+\`'~ \t${bytesAbove(127)}`);

/** Characters of a Call-ID: all visible ones, more than the grammar has, but for the one that divides drachtio's fields. */
export const CALL_ID = characterClass(visibleCharacters().replace('|', ''));
/** Characters of a parameter's value that stands without quotes: a token or host, and what is met in practice. */
export const PARAMETER_VALUE = characterClass(`${ALPHANUMERIC}-.!%*_+\`'~[]:/@=&?$#(){}^`);

/** Tells whether every character of `text` from `start` to `end` is in the class, and that there is at least one. */
export function consistsOf(characters: Uint8Array, text: string, start = 0, end = text.length): boolean {
  if (start >= end) return false;
  for (let i = start; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 255 || characters[code] === 0) return false;
  }
  return true;
}

/** Reads a decimal number without sign, space or exponent. Gives undefined when it is no such number or above `max`. */
export function parseNumber(text: string, max: number): number | undefined {
  if (text.length === 0 || text.length > 16) return undefined;
  let number = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number <= max ? number : undefined;
}

/** Tells whether the character code is a space or a tab. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Tells whether the character code is a control character other than tab. */
export function isControl(code: number): boolean {
  return (code < 32 && code !== 9) || code === 127;
}

/** Tells whether the text has a control character other than tab. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (isControl(text.charCodeAt(i))) return true;
  return false;
}

/** Moves `position` past spaces and tabs. */
export function skipBlanks(text: string, position: number): number {
  let i = position;
  while (i < text.length && isBlank(text.charCodeAt(i))) i += 1;
  return i;
}

/** The text from `start` to `end` without spaces and tabs around it; `trim` would take a byte of UTF-8 for a blank. */
export function trimBlanks(text: string, start = 0, end = text.length): string {
  let first = start;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first += 1;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last -= 1;
  return text.slice(first, last);
}

function visibleCharacters(): string {
  return Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');
}

function bytesAbove(byte: number): string {
  return Array.from({ length: 255 - byte }, (_, i) => String.fromCharCode(byte + 1 + i)).join('');
}

function characterClass(members: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const member of members) table[member.charCodeAt(0)] = 1;
  return table;
}
