import type { Brand, Model } from './model.js';

/** What a phone can be asked to do by a NOTIFY: fetch its configuration and apply it, or start again. */
export type PhoneAction = 'configreload' | 'reboot';

const CHECK_SYNC = { configreload: 'check-sync', reboot: 'check-sync;reboot=true' } as const;

/** The Event header that asks for it, by brand; the one that most phones know where a brand has none of its own. */
const EVENTS: Record<Brand, Record<PhoneAction, string>> = {
  SNOM: { configreload: 'check-sync;reboot=false', reboot: 'check-sync;reboot=true' },
  MITEL: CHECK_SYNC,
  LG: CHECK_SYNC,
  YEALINK: CHECK_SYNC,
  CISCO: { configreload: 'resync', reboot: 'reboot_now' },
  GIGASET: { configreload: 'check-sync', reboot: 'check-sync' },
  GRANDSTREAM: { configreload: 'resync', reboot: 'check-sync;reboot=true' },
  GENERIC: CHECK_SYNC,
};

/**
 * The Event header of the NOTIFY that asks phones of a model for something.
 * @returns undefined when no NOTIFY makes them do it
 */
export function notifyEvent({ brand, capabilities }: Model, action: PhoneAction): string | undefined {
  const isKnown = action === 'reboot' ? capabilities.sipReboot : capabilities.sipConfigReload;
  if (!isKnown) return undefined;
  // A Snom DECT base applies its configuration only when it starts.
  const isSnomBase = brand === 'SNOM' && capabilities.multipleHandsets;
  return EVENTS[brand][isSnomBase ? 'reboot' : action];
}
