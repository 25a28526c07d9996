import { readdirSync, readFileSync } from 'node:fs';
import type { Test } from 'tap';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { Malformed, parseDatagram } from '../sip/parser.js';

/** What becomes of a message: accepted and looked at, refused with a status and a reason, or dropped without an answer. */
export type Treatment =
  | ((t: Test, message: SipRequest & SipResponse) => void)
  | readonly [status: number, reason: string]
  | 'dropped';

/** Parses every message of a folder of `test/torture` and checks that it is treated as the table says, none left out. */
export function checkTorture(t: Test, folder: string, treatments: Readonly<Record<string, Treatment>>): void {
  const path = new URL(`../../../../test/torture/${folder}/`, import.meta.url);
  const names = readdirSync(path).map((file) => file.replace('.sip', ''));
  t.same(Object.keys(treatments).sort(), names.sort(), 'every message has its treatment');
  for (const [name, treatment] of Object.entries(treatments)) {
    t.test(name, async (t) => {
      const message = parseDatagram(readFileSync(new URL(`${name}.sip`, path)));
      if (typeof treatment === 'function') {
        if (message === undefined || message instanceof Malformed) t.fail(`refused: ${message?.reason}`);
        else {
          treatment(t, message as SipRequest & SipResponse);
          const again = parseDatagram(message.toBuffer());
          t.ok(again !== undefined && !(again instanceof Malformed) && again.toBuffer().equals(message.toBuffer()));
        }
      } else if (treatment === 'dropped') {
        t.ok(message instanceof Malformed && message.request === undefined);
      } else {
        t.ok(message instanceof Malformed && message.request !== undefined, 'can be answered');
        t.match(message, { status: treatment[0], reason: treatment[1] });
      }
    });
  }
}

/** Latin-1 text of one character a byte as the UTF-8 it stands for. */
export const utf8 = (text: string | undefined): string => Buffer.from(text ?? '', 'latin1').toString();
