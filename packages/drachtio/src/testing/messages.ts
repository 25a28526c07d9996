import { SipRequest, SipResponse } from '../sip/message.js';
import { Malformed, parseDatagram } from '../sip/parser.js';

/** What a test wants different from an ordinary request. */
export interface RequestParts {
  method?: string;
  uri?: string;
  via?: string;
  branch?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: number;
  /** Whole header lines. */
  more?: string[];
  body?: string;
}

/** The text of a request, valid unless its parts make it otherwise. */
export function requestText(parts: RequestParts = {}): string {
  const { method = 'OPTIONS', uri = 'sip:bob@example.com', branch = 'z9hG4bKtest', more = [], body = '' } = parts;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${parts.via ?? `SIP/2.0/UDP 192.0.2.1:5060;branch=${branch};rport`}`,
    'Max-Forwards: 70',
    `From: ${parts.from ?? '<sip:alice@example.com>;tag=a1'}`,
    `To: ${parts.to ?? '<sip:bob@example.com>'}`,
    `Call-ID: ${parts.callId ?? 'call-1'}`,
    `CSeq: ${parts.cseq ?? 1} ${method}`,
    ...more,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** Parses a text that must be a request. */
export function request(parts: RequestParts = {}): SipRequest {
  const message = parseDatagram(Buffer.from(requestText(parts)));
  if (!(message instanceof SipRequest)) throw new Error(message instanceof Malformed ? message.reason : 'no request');
  return message;
}

/** The response of a peer to a request. */
export function responseTo(
  to: SipRequest,
  status: number,
  { tag = 'b1', more = [] }: { tag?: string; more?: string[] } = {},
): SipResponse {
  const lines = [
    `SIP/2.0 ${status} Whatever`,
    ...to.values('Via').map((via) => `Via: ${via}`),
    `From: ${to.value('From')}`,
    `To: ${to.value('To')}${to.to.tag === undefined && tag !== '' ? `;tag=${tag}` : ''}`,
    `Call-ID: ${to.callId}`,
    `CSeq: ${to.value('CSeq')}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ];
  const message = parseDatagram(Buffer.from(lines.join('\r\n')));
  if (!(message instanceof SipResponse)) throw new Error('no response');
  return message;
}
