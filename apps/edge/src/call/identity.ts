import { uriHost, uriUser } from '../sip/uri.js';

/** Who is shown to the other side. */
export interface Identity {
  number: string;
  /** Empty when there is none. */
  name: string;
}

/** How one is shown who does not want to be known (RFC 3323 section 4.1.1.3). */
export const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/** How one is shown to the other side: `"name" <sip:number@realm>`. */
export function identityOf({ number, name }: Identity, realm: string): string {
  const shown = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '')
    .replace(/["\\]/g, '\\$&')
    .trim();
  return `${shown === '' ? '' : `"${shown}" `}<sip:${uriUser(number)}@${uriHost(realm)}>`;
}
