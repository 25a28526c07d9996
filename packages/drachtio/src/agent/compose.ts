import { contentTypeOf, type Draft, draftHeader } from '../application/draft.js';
import { formatAddress, parseAddress } from '../sip/address.js';
import { parseNumber } from '../sip/characters.js';
import { parseCSeq } from '../sip/cseq.js';
import { type Header, sortHeaders } from '../sip/headers.js';
import { newBranch, newTag, newUuid } from '../sip/identifiers.js';
import { answerTo, type SipMessage, SipRequest, SipResponse } from '../sip/message.js';
import { formatParameters } from '../sip/parameters.js';
import { MESSAGE_LIMITS } from '../sip/parser.js';
import { reasonPhrase } from '../sip/statuses.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { type ListeningPoint, pointUri, sentBy } from '../transport/hop.js';

/** Headers that an application can't set: the server knows them. */
const OWN_IN_RESPONSES = new Set([
  'Via',
  'Route',
  'Record-Route',
  'Max-Forwards',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Content-Length',
]);
const OWN_IN_REQUESTS = new Set([...OWN_IN_RESPONSES, 'Contact']);

/** Methods whose requests carry a Contact, since they make a dialog or refresh its target. */
const WITH_CONTACT = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE']);

/** Largest CSeq number to start with (RFC 3261 section 8.1.1.5), and where the server's own begin. */
const FIRST_CSEQ = 100_000_000;
let lastCSeq = FIRST_CSEQ + (Date.now() % FIRST_CSEQ);

/** Whether a body lacks the Content-Type it needs. */
export function lacksContentType(draft: Draft): boolean {
  return draft.body.length > 0 && contentTypeOf(draft) === undefined;
}

/** Whether a message is larger than the server itself would accept. */
export function isTooLarge(message: SipMessage): boolean {
  return message.size > MESSAGE_LIMITS.bytes;
}

/** Our Via for a request, with a branch of its own. UDP asks for the answer at the port it is sent from (RFC 3581). */
export function newVia(local: ListeningPoint): string {
  const rport = local.transport === 'udp' ? ';rport' : '';
  return `SIP/2.0/${local.transport.toUpperCase()} ${sentBy(local)}${rport};branch=${newBranch()}`;
}

/**
 * The response to a request that an application drafted: Via, From, To with its tag, Call-ID and CSeq are the
 * request's; Contact, Record-Route and Content-Type are added where needed.
 */
export function composeResponse(transaction: ServerTransaction, draft: Draft): SipResponse {
  const { request, from } = transaction;
  const status = draft.status ?? 500;
  const appTag = parseAddress(draftHeader(draft, 'To') ?? '')?.tag;
  if (appTag !== undefined) transaction.toTag = appTag;
  const headers = answerTo(request, status, status === 100 ? undefined : transaction.toTag).headers;
  headers.pop();
  if (makesDialog(request, status)) {
    for (const value of request.values('Record-Route')) headers.push({ name: 'Record-Route', value });
  }
  for (const header of draft.headers) {
    if (!OWN_IN_RESPONSES.has(header.name)) headers.push(withOwnAddress(header, from.local));
  }
  if (needsContact(request, draft)) addIfMissing(headers, 'Contact', `<${pointUri(from.local)}>`);
  addContent(headers, draft);
  return new SipResponse(status, draft.reason || reasonPhrase(status), sortHeaders(headers), draft.body);
}

/** A request of ours for another way than the one it was sent by: with another Via, and our address there in its Contact. */
export function redirect(request: SipRequest, from: ListeningPoint, to: ListeningPoint): SipRequest {
  const [old = '', other = ''] = [from, to].map((local) => pointUri(local).replace(/^sips?:/, ''));
  const headers = request.headers.map(({ name, value }) => ({
    name,
    value: name === 'Contact' ? value.replace(old, () => other) : value,
  }));
  const redirected = new SipRequest(request.method, request.uri, headers, request.body);
  redirected.set('Via', newVia(to));
  return redirected;
}

/** What fixes a request's place in a dialog. */
export interface DialogPlace {
  readonly uri: string;
  readonly routes: readonly Header[];
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly number: number;
}

/**
 * The request that an application drafted, outside dialogs. From, To, Call-ID and CSeq are the application's where it gives
 * them; a From tag is added.
 * @returns undefined when a From or To that the application gives is malformed
 */
export function composeRequest(draft: Draft, local: ListeningPoint): SipRequest | undefined {
  const method = draft.method ?? '';
  const from = ownedAddress(draftHeader(draft, 'From') ?? `<${pointUri(local)}>`, local);
  const to = ownedAddress(draftHeader(draft, 'To') ?? defaultTo(draft.uri), local);
  if (from === undefined || to === undefined) return undefined;
  const headers: Header[] = [
    { name: 'From', value: parseAddress(from)?.tag === undefined ? `${from};tag=${newTag()}` : from },
    { name: 'To', value: to },
    { name: 'Call-ID', value: draftHeader(draft, 'Call-ID') || newUuid() },
    { name: 'CSeq', value: `${cseqNumber(draft) ?? nextCSeq()} ${method}` },
  ];
  return finishRequest(draft, { method, uri: draft.uri, headers, local });
}

/** The request that an application drafted, inside a dialog. */
export function composeInDialog(draft: Draft, place: DialogPlace, local: ListeningPoint): SipRequest {
  const method = draft.method ?? '';
  const headers: Header[] = [
    ...place.routes,
    { name: 'From', value: place.from },
    { name: 'To', value: place.to },
    { name: 'Call-ID', value: place.callId },
    { name: 'CSeq', value: `${place.number} ${method}` },
  ];
  return finishRequest(draft, { method, uri: place.uri, headers, local });
}

/** The CSeq number an application gives, alone or with the method. */
export function cseqNumber(draft: Draft): number | undefined {
  const value = draftHeader(draft, 'CSeq');
  if (value === undefined) return undefined;
  return parseCSeq(value)?.number ?? parseNumber(value, 0x7fffffff);
}

/** Whether a response with this status makes a dialog (RFC 3261 section 12.1, RFC 6665, RFC 3515). */
export function makesDialog(request: SipRequest, status: number): boolean {
  if (status <= 100 || status >= 300) return false;
  return (
    request.method === 'INVITE' || ((request.method === 'SUBSCRIBE' || request.method === 'REFER') && status >= 200)
  );
}

function finishRequest(
  draft: Draft,
  { method, uri, headers, local }: { method: string; uri: string; headers: Header[]; local: ListeningPoint },
): SipRequest {
  const maxForwards = parseNumber(draftHeader(draft, 'Max-Forwards') ?? '', 255) ?? 70;
  headers.push({ name: 'Via', value: newVia(local) }, { name: 'Max-Forwards', value: String(maxForwards) });
  for (const header of draft.headers) {
    if (header.name === 'Contact') headers.push({ name: 'Contact', value: ownedContact(header.value, local) });
    else if (!OWN_IN_REQUESTS.has(header.name)) headers.push(withOwnAddress(header, local));
  }
  if (WITH_CONTACT.has(method)) addIfMissing(headers, 'Contact', `<${pointUri(local)}>`);
  addContent(headers, draft);
  return new SipRequest(method, uri, sortHeaders(headers), draft.body);
}

function addContent(headers: Header[], draft: Draft): void {
  const type = contentTypeOf(draft);
  if (draft.body.length > 0 && type !== undefined) addIfMissing(headers, 'Content-Type', type);
  headers.push({ name: 'Content-Length', value: String(draft.body.length) });
}

function needsContact(request: SipRequest, draft: Draft): boolean {
  const status = draft.status ?? 0;
  if (request.method === 'SUBSCRIBE') return status >= 200 && status < 300;
  if (request.method === 'REFER') return request.to.tag === undefined && status >= 200 && status < 300;
  return request.method === 'INVITE' && status > 100 && status < 300 && (status >= 200 || isReliable(draft));
}

/** Whether a provisional response is to be sent reliably (RFC 3262). */
export function isReliable(draft: Draft): boolean {
  const required = draft.headers.filter(({ name }) => name === 'Require').flatMap(({ value }) => value.split(','));
  const status = draft.status ?? 0;
  return status > 100 && status < 200 && required.some((option) => option.trim().toLowerCase() === '100rel');
}

function nextCSeq(): number {
  lastCSeq = lastCSeq >= 0x7ffffffe ? FIRST_CSEQ : lastCSeq + 1;
  return lastCSeq;
}

function addIfMissing(headers: Header[], name: string, value: string): void {
  if (!headers.some((header) => header.name === name)) headers.push({ name, value });
}

/** The To of a request whose application gives none: its Request-URI, the parts that To can't have put behind it. */
function defaultTo(uri: string): string {
  const semicolon = uri.indexOf(';', uri.indexOf('@') + 1);
  const question = uri.indexOf('?');
  const end = Math.min(semicolon === -1 ? uri.length : semicolon, question === -1 ? uri.length : question);
  return `<${uri.slice(0, end)}>${semicolon === -1 ? '' : uri.slice(semicolon, question === -1 ? uri.length : question)}`;
}

/** Puts our own address in the place of `@localhost`, and the URI in angle brackets. */
function ownedAddress(value: string, local: ListeningPoint): string | undefined {
  const address = parseAddress(replaceLocalhost(value, local));
  return address && formatAddress(address.displayName, address.uri, formatParameters(address.parameters));
}

function ownedContact(value: string, local: ListeningPoint): string {
  const isOurs = value.includes('@localhost');
  const address = parseAddress(replaceLocalhost(value, local));
  if (address === undefined) return replaceLocalhost(value, local);
  const lacksTransport = isOurs && local.transport !== 'udp' && !address.uri.includes(';transport=');
  const uri = lacksTransport ? `${address.uri};transport=${local.transport}` : address.uri;
  return formatAddress(address.displayName, uri, formatParameters(address.parameters));
}

function withOwnAddress(header: Header, local: ListeningPoint): Header {
  if (!header.value.includes('@localhost')) return header;
  if (header.name === 'Contact') return { name: header.name, value: ownedContact(header.value, local) };
  if (header.name !== 'P-Asserted-Identity') return header;
  return { name: header.name, value: replaceLocalhost(header.value, local) };
}

function replaceLocalhost(value: string, local: ListeningPoint): string {
  const index = value.indexOf('@localhost');
  if (index === -1) return value;
  const after = value.charAt(index + 10);
  if (after !== '' && !'>;, \t?'.includes(after)) return value;
  return `${value.slice(0, index)}@${sentBy(local)}${value.slice(index + 10)}`;
}
