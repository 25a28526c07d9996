import { MODELS, type World } from './world.js';

/** What a body must hold to cause exactly one error. */
export interface Cause {
  /** Values by path. */
  set?: Record<string, unknown>;
  /** Softkeys, of which the last is the one that is wrong. */
  softkeys?: object[];
  /** Side panels. */
  panels?: object[];
  /** The country code that the error tells of. */
  country?: string;
}

/** The causes of one row of the error table, known by its code, message and description. */
export type RowCauses = readonly [code: number, message: string, description: string, ...causes: Cause[]];

const UNKNOWN = 'abadcafe'.repeat(3);

/** At least one cause for each row that a body can cause, for a phone of the model `desk` of the customer `own`. */
export function causes({ ids, things, full, serial }: World): RowCauses[] {
  const { desk, base, shared } = MODELS;
  const onDesk = { sipPhoneModel: desk._id };
  const ours = { customer: ids.own };
  const ringer = desk.ringer?.volume ?? { min: 0, max: 0 };
  const key = (index: number, more: object, set: object = {}): Cause => ({
    set: { ...onDesk, ...set },
    softkeys: [{ index, ...more }],
  });
  const level = (path: string, name: string): RowCauses => [
    422,
    `volume.${path}`,
    `${name} level is invalid`,
    ...[2.5, '5', -1, 1_000, true].map((value) => ({ set: { ...onDesk, [`volume.${path}`]: value } })),
  ];
  const invalid = (path: string, description: string, ...values: unknown[]): RowCauses => [
    422,
    path,
    description,
    ...values.map((value) => ({ set: { [path]: value } })),
  ];
  return [
    invalid('pbxCluster', 'PBX cluster id not valid only 1 or 2 is permitted', 0, 3, 1.5, '1', true, [1]),
    [
      ...([404, 'sipPhoneModel', 'SIP phone model not found or invalid'] as const),
      ...[UNKNOWN, 'D785', '', 7, undefined, null].map((model) => ({ set: { sipPhoneModel: model } })),
    ],
    [
      ...([404, 'extension', 'Extension not found'] as const),
      ...[UNKNOWN, ids['sibling extension'], '100', '', 100, {}].map((extension) => ({ set: { extension } })),
    ],
    [
      ...([404, 'customer', 'Customer not found or not active'] as const),
      ...[ids.inactive, UNKNOWN, 'own', '', 5, []].map((customer) => ({ set: { customer } })),
    ],
    invalid('macAddress', 'MAC address is invalid', 'x', '0E13', '0113AABBCCDD', '000000000000', '', 5, undefined),
    [
      ...([409, 'macAddress', 'A phone with the same MAC address already exists'] as const),
      { set: { ...onDesk, macAddress: full.single } },
      { set: { sipPhoneModel: MODELS.single._id, macAddress: full.single, ...ours } },
      { set: { ...onDesk, macAddress: full.base.toLowerCase() } },
      { set: { sipPhoneModel: shared._id, macAddress: full.shared, customer: ids.sibling } },
    ],
    [
      403,
      'macAddress',
      'All available slots has been filled, no more SIP phones can share the MAC address',
      { set: { sipPhoneModel: shared._id, macAddress: full.shared, ...ours } },
    ],
    [
      ...([422, 'handsetAddress', 'Handset address is missing'] as const),
      ...[undefined, null, '', '  ', 5].map((address) => ({
        set: { sipPhoneModel: base._id, handsetAddress: address },
      })),
    ],
    [
      ...([409, 'handsetIndex', 'The SIP phone/device does not have any free positions'] as const),
      { set: { sipPhoneModel: base._id, macAddress: full.base, handsetAddress: '0123456789', ...ours } },
    ],
    invalid('ip.mode', 'Mode is invalid', 'NEVER', 'open', '', 1, ['OPEN']),
    [
      ...([422, 'ip.countries', "Country code 'XX' is not valid"] as const),
      ...['XX', 'DNK', 'D', 'EU', 'x$&'].map((country) => ({ set: { 'ip.countries': `DK, ${country}` }, country })),
    ],
    [
      ...([409, 'ip.mode', 'ROAMING mode requires countries to be specified'] as const),
      ...[undefined, null, '', ' '].map((countries) => ({ set: { 'ip.mode': 'ROAMING', 'ip.countries': countries } })),
    ],
    [
      ...([422, 'ip.address', 'IP address is invalid'] as const),
      ...['x', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.4:5060', 'fe80::1%eth0', 5, undefined].map((address) => ({
        set: { 'ip.mode': 'LOCKED', 'ip.address': address },
      })),
      { set: { 'ip.address': 'x' } },
    ],
    invalid('ringer.volume', 'Ringer volume is invalid', 1.5, '4', true, {}),
    [
      ...([422, 'ringer.volume', 'Ringer volume is outside the valid range'] as const),
      ...[ringer.min - 1, ringer.max + 1].map((volume) => ({ set: { ...onDesk, 'ringer.volume': volume } })),
    ],
    [
      ...([422, 'ringer.tone', 'Ringtone is outside the valid range'] as const),
      ...[999, -1, 1.5, 'bell', '', true].map((tone) => ({ set: { ...onDesk, 'ringer.tone': tone } })),
      { set: { sipPhoneModel: MODELS.soft._id, 'ringer.tone': UNKNOWN } },
    ],
    level('handset.mic', 'Handset microphone'),
    level('handset.speaker', 'Handset speaker'),
    level('headset.mic', 'Headset microphone'),
    level('headset.speaker', 'Headset speaker'),
    level('handsfree.mic', 'Handsfree microphone'),
    level('handsfree.speaker', 'Handsfree speaker'),
    [
      ...([422, 'softkeys[#].index', 'Index is missing'] as const),
      { set: onDesk, softkeys: [{ function: 'DND' }] },
      { set: onDesk, softkeys: [{ index: null, function: 'DND' }] },
      { set: onDesk, softkeys: [{ index: '1', function: 'DND' }] },
    ],
    [
      ...([422, 'softkeys[#].index', 'Index is being used by another softkey'] as const),
      { set: onDesk, softkeys: [1, 1].map((index) => ({ index, function: 'DND' })) },
    ],
    [422, 'softkeys[#].function', 'Function is missing', key(2, {}), key(2, { function: null })],
    [
      ...([422, 'softkeys[#].function', 'Function type is not valid for this phone model'] as const),
      ...['LUNCH', 'dnd', '', 5, []].map((type) => key(3, { function: type })),
      { set: { sipPhoneModel: MODELS.single._id }, softkeys: [{ index: 3, function: 'RECORD' }] },
    ],
    [
      ...([422, 'softkeys[#].value', 'Not a valid phone number'] as const),
      ...[undefined, '', 'help', '+', '1'.repeat(40), 112].map((value) => key(4, { function: 'SPEEDDIAL', value })),
    ],
    [
      ...([404, 'softkeys[#].value', 'Extension not found'] as const),
      ...[undefined, UNKNOWN, ids['sibling extension'], '100', 100].map((value) => key(5, { function: 'BLF', value })),
    ],
    [
      ...([422, 'softkeys[#].value', 'URL is invalid, must begin with http: or https:'] as const),
      ...[undefined, 'ftp://x/', 'javascript:1', 'http:', 'x', 5].map((value) => key(6, { function: 'URL', value })),
    ],
    [
      ...([404, 'softkeys[#].value', 'Group not found'] as const),
      ...[undefined, UNKNOWN, things.queue, 5].map((value) => key(7, { function: 'PICKUPGROUP', value })),
    ],
    [
      ...([404, 'softkeys[#].value', 'Queue not found'] as const),
      ...[undefined, UNKNOWN, things.group, 5].map((value) => key(8, { function: 'QUEUE', value })),
    ],
    [
      ...([409, 'softkeys[#].value', 'Extension does not have controller rights on group'] as const),
      key(9, { function: 'PICKUPGROUP', value: things.uncontrolled }, ours),
      key(9, { function: 'PICKUPGROUP', value: things.uncontrolled }, { ...ours, extension: ids['own extension'] }),
      key(9, { function: 'PICKUPGROUP', value: things.group }, { ...ours, extension: null }),
    ],
    [
      ...([409, 'purchaseInfo.sidePanels.serial', 'Sidepanel serials need to be unique'] as const),
      { set: onDesk, panels: [{ serial }] },
      { set: onDesk, panels: [{ serial: ` ${serial} ` }] },
      { set: onDesk, panels: [{ serial: 'P-TWICE' }, { serial: 'P-TWICE' }] },
    ],
    [
      ...([
        422,
        'purchaseInfo.sidePanels',
        'More sidepanels configured than possible for the SIP phone model.',
      ] as const),
      { set: onDesk, panels: Array.from({ length: 9 }, (_, at) => ({ serial: `P-${at}` })) },
      { set: onDesk, panels: Array.from({ length: 200 }, () => ({})) },
      { set: { sipPhoneModel: MODELS.soft._id }, panels: [{}] },
    ],
    invalid('network.ipAddress', 'IP address is invalid or missing', 'x', '192.168.1.256', '2001:db8::1', '', 5),
    invalid('network.subnet', 'Subnet mask is invalid or missing', '255.0.255.0', '/24', '24', '', 24),
    invalid('network.gateway', 'Default gateway is invalid or missing', 'router', '1.2.3', '', 5),
    invalid('network.dns1', 'Primary DNS server is invalid or missing', 'dns.example', '', 8),
    invalid('network.dns2', 'Secondary DNS server is invalid', 'dns.example', '', 8),
    invalid('network.vlanId', 'Vlan ID is invalid', 4_095, -1, 1.5, '4095', 'ten', '', true),
    invalid('network.vlanPriority', 'Vlan priority is invalid', 8, -1, 1.5, '5', true),
  ];
}
