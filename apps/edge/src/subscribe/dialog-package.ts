import type { Bindings, Calls, Directory, Extension, PhoneAccount } from '@ringfence/store';
import { DIALOG_INFO, writeDialogInfo } from './dialog-info.js';
import { callSign, type EventPackage, extensionSign, numberSign, phoneSign, type ResourceState } from './topic.js';

/** What the dialog package works with. */
export interface DialogPackageParts {
  directory: Directory;
  bindings: Bindings;
  calls: Calls;
  /** Host of the identities that phones see. */
  realm: string;
  now: () => number;
}

/** Most phones of an extension that are looked at. */
const MOST_PHONES = 100;

/**
 * The event package `dialog` (RFC 4235): whether an extension of the phone's own customer is idle, ringing, in a call or not
 * registered. It is named by its number, or by the username of one of its phones.
 */
export function createDialogPackage(parts: DialogPackageParts): EventPackage {
  return {
    name: 'dialog',
    contentType: DIALOG_INFO,
    async find(phone, user) {
      const extension = await findExtension(parts, phone, user);
      if (extension === undefined) return undefined;
      const { _id: id, customer, number } = extension;
      return {
        key: `dialog ${id}`,
        signs: [extensionSign(id), numberSign(customer, number)],
        read: () => readExtension(parts, id),
      };
    },
  };
}

/** The extension of the phone's customer that is of that number, or whose phone has that username. */
export async function findExtension(
  { directory, bindings }: Pick<DialogPackageParts, 'directory' | 'bindings'>,
  { customer }: PhoneAccount,
  user: string,
): Promise<Extension | undefined> {
  if (/^[0-9]{1,15}$/.test(user)) return directory.extensionByNumber(customer, user);
  const phone = await bindings.findPhone(user);
  if (phone?.extension === undefined || phone.customer !== customer) return undefined;
  return directory.extension(phone.extension);
}

async function readExtension(parts: DialogPackageParts, id: string): Promise<ResourceState | undefined> {
  const { directory, bindings, realm, now } = parts;
  const [extension, phones] = await Promise.all([directory.extension(id), directory.phonesOfExtension(id)]);
  if (extension === undefined) return undefined;
  const [calls, live] = await Promise.all([
    parts.calls.ofExtension(extension.customer, id),
    Promise.all(phones.slice(0, MOST_PHONES).map((phone) => bindings.live(phone, now()))),
  ]);
  const isOnline = live.some((contacts) => contacts.length > 0);
  const state = { id, number: extension.number, calls: calls.toSorted((a, b) => a.startedAt - b.startedAt), isOnline };
  return {
    write: (version) => writeDialogInfo(state, realm, version),
    signs: [...phones.map(phoneSign), ...calls.map((call) => callSign(call.id))],
    isNews: ({ type }) => type !== 'messages.changed' && !(isOnline && type === 'phone.registered'),
  };
}
