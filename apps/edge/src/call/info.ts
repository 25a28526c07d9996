import type { SipRequest, SipResponse } from '../sip/stack.js';
import type { Bridge } from './bridge.js';
import { fail } from './change.js';
import type { Side } from './side.js';

/** Headers of an INFO that say how its body is to be read (RFC 6086). */
const INFO_HEADERS = ['Content-Type', 'Content-Disposition', 'Info-Package'];

/** Most characters of an INFO's body. */
const LONGEST_INFO = 4_096;

/** Passes an INFO on (RFC 6086). */
export async function passInfo(bridge: Bridge, from: Side, request: SipRequest, response: SipResponse): Promise<void> {
  if (request.body.length > LONGEST_INFO) {
    response.send(513);
    return;
  }
  const headers = Object.fromEntries(
    INFO_HEADERS.flatMap((name) => {
      const value = request.headers[name.toLowerCase()];
      return value !== undefined && /^[\x20-\x7e]{1,256}$/.test(value) ? [[name, value]] : [];
    }),
  );
  const asked = await bridge.other(from).ask({ method: 'INFO', headers, body: request.body || undefined });
  const status = asked?.response.status ?? 481;
  if (status < 300) response.send(200);
  else fail(bridge, response, status);
}
