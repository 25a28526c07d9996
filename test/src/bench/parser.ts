// Measures the parser of packages/drachtio: reading and writing the messages that a registrar and call edge sees most.
// Usage: node test/dist/bench/parser.js [seconds for each figure]
// Figures are for a second of processor time, of the best of ten rounds, since a round can only be slowed by what else the
// machine does. To compare two versions, run both one after the other, several times.
import { parseDatagram, SipRequest, SipResponse } from '@ringfence/drachtio';

const [seconds = 2] = process.argv.slice(2).map(Number);
const ROUNDS = 10;

const via = 'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-524287-1---8f1d3c5a7b9e2d4f;rport';
const messages: Record<string, string[]> = {
  REGISTER: [
    'REGISTER sip:pbx.example.com SIP/2.0',
    via,
    'Max-Forwards: 70',
    'Contact: <sip:x7kq2m@192.0.2.10:5060;rinstance=3a5c7e9f>;+sip.instance="<urn:uuid:0c67446e-f1a1-11d9-94d3-000a95a0e128>"',
    'To: "Front desk" <sip:x7kq2m@pbx.example.com>',
    'From: "Front desk" <sip:x7kq2m@pbx.example.com>;tag=8d3f5b7a',
    'Call-ID: 84362ODc2YjY4ZTYxNzdlNzU1OGNhZmY3ZTY4YjY3NDY',
    'CSeq: 2 REGISTER',
    'Expires: 3600',
    'Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE',
    'User-Agent: Some Desk Phone 2.14.3',
    'Authorization: Digest username="x7kq2m",realm="pbx.example.com",nonce="1700000000.5f3a9c",uri="sip:pbx.example.com",response="6629fae49393a05397450978507c4ef1",cnonce="0a4f113b",nc=00000001,qop=auth,algorithm=MD5',
    'Content-Length: 0',
    '',
    '',
  ],
  INVITE: [
    'INVITE sip:100@pbx.example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.20;branch=z9hG4bK.proxy-77a1',
    via,
    'Record-Route: <sip:192.0.2.20;lr>',
    'Max-Forwards: 69',
    'Contact: <sip:x7kq2m@192.0.2.10:5060>',
    'To: <sip:100@pbx.example.com>',
    'From: "Front desk" <sip:x7kq2m@pbx.example.com>;tag=4b1e9c27',
    'Call-ID: 9f2c84362ODc2YjY4ZTYxNzdlNzU1OGNhZmY3ZTY4',
    'CSeq: 1 INVITE',
    'Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE',
    'Supported: replaces, 100rel, timer',
    'User-Agent: Some Desk Phone 2.14.3',
    'Content-Type: application/sdp',
    'Content-Length: 220',
    '',
    'v=0',
    'o=- 3909 3909 IN IP4 192.0.2.10',
    's=call',
    'c=IN IP4 192.0.2.10',
    't=0 0',
    'm=audio 49170 RTP/AVP 9 8 0 101',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=sendrecv',
    '',
  ],
};

for (const [name, lines] of Object.entries(messages)) {
  const bytes = Buffer.from(lines.join('\r\n'));
  const message = read(bytes);
  report(`read ${name}`, bytes.length, () => parseDatagram(bytes));
  report(`write ${name}`, bytes.length, () => message.toBuffer());
}

function read(bytes: Buffer): SipRequest | SipResponse {
  const message = parseDatagram(bytes);
  if (message instanceof SipRequest || message instanceof SipResponse) return message;
  throw new Error(`the message of this program is refused: ${message?.reason}`);
}

/** Does something again and again and prints how often a second, and how many bytes that is. */
function report(what: string, size: number, act: () => unknown): void {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const end = performance.now() + (seconds * 1_000) / ROUNDS;
    const start = process.cpuUsage();
    let count = 0;
    while (performance.now() < end) {
      for (let n = 0; n < 500; n++) act();
      count += 500;
    }
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, (count * 1_000_000) / (user + system));
  }
  const megabytes = ((best * size) / 1e6).toFixed(0).padStart(4);
  console.log(`${what.padEnd(14)} ${Math.round(best).toLocaleString('en').padStart(9)} messages/s ${megabytes} MB/s`);
}
