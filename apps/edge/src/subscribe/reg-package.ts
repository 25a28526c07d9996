import type { Binding, Bindings } from '@ringfence/store';
import { endedOf, REGINFO, writeReginfo } from './reginfo.js';
import { type EventPackage, phoneSign } from './topic.js';

/** What the reg package works with. */
export interface RegPackageParts {
  bindings: Bindings;
  /** Host of the address-of-record. */
  realm: string;
  now: () => number;
}

/**
 * The event package `reg` (RFC 3680): a phone's own registration, named by its username. What others have registered, and
 * from where, is no phone's business; whether an extension can be reached is told by the package `dialog`.
 */
export function createRegPackage({ bindings, realm, now }: RegPackageParts): EventPackage {
  return {
    name: 'reg',
    contentType: REGINFO,
    async find({ id }, user) {
      const named = /^[a-z0-9]{32}$/.test(user) ? await bindings.findPhone(user) : undefined;
      if (named?.id !== id) return undefined;
      let before: readonly Binding[] = [];
      return {
        key: `reg ${id}`,
        signs: [phoneSign(id)],
        async read() {
          const at = now();
          const live = (await bindings.live(id, at)).toSorted((a, b) => a.registeredAt - b.registeredAt);
          const state = { id, username: user, bindings: live, ended: endedOf(before, live), at };
          before = live;
          return {
            write: (version) => writeReginfo(state, realm, version),
            signs: [],
            isNews: ({ type }) => type.startsWith('phone.'),
          };
        },
      };
    },
  };
}
