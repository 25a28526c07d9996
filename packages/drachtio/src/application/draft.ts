import { consistsOf, hasControl, parseNumber, TOKEN, trimBlanks } from '../sip/characters.js';
import { type Header, longName } from '../sip/headers.js';

/** What an application wants sent: the start line, the headers it cares about and the body. The server adds the rest. */
export interface Draft {
  /** As the application wrote it. */
  readonly startLine: string;
  /** Of a request. */
  readonly method: string | undefined;
  readonly uri: string;
  /** Of a response. */
  readonly status: number | undefined;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/**
 * Reads the SIP text an application sends. Lines that are no headers are left out; everything after the empty line is the
 * body, whatever Content-Length says.
 * @returns undefined when the start line is neither a request's nor a response's
 */
export function parseDraft(payload: Buffer): Draft | undefined {
  const headEnd = payload.indexOf('\r\n\r\n', 0, 'latin1');
  const head = payload.toString('latin1', 0, headEnd === -1 ? payload.length : headEnd);
  const [startLine = '', ...lines] = head.split('\r\n');
  if (hasControl(startLine)) return undefined;
  const body = headEnd === -1 ? payload.subarray(payload.length) : payload.subarray(headEnd + 4);
  const headers = parseLines(lines);
  if (startLine.startsWith('SIP/2.0 ')) {
    const status = parseNumber(startLine.slice(8, 11), 699);
    if (status === undefined || status < 100) return undefined;
    return { startLine, method: undefined, uri: '', status, reason: trimBlanks(startLine.slice(12)), headers, body };
  }
  const [method = '', uri = '', version, ...more] = startLine.split(' ');
  if (version !== 'SIP/2.0' || more.length > 0 || !consistsOf(TOKEN, method)) return undefined;
  return { startLine, method, uri, status: undefined, reason: '', headers, body };
}

/** A header of a draft, by its long name. */
export function draftHeader(draft: Draft, name: string): string | undefined {
  return draft.headers.find((header) => header.name === name)?.value;
}

/**
 * The content type of a draft's body: what the application says, `application/sdp` for a session description, and undefined
 * for a body of unknown kind.
 */
export function contentTypeOf(draft: Draft): string | undefined {
  const isSdp = draft.body.length > 2 && draft.body.toString('latin1', 0, 2) === 'v=';
  return draftHeader(draft, 'Content-Type') ?? (isSdp ? 'application/sdp' : undefined);
}

function parseLines(lines: readonly string[]): Header[] {
  const headers: Header[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const spelling = trimBlanks(line.slice(0, Math.max(0, colon)));
    const value = trimBlanks(line.slice(colon + 1));
    if (consistsOf(TOKEN, spelling) && !hasControl(value)) headers.push({ name: longName(spelling), value });
  }
  return headers;
}
