import { relative } from 'node:path';
import type { Settings } from '@ringfence/service';
import type { System } from './system.js';

/**
 * What the operator reads when everything runs: where things are, and three commands to try. Its last line is `Ready.`
 */
export function summarize(settings: Settings, { seeded, sip }: System): string {
  const api = `http://${urlHost(settings.API_HOST)}:${settings.API_PORT}`;
  const registrar = `${sipAddress(sip) ?? `the address of the drachtio server at ${settings.DRACHTIO_HOST}`}`;
  const tokenPlace = seeded.tokenFile === undefined ? 'RINGFENCE_ADMIN_TOKEN' : relative('.', seeded.tokenFile);
  const bearer = seeded.tokenFile === undefined ? '$RINGFENCE_ADMIN_TOKEN' : `$(cat ${tokenPlace})`;
  const curl = `curl -s -H "Authorization: Bearer ${bearer}"`;
  const phone = { sipPhoneModel: seeded.model, ...(seeded.extension && { extension: seeded.extension }) };
  return `
Ringfence runs.

  SIP      ${registrar}
${furtherAddresses(sip)}  API      ${api}
  Console  ${api}/console/
  Token    ${tokenPlace}

Create a phone, register it with its username and password, and see it online:

  ${curl} -H 'Content-Type: application/json' \\
    -d '${JSON.stringify(phone)}' ${api}/pbx/sipphone

  baresip -e '/uanew <${registrar.replace('sip:', 'sip:USERNAME@')}>;auth_pass=PASSWORD'

  ${curl} ${api}/pbx/sipphone/ID

Ready.
`;
}

/** The first address that SIP is listened on, as a URI. */
function sipAddress(hostPorts: readonly string[]): string | undefined {
  const first = hostPorts[0];
  return first === undefined ? undefined : `sip:${first.slice(first.indexOf('/') + 1)}`;
}

/** How the transports beside UDP and TCP are written for those who use them. */
const FURTHER: readonly [transport: string, write: (hostPort: string) => string][] = [
  ['tls', (hostPort) => `sip:${hostPort};transport=tls`],
  ['ws', (hostPort) => `ws://${hostPort}`],
  ['wss', (hostPort) => `wss://${hostPort}`],
];

/** A line for the first address of each of them that is listened on. */
function furtherAddresses(hostPorts: readonly string[]): string {
  return FURTHER.map(([transport, write]) => {
    const found = hostPorts.find((hostPort) => hostPort.startsWith(`${transport}/`));
    return found ? `  ${transport.toUpperCase().padEnd(7)}  ${write(found.slice(transport.length + 1))}\n` : '';
  }).join('');
}

function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
