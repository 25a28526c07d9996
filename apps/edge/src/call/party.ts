import type { CallingParty } from '@ringfence/store';
import type { DialogPhone } from '../dialog-fence.js';
import type { MediaEnd } from '../media/media-end.js';
import type { Identity } from './identity.js';

/** Who takes part in a call. */
export interface Party extends Identity {
  /** Undefined when it is behind a PBX cluster. */
  phone: DialogPhone | undefined;
  /** Id of the extension; undefined when it is behind a PBX cluster. */
  extension: string | undefined;
  /** Where its media is. */
  end: MediaEnd;
  /** Whether it wants to be unknown. */
  isAnonymous: boolean;
}

/** A party as the store keeps it. */
export function kept({ phone, extension, number, name }: Party): CallingParty {
  return { number, name, ...(phone && { phone: phone.phone }), ...(extension === undefined ? {} : { extension }) };
}
