import type { DueNotice, Event, Store } from '@ringfence/store';
import { repeat } from './repeat.js';
import { askContact } from './sip/ask-contact.js';
import type { SipStack } from './sip/stack.js';
import { uriHost } from './sip/uri.js';

const EVERY = 1_000;
const AT_ONCE = 50;

/** What a request that gets no answer counts as answered with (RFC 3261 section 8.1.3.1). */
const SILENT = 408;

/** What phones are told with. */
export interface NoticeParts {
  stack: SipStack;
  store: Pick<Store, 'notices' | 'events' | 'bindings'>;
  /** Names the drachtio server; only it holds the ways to the phones that registered with it. */
  server: string;
  realm: string;
  now: () => number;
  /** Told when the store could not be asked or told, once until it can be again. */
  onError: (error: unknown) => void;
}

/**
 * Sends phones the NOTIFYs that make them fetch their configuration or start again, as fast as the store hands them out. They
 * belong to no subscription, as phones expect of these events (RFC 6665 section 4.1 has none such); a phone that wants them
 * authenticated is not answered, since nobody but the phone itself has a password that is ours to use.
 * @returns stops it
 */
export function startNotices(parts: NoticeParts): () => void {
  const { store, server, onError } = parts;
  const work = async () => {
    for (const due of await store.notices.claim(server, AT_ONCE)) void tell(parts, due).catch(onError);
  };
  return repeat(EVERY, work, onError);
}

/** Tells a phone, at all its contacts, and the event stream what came of it. */
async function tell(parts: NoticeParts, due: DueNotice): Promise<void> {
  const { phone: id, action, event } = due;
  const phone = await parts.store.bindings.fencedPhone(id);
  if (phone === undefined) return;
  const { customer, extension } = phone;
  const append = (more: Partial<Event>) =>
    parts.store.events.append({
      ...{ type: 'phone.notified', at: parts.now(), phone: id, customer, ...(extension && { extension }), action },
      ...more,
    });
  if ('failure' in due) return append({ reason: due.failure });
  const { stack, realm } = parts;
  const headers = { Contact: `<sip:${uriHost(realm)}>`, Event: event, 'Subscription-State': 'terminated' };
  await Promise.all(
    due.bindings.map(async (binding) => {
      const status = (await askContact(stack, binding, { method: 'NOTIFY', headers, realm })) ?? SILENT;
      await append({ status, contact: binding.contact, address: binding.address });
    }),
  );
}
