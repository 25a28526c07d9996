import { SipFailure } from '../sip/failure.js';
import type { SipRequest } from '../sip/stack.js';
import { parseSipUri } from '../sip/uri.js';

/** A dialog that is to be replaced (RFC 3891), as the side that asks for it knows it. */
export interface Replaces {
  callId: string;
  toTag: string;
  fromTag: string;
}

/** Where somebody is to be transferred: to a number, or into the call of a dialog. */
export interface ReferTo {
  number: string;
  replaces: Replaces | undefined;
}

const LONGEST = 2_048;

/**
 * Reads Refer-To (RFC 3515 section 2.1), which names a SIP URI, for an attended transfer with Replaces (RFC 5589).
 * @throws SipFailure 400 when there is not exactly one
 */
export function readReferTo(request: Pick<SipRequest, 'headers'>): ReferTo {
  const text = request.headers['refer-to']?.trim() ?? '';
  const [, bracketed, bare] = /^(?:[^<>]*<([^<>]*)>[^<>,]*|([^<>,;\s]+))$/.exec(text.slice(0, LONGEST)) ?? [];
  const [uriText = '', headers = ''] = (bracketed ?? bare ?? '').split('?', 2);
  const uri = parseSipUri(uriText);
  if (uri === undefined || text.length > LONGEST) throw new SipFailure(400);
  return { number: uri.user, replaces: readReplaces(headers) };
}

function readReplaces(headers: string): Replaces | undefined {
  const value = headers
    .split('&')
    .find((header) => /^replaces=/i.test(header))
    ?.slice('replaces='.length);
  if (value === undefined) return undefined;
  const [callId = '', ...params] = decode(value)
    .split(';')
    .map((part) => part.trim());
  const tag = (name: string) =>
    params.find((param) => param.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return { callId, toTag: tag('to-tag'), fromTag: tag('from-tag') };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SipFailure(400);
  }
}
