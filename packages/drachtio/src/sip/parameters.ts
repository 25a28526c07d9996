import { PARAMETER_VALUE, skipBlanks, TOKEN } from './characters.js';

/** One `;name=value` parameter. The name keeps its spelling; a flag has no value; a quoted value keeps its quotes. */
export interface Parameter {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * Reads the parameters that follow a header value (`*( SEMI generic-param )`, RFC 3261 section 25.1), to the end of the text.
 * @param position where the first `;` (or a blank before it) is expected
 * @returns the parameters in order, undefined when the text isn't a list of parameters
 */
export function parseParameters(text: string, position: number): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  let i = skipBlanks(text, position);
  while (i < text.length) {
    if (text.charCodeAt(i) !== SEMICOLON) return undefined;
    const start = skipBlanks(text, i + 1);
    let end = start;
    while (end < text.length && isToken(text.charCodeAt(end))) end += 1;
    if (end === start) return undefined;
    const name = text.slice(start, end);
    i = skipBlanks(text, end);
    if (text.charCodeAt(i) !== EQUALS) {
      parameters.push({ name, value: undefined });
      continue;
    }
    const valueStart = skipBlanks(text, i + 1);
    const valueEnd = endOfValue(text, valueStart);
    if (valueEnd <= valueStart) return undefined;
    parameters.push({ name, value: text.slice(valueStart, valueEnd) });
    i = skipBlanks(text, valueEnd);
  }
  return parameters;
}

/** The value of a parameter by its name, whose case doesn't matter: undefined when absent, an empty string for a flag. */
export function parameter(parameters: readonly Parameter[], name: string): string | undefined {
  for (const entry of parameters) {
    if (entry.name.length === name.length && entry.name.toLowerCase() === name) return entry.value ?? '';
  }
  return undefined;
}

/** Writes parameters back as `;name=value` text. */
export function formatParameters(parameters: readonly Parameter[]): string {
  let text = '';
  for (const { name, value } of parameters) text += value === undefined ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** The position after a quoted string that starts at `start`, or -1 when its closing quote is missing. */
export function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i + 1;
  }
  return -1;
}

const QUOTE = 34;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

function isToken(code: number): boolean {
  return code < 256 && TOKEN[code] === 1;
}

function endOfValue(text: string, start: number): number {
  if (text.charCodeAt(start) === QUOTE) return endOfQuoted(text, start);
  let i = start;
  while (i < text.length && PARAMETER_VALUE[text.charCodeAt(i)] === 1) i += 1;
  return i;
}
