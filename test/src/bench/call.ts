// Measures complete calls next to Kamailio as a stateful proxy: INVITE, 407, ACK, INVITE, 100, 180, 200, ACK, BYE, 200. The
// edge is a back-to-back user agent: it has both sides of each call, and keeps the call in Redis. Subjects are measured in
// turn, each with the same number of calls in every round, so that what else the machine does changes as little as possible.
// Usage: node test/dist/bench/call.js [calls a round] [rounds] [in flight] [callers]
import { answerCalls, endCall, SDP } from './call-load.js';
import { type Account, answerChallenge } from './digest.js';
import { startPeers } from './kamailio.js';
import { headerOf, LoadSocket } from './load-socket.js';
import { type Figures, measure, summarize, totalCpu } from './measure.js';
import { RegisteringPhone } from './registering-phone.js';
import { type Subject, startRingfence } from './subject.js';

const [calls = 1_500, rounds = 3, inFlight = 16, callers = 200] = process.argv.slice(2).map(Number);

/** Calls after which Node has compiled what it is going to. */
const WARM_UP = 4_000;

/** Something that calls again and again. */
interface Load {
  subject: Subject;
  call: () => Promise<boolean>;
  sockets: LoadSocket[];
}

const loads: Load[] = [];
const subjects: Subject[] = [];
try {
  subjects.push(await startRingfence(), ...(await startPeers()));
  for (const subject of subjects) loads.push(await prepare(subject));
  const figures = loads.map((): Figures[] => []);
  for (const load of loads) await run(load, WARM_UP);
  for (let round = 0; round < rounds; round++) {
    for (const [at, load] of loads.entries()) figures[at]?.push(await run(load, calls));
  }
  console.log(`medians of ${rounds} rounds of ${calls} calls; ${inFlight} in flight, Redis appendfsync always`);
  for (const [at, { subject }] of loads.entries()) console.log(summarize(subject.name, figures[at] ?? []));
  const [own = Number.NaN, ...peers] = figures.map(totalCpu);
  for (const peer of peers) console.log(`${(own / peer).toFixed(1)} times the CPU of a call through Kamailio`);
} finally {
  for (const { sockets } of loads) for (const socket of sockets) socket.close();
  for (const subject of subjects) await subject.close();
}

/** Makes so many calls. */
function run({ subject, call }: Load, count: number): Promise<Figures> {
  let left = count;
  return measure(subject, async () => (left-- > 0 ? call() : undefined), inFlight);
}

/** Makes callers, and a callee that is registered and picks up. */
async function prepare(subject: Subject): Promise<Load> {
  const [caller, callee] = [await LoadSocket.open(subject.sip), await LoadSocket.open(subject.sip)];
  const server = `${subject.sip.address}:${subject.sip.port}`;
  const { account, dialled } = await subject.callee();
  const phone = new RegisteringPhone(account, server, callee.local);
  const challenge = await callee.ask(phone.callId, phone.first());
  const registered = challenge && (await callee.ask(phone.callId, phone.second(challenge)));
  if (!registered?.startsWith('SIP/2.0 200')) throw new Error(`the callee is not registered: ${registered}`);
  answerCalls(callee);
  const accounts = await subject.accounts(callers);
  let count = 0;
  const call = () => {
    count++;
    return makeCall(caller, accounts[count % accounts.length] as Account, `sip:${dialled}@${server}`, `call${count}`);
  };
  return { subject, call, sockets: [caller, callee] };
}

/** Makes a call and ends it; tells whether every step went well. */
async function makeCall(caller: LoadSocket, account: Account, uri: string, callId: string): Promise<boolean> {
  const compose = (method: string, cseq: number, to: string, authorization: string, body: string) =>
    `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${caller.local};branch=z9hG4bK${callId}x${cseq};rport\r\n` +
    `Max-Forwards: 70\r\nFrom: <sip:${account.username}@127.0.0.1>;tag=${callId}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: ${cseq} ${method}\r\nContact: <sip:${account.username}@${caller.local}>\r\n${authorization}` +
    `${body === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`;
  const challenge = await caller.ask(callId, compose('INVITE', 1, `<${uri}>`, '', SDP));
  if (!challenge?.startsWith('SIP/2.0 407')) return false;
  caller.send(compose('ACK', 1, headerOf(challenge, 'To'), '', ''));
  const authorization = answerChallenge(challenge, account, 'INVITE', uri);
  const ok = await caller.ask(callId, compose('INVITE', 2, `<${uri}>`, authorization, SDP));
  return ok?.startsWith('SIP/2.0 200') ? endCall(caller, ok, 2) : false;
}
