import type { Access } from './access.js';
import type { Report } from './report.js';
import type { SipDialog, SipRequest, SipResponse, SipStack } from './sip/stack.js';

/** The phone on the other side of a dialog. */
export interface DialogPhone {
  /** Id of the phone. */
  phone: string;
  /** The address that it had when the dialog began. */
  address: string;
}

/**
 * Keeps phones to their fence within dialogs too: what a phone sends from elsewhere, though it knows the dialog, is
 * answered 403 before anything is made of it. An ACK has no answer and ends what was let in before; it passes.
 */
export class DialogFence {
  readonly #phones = new WeakMap<SipDialog, DialogPhone>();

  /** Stands before every dialog of the stack. */
  constructor(stack: SipStack, access: Access, report: Report) {
    stack.useBeforeDialogs((request, response, next) => {
      const dialog = stack.findDialogById(request.stackDialogId);
      const phone = dialog && request.source === 'network' ? this.#phones.get(dialog) : undefined;
      if (phone === undefined || request.method === 'ACK') next();
      else
        this.#admit(access, phone, request, response, next).catch((error) => {
          report('error', error, 'a request within a dialog could not be served');
          if (!response.finalResponseSent) response.send(500);
        });
    });
  }

  /** Fences a dialog with a phone; with undefined none, the other side is a PBX cluster. */
  enclose(dialog: SipDialog, phone: DialogPhone | undefined): void {
    if (phone !== undefined) this.#phones.set(dialog, phone);
  }

  async #admit(
    access: Access,
    { phone, address }: DialogPhone,
    request: SipRequest,
    response: SipResponse,
    next: () => void,
  ) {
    if (await access.admitWithinDialog(request, phone, address)) next();
    else response.send(403);
  }
}
