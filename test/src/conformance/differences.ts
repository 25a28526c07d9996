import type { Target } from './target.js';

/**
 * Where a real drachtio server (0.9.10) is known to behave otherwise than the embedded one. A test that shows such a
 * behaviour names it here and doesn't run against a real server.
 */
export const differences = {
  authentication: 'takes routes and answers from an application that never authenticated',
  frameSize: 'hangs on application frames over 12,228 bytes',
  pipelining: 'closes the application connection on pipelined frames over about 4 KB',
  bodySize: 'answers SIP bodies over 8,192 bytes with 400',
  removeRoute: 'removes every route of the application, not only the one named',
  backlog: 'goes on sending to an application that reads nothing',
  turns: 'shares requests among applications only roughly in turn',
  listeners: 'listens on the addresses of its own configuration',
  unanswered: 'leaves open what an application that went has not answered',
  records: 'tells call records only when its configuration says so',
  lostConnection: 'waits for the time-out of a request whose connection is gone',
  limits: 'has other limits',
  webSockets: 'leaves more of RFC 6455 and RFC 7118 to its peers',
  torture: 'leaves some refusals of RFC 3261 section 8.2 to the application and drops what it can’t parse',
  silence: 'keeps an application connection that says nothing open',
} as const;

/** The options of a test that a real server is known to fail: skipped there, with the reason, and run otherwise. */
export function except(target: Target, difference: keyof typeof differences): { skip: string | false } {
  return { skip: target.embedded ? false : `a real server ${differences[difference]}` };
}
