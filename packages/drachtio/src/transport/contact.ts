import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseNumber } from '../sip/characters.js';
import { formatHostPort, parseHostPort } from '../sip/uri.js';
import { isTransport, type Transport } from './hop.js';
import { normalAddress } from './hosts.js';

/** One entry of the list that says where to listen. */
export interface Contact {
  readonly scheme: 'sip' | 'sips';
  /** An IP address, IPv6 without brackets; `*` for every address of the machine, `0.0.0.0` and `::` for every one of a family. */
  readonly host: string;
  /** Undefined for the usual one of each transport, 0 for a free one that all of them share. */
  readonly port: number | undefined;
  /** UDP last. */
  readonly transports: readonly Transport[];
  /** The address that peers outside the local network know the server by. */
  readonly externalIp: string | undefined;
  /** The network, in CIDR notation, whose peers aren't told the external address. */
  readonly localNet: string | undefined;
  /** Host names that lead here, in lower case. */
  readonly dnsNames: readonly string[];
}

const MAX_LENGTH = 1_024;
const PATTERN = /^(sips?):(\*|\[[^\]]+\]|[^:;\s]+)(?::(\d+))?((?:;[^;\s]+)*)$/i;
const NAMES = ['transport', 'external-ip', 'local-net', 'dns-name'] as const;

/**
 * Reads a contact as drachtio writes it: `sip:HOST:PORT;transport=udp,tcp`, with `external-ip`, `local-net` and `dns-name`
 * as further parameters. Without `transport`, `sip` means UDP and TCP, and `sips` means TLS.
 * @throws Error that names the contact and what is wrong with it
 */
export function parseContact(text: string): Contact {
  const fail: Fail = (why) => {
    throw new Error(`contact "${text}": ${why}`);
  };
  const [, scheme = '', hostText = '', portText, parameterText = ''] = PATTERN.exec(text.slice(0, MAX_LENGTH)) ?? [];
  if (scheme === '') return fail('must be like sip:HOST:PORT;transport=udp,tcp');
  const host = hostText.replace(/^\[(.*)\]$/, '$1');
  if (host !== '*' && isIP(host) === 0) fail(`"${host}" is not an IP address to listen on`);
  const port = portText === undefined ? undefined : parseNumber(portText, 65_535);
  if (portText !== undefined && port === undefined) fail(`"${portText}" is not a port number from 0 to 65535`);
  const parameters = readParameters(parameterText, fail);
  const isSecure = scheme.toLowerCase() === 'sips';
  const transports = readTransports(parameters.get('transport') ?? (isSecure ? 'tls' : 'udp,tcp'), isSecure, fail);
  const overTcp = transports.filter((transport) => transport !== 'udp');
  if (port !== undefined && overTcp.length > 1) fail(`${overTcp.join(' and ')} can't share a port`);
  return {
    scheme: isSecure ? 'sips' : 'sip',
    host: host === '*' ? host : normalAddress(host),
    port,
    transports,
    externalIp: readAddress(parameters.get('external-ip'), fail),
    localNet: readNetwork(parameters.get('local-net'), fail),
    dnsNames: readNames(parameters.get('dns-name'), fail),
  };
}

/** Divides a list of contacts, separated by blanks or commas, into its entries. */
export function splitContacts(text: string): string[] {
  return text.trim().split(/[\s,]+(?=sips?:)/i);
}

/** Writes the simple form: UDP and TCP on one port of an address. */
export function simpleContact(host: string, port: number): string {
  return `sip:${formatHostPort(host, port)};transport=udp,tcp`;
}

type Fail = (why: string) => never;

function readParameters(text: string, fail: Fail): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(';').slice(1)) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    const known = NAMES.find((candidate) => candidate === name.toLowerCase());
    if (known === undefined) return fail(`unknown parameter "${name}"; there are ${NAMES.join(', ')}`);
    if (parameters.has(known)) fail(`"${name}" is given twice`);
    parameters.set(known, value);
  }
  return parameters;
}

function readTransports(text: string, isSecure: boolean, fail: Fail): Transport[] {
  const names = text.toLowerCase().split(',');
  const transports = names.filter(isTransport);
  const unknown = names.find((name) => !isTransport(name));
  if (unknown !== undefined) fail(`"${unknown}" is not a transport; there are udp, tcp, tls, ws, wss`);
  if (new Set(transports).size < transports.length) fail('a transport is given twice');
  if (isSecure && transports.some((transport) => transport !== 'tls' && transport !== 'wss')) {
    fail('sips takes the transports tls and wss only');
  }
  return transports.sort((a, b) => Number(a === 'udp') - Number(b === 'udp'));
}

function readAddress(text: string | undefined, fail: Fail): string | undefined {
  if (text === undefined) return undefined;
  const address = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0) fail(`external-ip must be an IP address, not "${text}"`);
  return normalAddress(address);
}

function readNetwork(text: string | undefined, fail: Fail): string | undefined {
  if (text !== undefined && !ipaddr.isValidCIDR(text)) fail(`local-net must be like 10.0.0.0/8, not "${text}"`);
  return text;
}

function readNames(text: string | undefined, fail: Fail): string[] {
  const names = text === undefined ? [] : text.toLowerCase().split(',');
  for (const name of names) {
    const parsed = parseHostPort(name);
    if (parsed === undefined || parsed.port !== undefined || isIPv4(name) || name.startsWith('[')) {
      fail(`dns-name must hold host names, not "${name}"`);
    }
  }
  return names;
}
