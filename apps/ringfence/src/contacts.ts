import { type Contact, DEFAULT_PORTS, parseContact, splitContacts } from '@ringfence/drachtio';
import type { Settings } from '@ringfence/service';
import { findTakenPorts, type WantedPort } from './ports.js';

/** Something that the embedded drachtio server is to listen on, and the setting it comes from. */
export interface WantedContact {
  setting: string;
  /** In drachtio's notation. */
  text: string;
  contact: Contact;
  /** Whether nobody asked for it: it is offered where its port is free. */
  isOptional: boolean;
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
  if (settings.SIP_CONTACTS === undefined) return simpleForm(settings);
  const problems: string[] = [];
  const contacts = splitContacts(settings.SIP_CONTACTS).flatMap((text) => {
    try {
      return [{ setting: 'SIP_CONTACTS', text, contact: parseContact(text), isOptional: false }];
    } catch (error) {
      problems.push(`SIP_CONTACTS: ${(error as Error).message}`);
      return [];
    }
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return contacts;
}

/**
 * Leaves out the optional contacts whose ports are not to be had.
 * @param others ports that other parts of the system need
 * @param leftOut told why a contact is left out, in one line
 */
export async function offerableContacts(
  contacts: readonly WantedContact[],
  others: readonly WantedPort[],
  leftOut: (reason: string) => void,
): Promise<WantedContact[]> {
  const needed = new Set(
    [...portsOf(contacts.filter(({ isOptional }) => !isOptional)), ...others].map(
      ({ protocol, port }) => `${protocol} ${port}`,
    ),
  );
  const offerable = contacts.map(async (wanted) => {
    if (!wanted.isOptional) return [wanted];
    const ports = portsOf([wanted]);
    const claimed = ports.find(({ protocol, port }) => needed.has(`${protocol} ${port}`));
    const [problem] = claimed
      ? [`${claimed.setting}: another setting has port ${claimed.port}`]
      : await findTakenPorts(ports, 0);
    if (problem === undefined) return [wanted];
    leftOut(problem);
    return [];
  });
  return (await Promise.all(offerable)).flat();
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

function simpleForm(settings: ContactSettings): WantedContact[] {
  return settings.SIP_HOST.flatMap((address) =>
    PORTS.flatMap(([setting, transports, distance]) => {
      const port = settings[setting] ?? settings.SIP_PORT + distance;
      if (port === 0 || port > PORT_MAX) return [];
      const text = `sip:${address.includes(':') ? `[${address}]` : address}:${port};transport=${transports}`;
      return [{ setting, text, contact: parseContact(text), isOptional: settings[setting] === undefined }];
    }),
  );
}

const PORT_MAX = 65_535;
