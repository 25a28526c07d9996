import { isIP } from 'node:net';
import { parseNumber } from './sip/characters.js';
import { parseHostPort } from './sip/uri.js';
import { parseContact, simpleContact, splitContacts } from './transport/contact.js';
import type { TlsFiles } from './transport/credentials.js';

/** What the `main` program is told by its environment. */
export interface Settings {
  readonly sip: { readonly contacts: readonly string[] };
  readonly tls: TlsFiles;
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string };
  /** Undefined for the system's own. */
  readonly dns: { readonly servers: readonly string[] } | undefined;
  readonly logLevel: LogLevel;
}

/** The environment variables that are read, as `--help` shows them. */
export const SETTINGS: readonly { name: string; usual?: string; meaning: string }[] = [
  { name: 'SIP_CONTACTS', meaning: 'what to listen on, such as sip:0.0.0.0:5060;transport=udp,tcp sips:0.0.0.0:5061' },
  {
    name: 'SIP_HOST',
    usual: '0.0.0.0',
    meaning: 'without SIP_CONTACTS: IP addresses to listen on, separated by commas',
  },
  { name: 'SIP_PORT', usual: '5060', meaning: 'without SIP_CONTACTS: the port for UDP and TCP; 0 takes a free one' },
  { name: 'TLS_CERT', meaning: 'path of the certificate chain for TLS; a self-signed one is made without it' },
  { name: 'TLS_KEY', meaning: 'path of its key' },
  { name: 'TLS_CA', meaning: 'path of the authorities whose client certificates are asked for' },
  { name: 'DRACHTIO_HOST', usual: '127.0.0.1', meaning: 'IP address that applications connect to' },
  { name: 'DRACHTIO_PORT', usual: '9022', meaning: 'port that applications connect to; 0 takes a free one' },
  { name: 'DRACHTIO_SECRET', meaning: 'what applications authenticate with; must be set' },
  { name: 'DNS_SERVERS', meaning: "name servers to ask, IP addresses separated by commas; the system's without it" },
  {
    name: 'LOG_LEVEL',
    usual: 'info',
    meaning: 'least severe log line written: trace, debug, info, warn, error or fatal',
  },
];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Reads `SIP_CONTACTS` (a list in drachtio's notation) or, in its place, `SIP_HOST` (comma list of IP addresses, default
 * 0.0.0.0) and `SIP_PORT` (5060); `TLS_CERT`, `TLS_KEY` and `TLS_CA` (paths); `DRACHTIO_HOST` (127.0.0.1), `DRACHTIO_PORT`
 * (9022), `DRACHTIO_SECRET` (required), `DNS_SERVERS` (comma list of IP addresses, with a port or without) and `LOG_LEVEL`
 * (info).
 * @returns the settings, or one line for each mistake
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings | string[] {
  const mistakes: string[] = [];
  const port = (name: string, usual: number): number => {
    const text = environment[name];
    const value = text === undefined || text === '' ? usual : parseNumber(text, 65_535);
    if (value === undefined) mistakes.push(`${name} must be a port number from 0 to 65535, not "${text}"`);
    return value ?? usual;
  };
  const address = (name: string, text: string): string => {
    if (isIP(text) === 0) mistakes.push(`${name} must hold IP addresses, not "${text}"`);
    return text;
  };
  const hosts = (environment.SIP_HOST || '0.0.0.0').split(',').map((host) => address('SIP_HOST', host.trim()));
  const sipPort = port('SIP_PORT', 5060);
  const { SIP_CONTACTS: listed, TLS_CERT: cert, TLS_KEY: key, TLS_CA: ca } = environment;
  const contacts = listed ? splitContacts(listed) : hosts.map((host) => simpleContact(host, sipPort));
  if (listed) mistakes.push(...contacts.flatMap(mistakeIn));
  if (!cert !== !key) mistakes.push('TLS_CERT and TLS_KEY must be set together');
  const secret = environment.DRACHTIO_SECRET ?? '';
  if (secret === '') mistakes.push('DRACHTIO_SECRET must be set to the secret that applications authenticate with');
  if (secret.includes('|')) mistakes.push('DRACHTIO_SECRET must not contain "|"');
  const servers = (environment.DNS_SERVERS ?? '').split(',').map((server) => server.trim());
  for (const server of servers.filter((server) => server !== '' && !isServer(server))) {
    mistakes.push(`DNS_SERVERS must hold IP addresses, not "${server}"`);
  }
  const level = environment.LOG_LEVEL || 'info';
  const logLevel = LOG_LEVELS.find((name) => name === level);
  if (logLevel === undefined) mistakes.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "${level}"`);
  const settings: Settings = {
    sip: { contacts },
    tls: { ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) },
    admin: {
      host: address('DRACHTIO_HOST', environment.DRACHTIO_HOST || '127.0.0.1'),
      port: port('DRACHTIO_PORT', 9022),
      secret,
    },
    dns: servers.every((server) => server === '') ? undefined : { servers: servers.filter((server) => server !== '') },
    logLevel: logLevel ?? 'info',
  };
  return mistakes.length > 0 ? mistakes : settings;
}

function mistakeIn(contact: string): string[] {
  try {
    parseContact(contact);
    return [];
  } catch (error) {
    return [`SIP_CONTACTS: ${(error as Error).message}`];
  }
}

function isServer(text: string): boolean {
  return isIP(text) !== 0 || isIP(parseHostPort(text)?.host ?? '') !== 0;
}
