import { parseId } from '../ids.js';
import * as checks from './checks.js';
import { addressField, gatewayInvalid, parseVlanId, subnetInvalid } from './network.js';
import * as softkeys from './softkeys.js';
import type { Check } from './subject.js';
import type { Violation } from './violation.js';

/** One row of the error table. */
export interface Rule {
  code: Violation['code'];
  /** Path of the property; `#` stands for an element's position. */
  path: string;
  /** What is wrong; `XX` stands for a country code. */
  description: string;
  /**
   * What the row says of a value of the wrong type: `told`, that it breaks the rule; `missing`, what it says of none.
   * Without it nothing, and `Value is invalid` is told.
   */
  mistyped?: 'told' | 'missing';
  check: Check;
}

const SOFTKEY = 'softkeys[#]';
const value = `${SOFTKEY}.value`;

/** The rules of the API page, in its order. */
export const PAGE_RULES: readonly Rule[] = [
  {
    code: 422,
    path: 'pbxCluster',
    description: 'PBX cluster id not valid only 1 or 2 is permitted',
    mistyped: 'told',
    check: ({ body }) => ![undefined, 1, 2].includes(body.pbxCluster),
  },
  {
    code: 404,
    path: 'sipPhoneModel',
    description: 'SIP phone model not found or invalid',
    mistyped: 'told',
    check: ({ model }) => model === undefined,
  },
  {
    code: 404,
    path: 'extension',
    description: 'Extension not found',
    mistyped: 'told',
    check: ({ body, extension }) => body.extension !== undefined && extension === undefined,
  },
  {
    code: 404,
    path: 'customer',
    description: 'Customer not found or not active',
    mistyped: 'told',
    check: ({ active }) => !active,
  },
  { code: 422, path: 'macAddress', description: 'MAC address is invalid', mistyped: 'told', check: checks.macInvalid },
  {
    code: 409,
    path: 'macAddress',
    description: 'A phone with the same MAC address already exists',
    check: checks.macTaken,
  },
  {
    code: 403,
    path: 'macAddress',
    description: 'All available slots has been filled, no more SIP phones can share the MAC address',
    check: checks.macFull,
  },
  {
    code: 422,
    path: 'handsetAddress',
    description: 'Handset address is missing',
    mistyped: 'missing',
    check: ({ body, model }) =>
      model?.capabilities.multipleHandsets === true && (body.handsetAddress ?? '').trim() === '',
  },
  {
    code: 409,
    path: 'handsetIndex',
    description: 'The SIP phone/device does not have any free positions',
    check: checks.handsetsFull,
  },
  {
    code: 422,
    path: 'ip.mode',
    description: 'Mode is invalid',
    mistyped: 'told',
    check: ({ body }) => ![undefined, 'OPEN', 'LOCKED', 'ROAMING'].includes(body.ip?.mode),
  },
  { code: 422, path: 'ip.countries', description: "Country code 'XX' is not valid", check: checks.countriesInvalid },
  {
    code: 409,
    path: 'ip.mode',
    description: 'ROAMING mode requires countries to be specified',
    check: checks.countriesMissing,
  },
  {
    code: 422,
    path: 'ip.address',
    description: 'IP address is invalid',
    mistyped: 'told',
    check: checks.addressInvalid,
  },
  {
    code: 422,
    path: 'ringer.volume',
    description: 'Ringer volume is invalid',
    mistyped: 'told',
    check: checks.ringerInvalid,
  },
  {
    code: 422,
    path: 'ringer.volume',
    description: 'Ringer volume is outside the valid range',
    check: checks.ringerOutside,
  },
  {
    code: 422,
    path: 'ringer.tone',
    description: 'Ringtone is outside the valid range',
    mistyped: 'told',
    check: checks.toneInvalid,
  },
  {
    code: 422,
    path: 'volume.handset.mic',
    description: 'Handset microphone level is invalid',
    mistyped: 'told',
    check: checks.level('handset', 'mic'),
  },
  {
    code: 422,
    path: 'volume.handset.speaker',
    description: 'Handset speaker level is invalid',
    mistyped: 'told',
    check: checks.level('handset', 'speaker'),
  },
  {
    code: 422,
    path: 'volume.headset.mic',
    description: 'Headset microphone level is invalid',
    mistyped: 'told',
    check: checks.level('headset', 'mic'),
  },
  {
    code: 422,
    path: 'volume.headset.speaker',
    description: 'Headset speaker level is invalid',
    mistyped: 'told',
    check: checks.level('headset', 'speaker'),
  },
  {
    code: 422,
    path: 'volume.handsfree.mic',
    description: 'Handsfree microphone level is invalid',
    mistyped: 'told',
    check: checks.level('handsfree', 'mic'),
  },
  {
    code: 422,
    path: 'volume.handsfree.speaker',
    description: 'Handsfree speaker level is invalid',
    mistyped: 'told',
    check: checks.level('handsfree', 'speaker'),
  },
  {
    code: 422,
    path: `${SOFTKEY}.index`,
    description: 'Index is missing',
    mistyped: 'missing',
    check: softkeys.indexMissing,
  },
  {
    code: 422,
    path: `${SOFTKEY}.index`,
    description: 'Index is being used by another softkey',
    check: softkeys.indexUsed,
  },
  { code: 422, path: `${SOFTKEY}.function`, description: 'Function is missing', check: softkeys.functionMissing },
  {
    code: 422,
    path: `${SOFTKEY}.function`,
    description: 'Function type is not valid for this phone model',
    mistyped: 'told',
    check: softkeys.functionInvalid,
  },
  {
    code: 422,
    path: value,
    mistyped: 'missing',
    description: 'Not a valid phone number',
    check: softkeys.badValue('SPEEDDIAL', softkeys.notDiallable),
  },
  {
    code: 404,
    path: value,
    mistyped: 'missing',
    description: 'Extension not found',
    check: softkeys.badValue('BLF', (id, { extensions }) => !extensions.has(parseId(id) ?? '')),
  },
  {
    code: 422,
    path: value,
    mistyped: 'missing',
    description: 'URL is invalid, must begin with http: or https:',
    check: softkeys.badValue('URL', softkeys.notHttpUrl),
  },
  {
    code: 404,
    path: value,
    mistyped: 'missing',
    description: 'Group not found',
    check: softkeys.badValue('PICKUPGROUP', (id, { groups }) => !groups.has(parseId(id) ?? '')),
  },
  {
    code: 404,
    path: value,
    mistyped: 'missing',
    description: 'Queue not found',
    check: softkeys.badValue('QUEUE', (id, { queues }) => !queues.has(parseId(id) ?? '')),
  },
  {
    code: 409,
    path: value,
    mistyped: 'missing',
    description: 'Extension does not have controller rights on group',
    check: softkeys.badValue('PICKUPGROUP', softkeys.notController),
  },
  {
    code: 409,
    path: 'purchaseInfo.sidePanels.serial',
    description: 'Sidepanel serials need to be unique',
    check: checks.serialTaken,
  },
  {
    code: 422,
    path: 'purchaseInfo.sidePanels',
    description: 'More sidepanels configured than possible for the SIP phone model.',
    mistyped: 'told',
    check: checks.tooManyPanels,
  },
  {
    code: 422,
    path: 'network.ipAddress',
    description: 'IP address is invalid or missing',
    mistyped: 'told',
    check: addressField('ipAddress'),
  },
  {
    code: 422,
    path: 'network.subnet',
    description: 'Subnet mask is invalid or missing',
    mistyped: 'told',
    check: subnetInvalid,
  },
  {
    code: 422,
    path: 'network.gateway',
    description: 'Default gateway is invalid or missing',
    mistyped: 'told',
    check: gatewayInvalid,
  },
  {
    code: 422,
    path: 'network.dns1',
    description: 'Primary DNS server is invalid or missing',
    mistyped: 'told',
    check: addressField('dns1'),
  },
  {
    code: 422,
    path: 'network.dns2',
    description: 'Secondary DNS server is invalid',
    mistyped: 'told',
    check: addressField('dns2'),
  },
  {
    code: 422,
    path: 'network.vlanId',
    description: 'Vlan ID is invalid',
    mistyped: 'told',
    check: ({ body: { network } }) => network?.vlanId !== undefined && parseVlanId(network.vlanId) === undefined,
  },
  {
    code: 422,
    path: 'network.vlanPriority',
    description: 'Vlan priority is invalid',
    mistyped: 'told',
    check: ({ body: { network } }) => network?.vlanPriority !== undefined && !checks.within(network.vlanPriority, 0, 7),
  },
];
