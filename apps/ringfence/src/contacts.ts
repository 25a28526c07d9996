import { type Contact, DEFAULT_PORTS, parseContact, splitContacts } from '@ringfence/drachtio';
import type { Settings } from '@ringfence/service';
import type { WantedPort } from './ports.js';

/** Something that the embedded drachtio server is to listen on, and the setting it comes from. */
export interface WantedContact {
  setting: string;
  /** In drachtio's notation. */
  text: string;
  contact: Contact;
}

/** The settings that say where SIP is listened for. */
export type ContactSettings = Pick<
  Settings,
  'SIP_CONTACTS' | 'SIP_HOST' | 'SIP_PORT' | 'SIP_TLS_PORT' | 'SIP_WS_PORT' | 'SIP_WSS_PORT'
>;

/** The ports of the simple form, each with its transports and how far from SIP_PORT it is when not set. */
const PORTS = [
  ['SIP_PORT', 'udp,tcp', 0],
  ['SIP_TLS_PORT', 'tls', 1],
  ['SIP_WS_PORT', 'ws', 2],
  ['SIP_WSS_PORT', 'wss', 3],
] as const;

/**
 * Reads SIP_CONTACTS or, when it is not set, makes its simple form of addresses and ports.
 * @throws Error with a line for each contact that cannot be read
 */
export function contactsOf(settings: ContactSettings): WantedContact[] {
  const texts = settings.SIP_CONTACTS === undefined ? simpleForm(settings) : splitContacts(settings.SIP_CONTACTS);
  const problems: string[] = [];
  const contacts = texts.flatMap((entry) => {
    const { setting, text } = typeof entry === 'string' ? { setting: 'SIP_CONTACTS', text: entry } : entry;
    try {
      return [{ setting, text, contact: parseContact(text) }];
    } catch (error) {
      problems.push(`${setting}: ${(error as Error).message}`);
      return [];
    }
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return contacts;
}

/** The ports that contacts take; of `*`, those of all IPv4 addresses stand for all. */
export function portsOf(contacts: readonly WantedContact[]): WantedPort[] {
  return contacts.flatMap(({ setting, contact }) =>
    contact.transports.map((transport) => ({
      setting,
      protocol: transport === 'udp' ? ('udp' as const) : ('tcp' as const),
      host: contact.host === '*' ? '0.0.0.0' : contact.host,
      port: contact.port ?? DEFAULT_PORTS[transport],
    })),
  );
}

/** Whether a certificate is needed for them. */
export function needCertificate(contacts: readonly WantedContact[]): boolean {
  return contacts.some(({ contact }) => contact.transports.some((name) => name === 'tls' || name === 'wss'));
}

function simpleForm(settings: ContactSettings): { setting: string; text: string }[] {
  return settings.SIP_HOST.flatMap((address) =>
    PORTS.flatMap(([setting, transports, distance]) => {
      const port = settings[setting] ?? settings.SIP_PORT + distance;
      const host = address.includes(':') ? `[${address}]` : address;
      return port === 0 ? [] : [{ setting, text: `sip:${host}:${port};transport=${transports}` }];
    }),
  );
}
