import type { Draft } from '../application/draft.js';
import type { Dialog } from '../dialog/dialog.js';
import type { Header } from '../sip/headers.js';
import { NO_BODY, type SipRequest } from '../sip/message.js';
import { parseUri } from '../sip/uri.js';
import type { Hop } from '../transport/hop.js';
import type { Hops, ResolveFailure } from '../transport/resolver.js';
import { composeInDialog, cseqNumber, type DialogPlace } from './compose.js';
import type { Core } from './core.js';

/** Finds where the next request inside a dialog may go. Calls back once, at once when no name must be looked up. */
export function resolveNextHops(core: Core, dialog: Dialog, done: (hops: Hops | ResolveFailure) => void): void {
  const next = dialog.nextHop;
  const isLost = 'hop' in next && next.hop.connection?.isOpen === false;
  if ('hop' in next && !isLost) {
    done([next.hop]);
    return;
  }
  // A client whose connection is gone may have registered over another since.
  const uri = parseUri('hop' in next ? dialog.target.uri : next.uri);
  const flow = uri && core.flows.find(uri);
  if ('hop' in next && flow === undefined) {
    done([next.hop]);
    return;
  }
  if (uri === undefined) done('transport');
  else if (flow !== undefined) done([flow]);
  else core.resolver.resolve(uri, done);
}

/** The next request of ours inside a dialog, numbered as the application asks or one on. */
export function composeNext(dialog: Dialog, draft: Draft, hop: Hop): SipRequest {
  const asked = cseqNumber(draft);
  dialog.localNumber = asked !== undefined && asked > dialog.localNumber ? asked : dialog.localNumber + 1;
  return composeInDialog(draft, placeIn(dialog, dialog.localNumber), hop.local);
}

/** What fixes a request with this CSeq number in a dialog. */
export function placeIn(dialog: Dialog, number: number): DialogPlace {
  const { uri, routes } = dialog.target;
  return { uri, routes, from: dialog.localAddress, to: dialog.remoteAddress, callId: dialog.callId, number };
}

/** A draft of the server's own, for a request inside a dialog. */
export function draftOf(method: string, headers: readonly Header[] = []): Draft {
  return { startLine: '', method, uri: '', status: undefined, reason: '', headers, body: NO_BODY };
}
