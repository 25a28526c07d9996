import { consistsOf, isBlank, skipBlanks, TOKEN, trimBlanks } from './characters.js';
import { formatParameters, type Parameter, parameter, parseParameters } from './parameters.js';
import { formatHostPort, parseHostPort } from './uri.js';

/** A parsed Via entry (RFC 3261 section 20.42, RFC 3581). */
export interface Via {
  /** In upper case: UDP, TCP. */
  readonly transport: string;
  /** Of the sent-by, in lower case; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly branch: string | undefined;
  /** Whether the sender asks for its answer at the port it sent from (RFC 3581). */
  readonly rport: boolean;
  readonly parameters: readonly Parameter[];
}

/** What a branch starts with that a client following RFC 3261 made (section 8.1.1.7). */
export const MAGIC_COOKIE = 'z9hG4bK';

/** Parses one Via entry, blanks around its slashes and colon allowed. Gives undefined when malformed or not SIP/2.0. */
export function parseVia(value: string): Via | undefined {
  const [name, version, rest] = splitProtocol(value);
  if (name?.toUpperCase() !== 'SIP' || version !== '2.0' || rest === undefined) return undefined;
  let end = 0;
  while (end < rest.length && !isBlank(rest.charCodeAt(end))) end += 1;
  const transport = rest.slice(0, end);
  const semicolon = rest.indexOf(';', end);
  const sentByEnd = semicolon === -1 ? rest.length : semicolon;
  const sentBy = parseHostPort(withoutBlanksAroundColon(trimBlanks(rest.slice(end, sentByEnd))));
  const parameters = parseParameters(rest, sentByEnd);
  if (!consistsOf(TOKEN, transport) || sentBy === undefined || parameters === undefined) return undefined;
  const branch = parameter(parameters, 'branch');
  return {
    transport: transport.toUpperCase(),
    host: sentBy.host,
    port: sentBy.port,
    branch: branch === '' ? undefined : branch,
    rport: parameter(parameters, 'rport') !== undefined,
    parameters,
  };
}

/**
 * A received Via with what its receiver knows: the source port where `rport` asks for it, the source address where the
 * sent-by differs from it (RFC 3261 section 18.2.1, RFC 3581 section 4). A `received` the sender wrote is replaced.
 */
export function viaAsReceived(via: Via, address: string, port: number): Via {
  let received = via.host === address ? undefined : address;
  const parameters: Parameter[] = [];
  for (const entry of via.parameters) {
    const name = entry.name.toLowerCase();
    if (name === 'rport') parameters.push({ name: entry.name, value: String(port) });
    else if (name === 'received') received = address;
    else parameters.push(entry);
  }
  if (received !== undefined) parameters.push({ name: 'received', value: received });
  const { transport, host, port: sentPort, branch, rport } = via;
  return { transport, host, port: sentPort, branch, rport, parameters };
}

/** Writes a Via entry. */
export function formatVia({ transport, host, port, parameters }: Via): string {
  return `SIP/2.0/${transport} ${formatHostPort(host, port)}${formatParameters(parameters)}`;
}

function splitProtocol(value: string): [string?, string?, string?] {
  const first = value.indexOf('/');
  const second = value.indexOf('/', first + 1);
  if (first === -1 || second === -1) return [];
  const rest = value.slice(skipBlanks(value, second + 1));
  return [trimBlanks(value.slice(0, first)), trimBlanks(value.slice(first + 1, second)), rest];
}

function withoutBlanksAroundColon(sentBy: string): string {
  if (!sentBy.includes(' ') && !sentBy.includes('\t')) return sentBy;
  const colon = sentBy.lastIndexOf(':');
  return colon === -1 ? sentBy : `${trimBlanks(sentBy.slice(0, colon))}:${trimBlanks(sentBy.slice(colon + 1))}`;
}
