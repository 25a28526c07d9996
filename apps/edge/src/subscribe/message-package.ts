import type { Bindings, Directory, Messages } from '@ringfence/store';
import { findExtension } from './dialog-package.js';
import { MESSAGE_SUMMARY, NO_MESSAGES } from './message-summary.js';
import { type EventPackage, extensionSign, phoneSign, type Topic } from './topic.js';

/** What the message-summary package works with. */
export interface MessagePackageParts {
  directory: Directory;
  bindings: Bindings;
  messages: Messages;
}

/**
 * The event package `message-summary` (RFC 3842): whether messages wait for a phone or an extension of the phone's own
 * customer, as its PBX cluster said last. A phone of which nothing was said has the messages of its extension.
 */
export function createMessagePackage({ directory, bindings, messages }: MessagePackageParts): EventPackage {
  const topic = (ids: readonly string[], signs: readonly string[]): Topic => ({
    key: `message-summary ${ids.join(' ')}`,
    signs,
    async read() {
      const summary = (await messages.first(ids)) ?? NO_MESSAGES;
      return { write: () => summary, signs: [], isNews: ({ type }) => type === 'messages.changed' };
    },
  });
  return {
    name: 'message-summary',
    contentType: MESSAGE_SUMMARY,
    async find(phone, user) {
      const named = /^[a-z0-9]{32}$/.test(user) ? await bindings.findPhone(user) : undefined;
      if (named !== undefined) {
        const { id, customer, extension } = named;
        if (customer !== phone.customer) return undefined;
        return extension === undefined
          ? topic([id], [phoneSign(id)])
          : topic([id, extension], [phoneSign(id), extensionSign(extension)]);
      }
      const extension = await findExtension({ directory, bindings }, phone, user);
      return extension && topic([extension._id], [extensionSign(extension._id)]);
    },
  };
}
