import type { SipRequest, SipResponse, SipStack } from '../sip/stack.js';
import type { NotifyAnswer } from './subscription.js';

/** The dialog of a subscription, as the drachtio server has it. */
export interface NotifierDialog {
  id: string;
  /** The edge's Contact in it. */
  contact: string;
}

/** Milliseconds that the drachtio server may take to send a response. */
const SENDING_TIME = 5_000;

/**
 * Accepts a SUBSCRIBE, which makes a dialog (RFC 6665 section 4.4.1).
 *
 * drachtio-srf's own dialogs are passed by: they would answer a refresh that ends the subscription before anybody has asked
 * who sent it.
 * @param seconds that are granted
 * @throws Error when the response can't be sent
 */
export function openDialog(request: SipRequest, response: SipResponse, seconds: number): Promise<NotifierDialog> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the response was not sent in time')), SENDING_TIME);
    response.send(200, { headers: { Expires: `${seconds}` } }, (error, sent) => {
      clearTimeout(timer);
      const [id, contact] = [response.stackDialogId, sent?.get('Contact')];
      if (error || !id || contact === undefined)
        reject(new Error(`a ${request.method} could not be answered: ${error}`));
      else resolve({ id, contact });
    });
  });
}

/**
 * Accepts a SUBSCRIBE within its dialog. It says what the next NOTIFY will, because a drachtio server that sends the response
 * over a connection looks for it there.
 */
export function acceptRefresh(response: SipResponse, seconds: number): void {
  const state = seconds === 0 ? 'terminated;reason=timeout;expires=0' : `active;expires=${seconds}`;
  response.send(200, { headers: { Expires: `${seconds}`, 'Subscription-State': state } });
}

/** Sends a NOTIFY within a dialog. What can't be sent counts as answered 503. */
export function sendNotify(
  stack: SipStack,
  { id, contact }: NotifierDialog,
  headers: Record<string, string>,
  body: string,
): Promise<NotifyAnswer> {
  const unsent = { status: 503, retryAfter: undefined };
  return new Promise((resolve) => {
    const notify = { method: 'NOTIFY', stackDialogId: id, headers: { ...headers, Contact: contact }, body };
    try {
      stack.request(IN_DIALOG, notify, (error, request) => {
        if (error || request === undefined) resolve(unsent);
        else request.on('response', (response: SipResponse) => answered(response, resolve));
      });
    } catch {
      // The connection to the drachtio server is lost.
      resolve(unsent);
    }
  });
}

/** Stands for the remote target, which the drachtio server knows. */
const IN_DIALOG = 'sip:placeholder';

function answered(response: SipResponse, resolve: (answer: NotifyAnswer) => void): void {
  if (response.status < 200) return;
  const [seconds] = /^\d{1,9}/.exec(response.get('Retry-After') ?? '') ?? [];
  resolve({ status: response.status, retryAfter: seconds === undefined ? undefined : Number(seconds) });
}
