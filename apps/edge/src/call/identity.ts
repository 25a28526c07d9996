import type { Extension } from '@ringfence/store';
import { uriHost, uriUser } from '../sip/uri.js';

/** How an extension is shown to the other side: `"name" <sip:number@realm>`. */
export function identityOf({ number, name }: Extension, realm: string): string {
  const shown = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '')
    .replace(/["\\]/g, '\\$&')
    .trim();
  return `${shown === '' ? '' : `"${shown}" `}<sip:${uriUser(number)}@${uriHost(realm)}>`;
}
