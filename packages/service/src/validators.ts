import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { makeValidator } from 'envalid';

function list(what: string, isOne: (part: string) => boolean) {
  return makeValidator<string[]>((text) => {
    const parts = text.split(',').map((part) => part.trim());
    const wrong = parts.find((part) => !isOne(part));
    if (wrong !== undefined) throw new Error(`'${wrong}' is no ${what}; give one or more, separated by commas`);
    return parts;
  });
}

/** IP addresses, separated by commas. */
export const addresses = list('IP address', (part) => isIP(part) !== 0);

/** IP addresses with a port or without, separated by commas. */
export const servers = list(
  'IP address, with a port or without',
  (part) => isIP(part.replace(/^(\[.*\]|[\d.]+):\d+$/, '$1').replace(/^\[(.*)\]$/, '$1')) !== 0,
);

/** Hosts with a port, separated by commas. */
export const hostPorts = list('host:port', (part) => {
  const [, host = '', port] = /^(.*):(\d{1,5})$/.exec(part) ?? [];
  const isHost =
    isIP(host.replace(/^\[(.*:.*)\]$/, '$1')) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host);
  return isHost && !/^[^[]*:/.test(host) && Number(port) >= 1 && Number(port) <= 65_535;
});

/** IP addresses and networks in CIDR notation, separated by commas. */
export const networks = list('IP address and no network such as 10.0.0.0/8', isNetwork);

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 && more.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && +prefix <= bits))
  );
}

/** An IP address. */
export const address = makeValidator<string>((text) => {
  if (isIP(text) === 0) throw new Error(`'${text}' is no IP address`);
  return text;
});

/** Any text. */
export const text = makeValidator<string>((value) => value);

/** A name of letters, digits and few signs. */
export const name = makeValidator<string>((value) => {
  if (!/^[\w.-]{1,64}$/.test(value)) throw new Error(`'${value}' must be 1 to 64 letters, digits, '.', '-' or '_'`);
  return value;
});

/** SIP URIs, separated by commas. */
export const sipTargets = list('SIP target such as sip:pbx.example.com or sip:192.0.2.1:5060;transport=tcp', (part) =>
  /^sip:([a-z0-9.-]{1,253}|\[[0-9a-f:.]+\])(:\d{1,5})?(;transport=(udp|tcp|tls))?$/i.test(part),
);

/** Numbers to dial, separated by commas. */
export const numbers = list('number', (part) => /^\+?\d{1,15}$/.test(part));

/** Where a Redis is. */
export const redisUrl = makeValidator<string>((value) => {
  if (!/^rediss?:\/\//.test(value) || !URL.canParse(value)) throw new Error(`must be redis://host:port or rediss://…`);
  return value;
});

/** A key of 32 bytes in hexadecimal digits. */
export const key = makeValidator<Buffer>((value) => {
  if (!/^[0-9a-f]{64}$/i.test(value)) throw new Error('must be 64 hexadecimal digits (32 bytes)');
  return Buffer.from(value, 'hex');
});

/** A token of the API. */
export const token = makeValidator<string>((value) => {
  if (!/^[\w.~+/=-]{16,256}$/.test(value)) throw new Error('must be 16 to 256 characters of A-Z a-z 0-9 . _ ~ + / = -');
  return value;
});

/** A whole number within bounds. */
export function whole(min: number, max: number) {
  return makeValidator<number>((value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) {
      throw new Error(`'${value}' must be a whole number from ${min} to ${max}`);
    }
    return number;
  });
}

/** One of a few words. */
export function choice<const T extends string>(...values: T[]) {
  return makeValidator<T>((value) => {
    if (!values.includes(value as T)) throw new Error(`'${value}' must be one of ${values.join(', ')}`);
    return value as T;
  });
}

/** A port. */
export const port = whole(1, 65_535);
/** A port, or 0 for none. */
export const portOrNone = whole(0, 65_535);

/** Path of a file that can be read. */
export const file = makeValidator<string>((path) => {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new Error(`cannot be read: ${(error as Error).message}`);
  }
  return path;
});
