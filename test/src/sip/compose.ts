import { createHash, randomBytes } from 'node:crypto';
import { type HeaderFields, SipMessage } from './message.js';
import type { Endpoint } from './transport.js';

/** What a message shall have beyond, or in place of, what the phone writes of itself. */
export interface Extra {
  readonly headers?: HeaderFields;
  /** Goes with `Content-Type: application/sdp` when it is SDP and `text/plain` otherwise, unless a header says more. */
  readonly body?: string | Buffer;
}

/**
 * Makes a response to a received request: Vias, Record-Routes, Call-ID and CSeq are the request's, the To tag is the same
 * for every response of one user to one Call-ID (RFC 3261 section 8.2.6).
 * @param from the user who answers and the URI for the Contact
 */
export function composeResponse(
  from: { readonly user: string; readonly uri: string },
  request: SipMessage,
  status: number,
  { headers = {}, body = '' }: Extra = {},
): SipMessage {
  const to = request.get('To') ?? '';
  const tag = createHash('md5')
    .update(`${from.user} ${request.get('Call-ID')}`)
    .digest('hex')
    .slice(0, 12);
  const mayMakeDialog = status > 100 && status < 300;
  const response = new SipMessage(
    `SIP/2.0 ${status} ${reasons[status] ?? 'Answer'}`,
    {
      Via: request.all('Via'),
      'Record-Route': mayMakeDialog ? request.all('Record-Route') : undefined,
      From: request.get('From'),
      To: status > 100 && request.tag('To') === '' ? `${to};tag=${tag}` : to,
      'Call-ID': request.get('Call-ID'),
      CSeq: request.get('CSeq'),
      Contact: mayMakeDialog ? `<${from.uri}>` : undefined,
    },
    body,
  );
  return complete(response, headers);
}

/** The ACK of a failed INVITE, part of the INVITE's transaction (RFC 3261 section 17.1.1.3). */
export function ackFailure(invite: SipMessage, response: SipMessage): SipMessage {
  return sameTransaction(invite, 'ACK').set('To', response.get('To'));
}

/** The CANCEL of a request (RFC 3261 section 9.1). */
export function cancel(request: SipMessage): SipMessage {
  return sameTransaction(request, 'CANCEL');
}

/** Writes the Content-Type that suits the body, then the given header fields in place of what is there. */
export function complete(message: SipMessage, headers: HeaderFields): SipMessage {
  if (message.body.length > 0) {
    message.set('Content-Type', message.text.startsWith('v=0') ? 'application/sdp' : 'text/plain');
  }
  for (const [name, value] of Object.entries(headers)) message.set(name, value);
  return message;
}

/** An offer or answer of one PCMU stream at an address. */
export function sdp({ address }: { readonly address: string }, port = 40_000): string {
  const host = `IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`;
  return `v=0\r\no=- 1 1 ${host}\r\ns=-\r\nc=${host}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;
}

/** `address:port` as it stands in a URI or a Via, IPv6 in brackets. */
export function hostPort({ address, port }: Endpoint): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Twelve random hexadecimal digits, for tags, branches and Call-IDs. */
export function token(): string {
  return randomBytes(6).toString('hex');
}

function sameTransaction(request: SipMessage, method: string): SipMessage {
  return new SipMessage(`${method} ${request.uri} SIP/2.0`, {
    Via: request.get('Via'),
    'Max-Forwards': 70,
    Route: request.all('Route'),
    From: request.get('From'),
    To: request.get('To'),
    'Call-ID': request.get('Call-ID'),
    CSeq: `${request.cseq.number} ${method}`,
  });
}

const reasons: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  401: 'Unauthorized',
  404: 'Not Found',
  407: 'Proxy Authentication Required',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  491: 'Request Pending',
  603: 'Decline',
};
