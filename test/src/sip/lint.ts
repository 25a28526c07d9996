import { parameter, type SipMessage } from './message.js';

/**
 * What is wrong with a message that a SIP element sent, as RFC 3261 sections 8.1.1, 8.2.6, 12.1 and 20 ask of it.
 * The phone runs this over everything it receives, so that no test has to repeat it.
 * @returns one sentence per fault; none for a sound message
 */
export function lint(message: SipMessage): string[] {
  const faults = mandatory(message).filter((name) => message.all(name).length === 0);
  return [
    ...faults.map((name) => `${name} is missing`),
    ...[...single, 'From', 'To'].filter((name) => message.all(name).length > 1).map((name) => `${name} is repeated`),
    ...rules.filter(([, broken]) => broken(message)).map(([fault]) => fault),
  ];
}

const single = ['Call-ID', 'CSeq', 'Max-Forwards', 'Content-Length', 'Content-Type'];

function mandatory(message: SipMessage): string[] {
  const names = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Content-Length'];
  if (!message.isResponse && !isHopByHop(message)) names.push('Max-Forwards');
  if (createsDialog(message)) names.push('Contact');
  if (message.body.length > 0) names.push('Content-Type');
  return names;
}

/** A proxy's own ACK and CANCEL may leave out Max-Forwards as drachtio's do; every other request carries it. */
function isHopByHop(message: SipMessage): boolean {
  return message.method === 'ACK' || message.method === 'CANCEL';
}

function createsDialog(message: SipMessage): boolean {
  if (!message.isResponse) return message.method === 'INVITE' || message.method === 'SUBSCRIBE';
  return message.cseq.method === 'INVITE' && message.status >= 200 && message.status < 300;
}

const rules: [fault: string, broken: (message: SipMessage) => boolean][] = [
  ['CSeq names another method than the request line', (m) => !m.isResponse && m.cseq.method !== m.method],
  ['CSeq is no 31-bit number', (m) => !/^\d{1,10}\s+[A-Z]+$/.test(m.get('CSeq') ?? '') || m.cseq.number >= 2 ** 31],
  ['From has no tag', (m) => m.tag('From') === ''],
  ['a response above 100 has no To tag', (m) => m.status > 100 && m.tag('To') === ''],
  ['Content-Length is not the length of the body', (m) => Number(m.get('Content-Length') ?? -1) !== m.body.length],
  ['the topmost Via has no RFC 3261 branch', (m) => !m.isResponse && !m.branch.startsWith('z9hG4bK')],
  [
    'the topmost Via is not of the form SIP/2.0/transport host',
    (m) => !/^SIP\/2\.0\/[A-Z]+ \S/.test(m.get('Via') ?? ''),
  ],
  ['a tag stands inside the angle brackets', (m) => /<[^>]*;tag=/.test(`${m.get('From')} ${m.get('To')}`)],
  ['the Request-URI carries a header-only parameter', (m) => parameter(m.uri, 'tag') !== undefined],
];
