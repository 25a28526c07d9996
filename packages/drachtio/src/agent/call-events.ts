import type { Application } from '../application/connection.js';
import { timeOfDay } from '../application/meta.js';
import type { Routes } from '../application/routes.js';

/** Who sent the message that a call event is about. */
export type CallEventSource = 'network' | 'application';

/** Why a call ended, in drachtio's words. */
export type CallEndReason = 'normal-release' | 'call-rejected' | 'call-canceled' | 'ack-timeout';

/**
 * What drachtio calls CDRs: every application that routes `cdr:attempt`, `cdr:start` or `cdr:stop` is told of each INVITE
 * outside dialogs, each one answered and each call's end, with the SIP message that shows it.
 */
export class CallEvents {
  readonly #routes: Routes<Application>;

  constructor(routes: Routes<Application>) {
    this.#routes = routes;
  }

  attempt(source: CallEventSource, message: string): void {
    this.#tell('cdr:attempt', source, '', message);
  }

  start(source: CallEventSource, role: 'uas' | 'uac', message: string): void {
    this.#tell('cdr:start', source, `|${role}`, message);
  }

  stop(source: CallEventSource, reason: CallEndReason, message: string): void {
    this.#tell('cdr:stop', source, `|${reason}`, message);
  }

  #tell(event: string, source: CallEventSource, detail: string, message: string): void {
    for (const application of this.#routes.all(event)) {
      application.send(`${event}|${source}|${timeOfDay()}${detail}`, message);
    }
  }
}
