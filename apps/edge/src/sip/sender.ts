import { Refusal } from './failure.js';
import { addressOf } from './request.js';
import type { ReceivedRequest } from './stack.js';

/**
 * Sees to it that a phone speaks for nobody else: From names it by one of its names, or says that it wants to be unknown
 * (RFC 3323 section 4.1).
 * @param names its username, the number of its extension
 * @throws Refusal when it names somebody else
 */
export function checkSender(request: ReceivedRequest, names: readonly (string | undefined)[]): void {
  const { user, host } = addressOf(request, 'from').uri;
  if (!names.includes(user) && !isAnonymous(user, host)) throw new Refusal('identity_mismatch');
}

function isAnonymous(user: string, host: string): boolean {
  return host === 'anonymous.invalid' || user.toLowerCase() === 'anonymous';
}
