import { headerOf, type LoadSocket } from './load-socket.js';

/** A session description that nobody looks at. */
export const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n' +
  'a=rtpmap:0 PCMU/8000\r\n';

/** Has a socket pick up every call at once, after a 180. */
export function answerCalls(callee: LoadSocket): void {
  callee.onRequest = (message) => {
    const method = message.slice(0, message.indexOf(' '));
    if (method === 'ACK') return;
    if (method === 'INVITE') callee.send(answer(message, '180 Ringing', callee.local, ''));
    callee.send(answer(message, '200 OK', callee.local, method === 'INVITE' ? SDP : ''));
  };
}

/** Acknowledges a call that was answered, and ends it. @param cseq that of its INVITE @returns whether the BYE was accepted */
export async function endCall(caller: LoadSocket, ok: string, cseq: number): Promise<boolean> {
  const target = /<([^>]*)>/.exec(headerOf(ok, 'Contact'))?.[1] ?? '';
  const callId = headerOf(ok, 'Call-ID');
  const routes = (ok.match(/^Record-Route: .*\r\n/gm) ?? []).reverse().join('').replaceAll('Record-Route: ', 'Route: ');
  const inside = (method: string, number: number) =>
    `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/UDP ${caller.local};branch=z9hG4bK${callId}${method};rport\r\n${routes}` +
    `Max-Forwards: 70\r\nFrom: ${headerOf(ok, 'From')}\r\nTo: ${headerOf(ok, 'To')}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: ${number} ${method}\r\nContent-Length: 0\r\n\r\n`;
  caller.send(inside('ACK', cseq));
  const ended = await caller.ask(callId, inside('BYE', cseq + 1));
  return ended?.startsWith('SIP/2.0 200') ?? false;
}

function answer(request: string, status: string, local: string, body: string): string {
  const copied = request.match(/^(Via|Record-Route): .*\r\n/gm)?.join('') ?? '';
  const to = headerOf(request, 'To');
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return (
    `SIP/2.0 ${status}\r\n${copied}From: ${headerOf(request, 'From')}\r\nTo: ${to.includes('tag=') ? to : `${to};tag=callee`}\r\n` +
    `Call-ID: ${headerOf(request, 'Call-ID')}\r\nCSeq: ${headerOf(request, 'CSeq')}\r\nContact: <sip:callee@${local}>\r\n` +
    `${type}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
