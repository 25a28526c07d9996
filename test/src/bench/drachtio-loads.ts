import { randomBytes } from 'node:crypto';
import { answerCalls, endCall, SDP } from './call-load.js';
import type { LoadSocket } from './load-socket.js';

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
  answerCalls(callee);
  return async () => {
    const [callId, invite] = request(caller, server, 'INVITE', SDP);
    const ok = await caller.ask(callId, invite);
    return ok?.startsWith('SIP/2.0 200') ? endCall(caller, ok, 1) : false;
  };
}

const RUN = randomBytes(4).toString('hex');

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
