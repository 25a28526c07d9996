import type { Binding } from '@ringfence/store';
import { flowUri } from './flow.js';
import type { SipStack } from './stack.js';
import { uriHost } from './uri.js';

/** Milliseconds after which no answer comes any more; a drachtio server makes one after 32 s (RFC 3261 section 17.1.2.2). */
const PATIENCE = 40_000;

/**
 * Sends a contact of a phone a request outside dialogs, over the way that it registered on.
 * @param headers beside From and To
 * @param realm the host that it comes from
 * @returns the status of the response; undefined when the request could not be sent, or its answer is lost
 */
export function askContact(
  stack: SipStack,
  binding: Binding,
  { method, headers, realm }: { method: string; headers: Record<string, string>; realm: string },
): Promise<number | undefined> {
  const { contact } = binding;
  const addressed = { From: `<sip:${uriHost(realm)}>`, To: `<${contact}>`, ...headers };
  return new Promise((resolve) => {
    // A drachtio server that is lost takes its answers with it.
    const timer = setTimeout(resolve, PATIENCE, undefined);
    const settle = (status: number | undefined) => {
      clearTimeout(timer);
      resolve(status);
    };
    try {
      stack.request(contact, { method, headers: addressed, proxy: flowUri(binding) }, (error, request) => {
        if (error || request === undefined) settle(undefined);
        else request.once('response', ({ status }) => settle(status));
      });
    } catch {
      settle(undefined);
    }
  });
}
