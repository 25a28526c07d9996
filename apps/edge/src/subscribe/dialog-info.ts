import type { Call } from '@ringfence/store';
import { uriHost, uriUser } from '../sip/uri.js';
import { escapeXml } from './xml.js';

/** What the dialogs of an extension look like from outside. */
export interface ExtensionState {
  /** Id of the extension. */
  id: string;
  number: string;
  /** The calls that its phones make, or that call it. */
  calls: readonly Call[];
  /** Whether any of its phones is registered. */
  isOnline: boolean;
}

/** The type of {@link writeDialogInfo}'s documents. */
export const DIALOG_INFO = 'application/dialog-info+xml';

/**
 * Writes the state of an extension as dialog information (RFC 4235 section 4), always in full.
 *
 * Most phones put a lamp out by a dialog that is terminated, not by the lack of one, so an idle extension has one that is.
 * That nobody is registered is told by the same dialog: it ended with what a call would end with, an error 480. Phones that
 * look at the state alone show such an extension as idle, as they do with other PBXs.
 * @param realm host of the identities
 */
export function writeDialogInfo(
  { id, number, calls, isOnline }: ExtensionState,
  realm: string,
  version: number,
): string {
  const sides = calls.flatMap((call) => [
    ...(call.caller.extension === id ? [writeDialog(call, 'initiator', realm)] : []),
    ...(call.callee.extension === id ? [writeDialog(call, 'recipient', realm)] : []),
  ]);
  const rest = isOnline
    ? '<dialog id="idle"><state>terminated</state></dialog>'
    : '<dialog id="unregistered"><state event="error" code="480">terminated</state></dialog>';
  const root = `xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${uri(number, realm)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<dialog-info ${root}>${sides.join('') || rest}</dialog-info>\n`;
}

function writeDialog({ id, state, caller, callee }: Call, direction: 'initiator' | 'recipient', realm: string): string {
  const [local, remote] = direction === 'initiator' ? [caller, callee] : [callee, caller];
  return (
    `<dialog id="${escapeXml(id)}-${direction}" direction="${direction}">` +
    `<state>${state === 'ringing' ? 'early' : 'confirmed'}</state>` +
    `<local>${writeParty(local, realm)}</local><remote>${writeParty(remote, realm)}</remote></dialog>`
  );
}

function writeParty({ number, name }: { number: string; name: string }, realm: string): string {
  const display = name === '' ? '' : ` display="${escapeXml(name)}"`;
  return `<identity${display}>${uri(number, realm)}</identity><target uri="${uri(number, realm)}"/>`;
}

function uri(number: string, realm: string): string {
  return escapeXml(`sip:${uriUser(number)}@${uriHost(realm)}`);
}
