import { randomBytes } from 'node:crypto';
import { headerOf, type LoadSocket } from './load-socket.js';

/** Something done again and again; tells whether it went well. */
export type Load = () => Promise<boolean>;

/** The number in the name of the next request, its Call-ID or user. */
let count = 0;

/** One OPTIONS or REGISTER of a phone, answered 200. */
export function requests(socket: LoadSocket, server: string, method: 'OPTIONS' | 'REGISTER'): Load {
  return async () => {
    const answer = await socket.ask(...request(socket, server, method));
    return answer?.startsWith('SIP/2.0 200') ?? false;
  };
}

/** A call from one socket to the other through the application: INVITE, 180, 200, ACK, BYE, and all that on the far side. */
export function calls(caller: LoadSocket, callee: LoadSocket, server: string): Load {
  callee.onRequest = (message) => {
    const method = message.slice(0, message.indexOf(' '));
    if (method === 'ACK') return;
    if (method === 'INVITE') callee.send(answer(message, '180 Ringing', callee.local, ''));
    callee.send(answer(message, '200 OK', callee.local, method === 'INVITE' ? SDP : ''));
  };
  return async () => {
    const [callId, invite] = request(caller, server, 'INVITE', SDP);
    const ok = await caller.ask(callId, invite);
    if (!ok?.startsWith('SIP/2.0 200')) return false;
    const target = /<([^>]*)>/.exec(headerOf(ok, 'Contact'))?.[1] ?? '';
    const inside = (method: string, cseq: number) =>
      `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/UDP ${caller.local};branch=z9hG4bK${callId}${method};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: ${headerOf(ok, 'From')}\r\nTo: ${headerOf(ok, 'To')}\r\nCall-ID: ${callId}\r\n` +
      `CSeq: ${cseq} ${method}\r\nContent-Length: 0\r\n\r\n`;
    caller.send(inside('ACK', 1));
    const ended = await caller.ask(callId, inside('BYE', 2));
    return ended?.startsWith('SIP/2.0 200') ?? false;
  };
}

const RUN = randomBytes(4).toString('hex');
const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n' +
  'a=rtpmap:0 PCMU/8000\r\n';

function request(socket: LoadSocket, server: string, method: string, body = ''): [callId: string, request: string] {
  const callId = `${RUN}${count++}@bench`;
  const user = `phone${count % 1_000}`;
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return [
    callId,
    `${method} sip:${server} SIP/2.0\r\nVia: SIP/2.0/UDP ${socket.local};branch=z9hG4bK${callId.replace('@', '')};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:${user}@${server}>;tag=${count}\r\nTo: <sip:${user}@${server}>\r\n` +
      `Call-ID: ${callId}\r\nCSeq: 1 ${method}\r\nContact: <sip:${user}@${socket.local}>\r\nExpires: 3600\r\n` +
      `User-Agent: bench/1.0\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`,
  ];
}

function answer(request: string, status: string, local: string, body: string): string {
  const vias = request.match(/^Via: .*\r\n/gm)?.join('') ?? '';
  const to = headerOf(request, 'To');
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return (
    `SIP/2.0 ${status}\r\n${vias}From: ${headerOf(request, 'From')}\r\nTo: ${to.includes('tag=') ? to : `${to};tag=callee`}\r\n` +
    `Call-ID: ${headerOf(request, 'Call-ID')}\r\nCSeq: ${headerOf(request, 'CSeq')}\r\nContact: <sip:callee@${local}>\r\n` +
    `${type}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
