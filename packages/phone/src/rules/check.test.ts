import t from 'tap';
import { CATALOGUE } from '../models/catalogue.js';
import type { Model, Range } from '../models/model.js';
import type { NewPhone } from '../types.js';
import { checkPhone } from './check.js';
import type { Lookups } from './lookups.js';
import { MORE_RULES } from './more.js';
import { PAGE_RULES } from './table.js';

const id = (digit: string) => digit.repeat(24);
const find = (name: string) => CATALOGUE.find(({ model }) => model === name) as Model;
const [desk, soft, base, single, shared] = [
  find('D785'),
  find('Softphone'),
  find('N510 IP PRO'),
  find('IP8830E'),
  find('T31P'),
];
const [cisco, mitel, grandstream] = [find('SPA504G'), find('6869i'), find('GXP2170')];

const { volume: loud, tone: tones } = desk.ringer as { volume: Range; tone: Range };

const CUSTOMER = id('c');
const EXTENSION = id('e');
const FOREIGN = id('f');
const INACTIVE = id('5');
const [GROUP, UNCONTROLLED, QUEUE, PHONE] = [id('1'), id('2'), id('3'), id('4')];

/** MAC addresses that are in use: by how many phones of which model and customer. */
const OCCUPANTS: Record<string, { model: string; customer: string; count: number }> = {
  '000413000001': { model: single._id, customer: CUSTOMER, count: 1 },
  '000413000002': { model: shared._id, customer: CUSTOMER, count: 1 },
  '000413000003': { model: shared._id, customer: CUSTOMER, count: 2 },
  '000413000004': { model: base._id, customer: CUSTOMER, count: 6 },
  '000413000005': { model: shared._id, customer: FOREIGN, count: 1 },
};

const owned = (mine: string[], asked: string) =>
  mine.includes(asked) ? { customer: CUSTOMER } : asked === FOREIGN ? { customer: FOREIGN } : undefined;

const lookups: Lookups = {
  model: async (asked) => CATALOGUE.find(({ _id }) => _id === asked),
  customer: async (asked) => ({ [CUSTOMER]: { active: true }, [id('d')]: { active: false } })[asked],
  extension: async (asked) => (asked === INACTIVE ? { customer: id('d') } : owned([EXTENSION], asked)),
  group: async (asked) => {
    const group = owned([GROUP, UNCONTROLLED], asked);
    return group && { ...group, controllers: asked === GROUP ? [EXTENSION] : [] };
  },
  queue: async (asked) => owned([QUEUE], asked),
  phone: async (asked) => owned([PHONE], asked),
  product: async (asked) => ([id('a'), id('c')].includes(asked) ? {} : undefined),
  occupants: async (mac) => OCCUPANTS[mac],
  takenSidePanels: async (serials) => serials.filter((serial) => serial === 'TAKEN'),
};

const MAC = '000413AABBCC';
const plain = { sipPhoneModel: soft._id };
const onDesk = { sipPhoneModel: desk._id, macAddress: MAC };

async function violations(body: object, customer: string | undefined = CUSTOMER): Promise<string[]> {
  const checked = await checkPhone(body, customer, lookups);
  return 'phone' in checked
    ? []
    : checked.violations.map(({ code, message, description }) => `${code} ${message}: ${description}`);
}

async function settings(body: object): Promise<NewPhone['settings']> {
  const checked = await checkPhone(body, CUSTOMER, lookups);
  if ('violations' in checked) throw new Error(JSON.stringify(checked.violations));
  return checked.phone.settings;
}

const key = (...softkeys: object[]) => ({ ...onDesk, extension: EXTENSION, softkeys });
const address = { ipAddress: '192.168.1.10', subnet: '255.255.255.0', gateway: '192.168.1.1', dns1: '192.168.1.1' };
const fixed = (more: object) => ({ ...plain, network: { dhcp: false, ...address, ...more } });
const panels = (...serials: string[]) => ({
  ...onDesk,
  purchaseInfo: { sidePanels: serials.map((serial) => ({ serial })) },
});

/** A body, and everything that is wrong with it. */
type Case = [title: string, body: object, ...expected: string[]];

const CASES: Record<string, Case[]> = {
  pbxCluster: [
    ['1', { ...plain, pbxCluster: 1 }],
    ['2', { ...plain, pbxCluster: 2 }],
    ['null', { ...plain, pbxCluster: null }],
    ['3', { ...plain, pbxCluster: 3 }, '422 pbxCluster: PBX cluster id not valid only 1 or 2 is permitted'],
    ['text', { ...plain, pbxCluster: '1' }, '422 pbxCluster: PBX cluster id not valid only 1 or 2 is permitted'],
  ],
  sipPhoneModel: [
    ['upper case', { ...onDesk, sipPhoneModel: desk._id.toUpperCase() }],
    ['missing', {}, '404 sipPhoneModel: SIP phone model not found or invalid'],
    ['malformed', { sipPhoneModel: 'x' }, '404 sipPhoneModel: SIP phone model not found or invalid'],
    ['unknown', { sipPhoneModel: id('9') }, '404 sipPhoneModel: SIP phone model not found or invalid'],
    ['wrong type', { sipPhoneModel: 5 }, '404 sipPhoneModel: SIP phone model not found or invalid'],
  ],
  extension: [
    ['own', { ...plain, extension: EXTENSION.toUpperCase() }],
    ['null', { ...plain, extension: null }],
    ['unknown', { ...plain, extension: id('9') }, '404 extension: Extension not found'],
    ['foreign', { ...plain, extension: FOREIGN }, '404 extension: Extension not found'],
    ['malformed', { ...plain, extension: '100' }, '404 extension: Extension not found'],
    ['wrong type', { ...plain, extension: { _id: EXTENSION } }, '404 extension: Extension not found'],
  ],
  macAddress: [
    ['colons', { ...onDesk, macAddress: '00:04:13:aa:bb:cc' }],
    ['optional for a soft phone', plain],
    ['missing', { sipPhoneModel: desk._id }, '422 macAddress: MAC address is invalid'],
    ['short', { ...onDesk, macAddress: '000413AABBC' }, '422 macAddress: MAC address is invalid'],
    ['multicast', { ...onDesk, macAddress: '010413AABBCC' }, '422 macAddress: MAC address is invalid'],
    ['of a soft phone', { ...plain, macAddress: 'x' }, '422 macAddress: MAC address is invalid'],
    ['wrong type', { ...onDesk, macAddress: 413 }, '422 macAddress: MAC address is invalid'],
    [
      'taken by a single phone',
      { sipPhoneModel: single._id, macAddress: '000413000001' },
      '409 macAddress: A phone with the same MAC address already exists',
    ],
    ['shared', { sipPhoneModel: shared._id, macAddress: '000413000002' }],
    [
      'shared with another model',
      { sipPhoneModel: desk._id, macAddress: '000413000002' },
      '409 macAddress: A phone with the same MAC address already exists',
    ],
    [
      'shared with another customer',
      { sipPhoneModel: shared._id, macAddress: '000413000005' },
      '409 macAddress: A phone with the same MAC address already exists',
    ],
    [
      'full',
      { sipPhoneModel: shared._id, macAddress: '000413000003' },
      '403 macAddress: All available slots has been filled, no more SIP phones can share the MAC address',
    ],
  ],
  handsets: [
    ['complete', { sipPhoneModel: base._id, macAddress: MAC, handsetAddress: '0123456789' }],
    ['no address', { sipPhoneModel: base._id, macAddress: MAC }, '422 handsetAddress: Handset address is missing'],
    [
      'address of the wrong type',
      { sipPhoneModel: base._id, macAddress: MAC, handsetAddress: 5 },
      '422 handsetAddress: Handset address is missing',
    ],
    [
      'no free position',
      { sipPhoneModel: base._id, macAddress: '000413000004', handsetAddress: '1' },
      '409 handsetIndex: The SIP phone/device does not have any free positions',
    ],
  ],
  ip: [
    ['nothing', { ...plain, ip: {} }],
    ['a phone that was read', { ...plain, ip: { mode: 'OPEN', countries: '', address: '' } }],
    ['mode in lower case', { ...plain, ip: { mode: 'open' } }, '422 ip.mode: Mode is invalid'],
    ['mode of the wrong type', { ...plain, ip: { mode: 1 } }, '422 ip.mode: Mode is invalid'],
    ['wrong type', { ...plain, ip: 'OPEN' }, '422 ip: Value is invalid'],
    ['ROAMING', { ...plain, ip: { mode: 'ROAMING', countries: ' dk, Se ,DK' } }],
    [
      'ROAMING nowhere',
      { ...plain, ip: { mode: 'ROAMING', countries: ' ' } },
      '409 ip.mode: ROAMING mode requires countries to be specified',
    ],
    [
      'ROAMING with countries of the wrong type',
      { ...plain, ip: { mode: 'ROAMING', countries: ['DK'] } },
      '422 ip.countries: Value is invalid',
    ],
    [
      'one error for each bad code',
      { ...plain, ip: { mode: 'ROAMING', countries: 'DK,XX,EU,DNK,$&' } },
      "422 ip.countries: Country code 'XX' is not valid",
      "422 ip.countries: Country code 'EU' is not valid",
      "422 ip.countries: Country code 'DNK' is not valid",
      "422 ip.countries: Country code '$&' is not valid",
    ],
    ['LOCKED', { ...plain, ip: { mode: 'LOCKED', address: '2001:DB8::1' } }],
    ['LOCKED to nothing', { ...plain, ip: { mode: 'LOCKED' } }, '422 ip.address: IP address is invalid'],
    ['LOCKED to junk', { ...plain, ip: { mode: 'LOCKED', address: '1.2.3' } }, '422 ip.address: IP address is invalid'],
    ['OPEN with junk', { ...plain, ip: { address: '1.2.3.04' } }, '422 ip.address: IP address is invalid'],
    [
      'address of the wrong type',
      { ...plain, ip: { mode: 'LOCKED', address: 1 } },
      '422 ip.address: IP address is invalid',
    ],
  ],
  ringer: [
    ['lowest', { ...onDesk, ringer: { volume: loud.min, tone: tones.min } }],
    ['highest', { ...onDesk, ringer: { volume: loud.max, tone: tones.max } }],
    ['custom tone', { ...onDesk, ringer: { tone: id('a') } }],
    ['tone in digits', { ...onDesk, ringer: { tone: '3' } }],
    ['part of a number', { ...onDesk, ringer: { volume: 1.5 } }, '422 ringer.volume: Ringer volume is invalid'],
    ['text', { ...onDesk, ringer: { volume: '4' } }, '422 ringer.volume: Ringer volume is invalid'],
    [
      'too loud',
      { ...onDesk, ringer: { volume: loud.max + 1 } },
      '422 ringer.volume: Ringer volume is outside the valid range',
    ],
    [
      'too quiet',
      { ...onDesk, ringer: { volume: loud.min - 1 } },
      '422 ringer.volume: Ringer volume is outside the valid range',
    ],
    [
      'no such tone',
      { ...onDesk, ringer: { tone: tones.max + 1 } },
      '422 ringer.tone: Ringtone is outside the valid range',
    ],
    ['half a tone', { ...onDesk, ringer: { tone: 1.5 } }, '422 ringer.tone: Ringtone is outside the valid range'],
    ['junk tone', { ...onDesk, ringer: { tone: 'x' } }, '422 ringer.tone: Ringtone is outside the valid range'],
    ['true tone', { ...onDesk, ringer: { tone: true } }, '422 ringer.tone: Ringtone is outside the valid range'],
    [
      'custom tone that the model cannot play',
      { ...plain, ringer: { tone: id('a') } },
      '422 ringer.tone: Ringtone is outside the valid range',
    ],
  ],
  volume: [
    ['handset.mic', 'Handset microphone'],
    ['handset.speaker', 'Handset speaker'],
    ['headset.mic', 'Headset microphone'],
    ['headset.speaker', 'Headset speaker'],
    ['handsfree.mic', 'Handsfree microphone'],
    ['handsfree.speaker', 'Handsfree speaker'],
  ].flatMap(([path = '', name]): Case[] => {
    const [way = '', end = ''] = path.split('.');
    const at = (level: unknown) => ({ ...onDesk, volume: { [way]: { [end]: level } } });
    const wrong = `422 volume.${path}: ${name} level is invalid`;
    return [
      [`${path} 1`, at(1)],
      [`${path} 8`, at(8)],
      [`${path} 16`, at(16), wrong],
      [`${path} -1`, at(-1), wrong],
      [`${path} 2.5`, at(2.5), wrong],
      [`${path} text`, at('5'), wrong],
    ];
  }),
  softkeys: [
    ['none', key()],
    ['last key', key({ index: 23, function: 'DND' })],
    ['no index', key({ function: 'DND' }), '422 softkeys[0].index: Index is missing'],
    ['index outside', key({ index: 24, function: 'DND' }), '422 softkeys[0].index: Value is invalid'],
    ['index below', key({ index: -1, function: 'DND' }), '422 softkeys[0].index: Value is invalid'],
    ['part of an index', key({ index: 0.5, function: 'DND' }), '422 softkeys[0].index: Value is invalid'],
    ['index of the wrong type', key({ index: '0', function: 'DND' }), '422 softkeys[0].index: Index is missing'],
    ['on a side panel', { ...key({ index: 41, function: 'DND' }), sidePanel: 'D7' }],
    [
      'on a side panel too many',
      { ...key({ index: 42, function: 'DND' }), sidePanelCount: 1 },
      '422 softkeys[0].index: Value is invalid',
    ],
    [
      'beside a wrong number of panels',
      { ...key({ index: 77, function: 'DND' }), sidePanelCount: -1 },
      '422 sidePanelCount: Value is invalid',
    ],
    [
      'index used',
      key({ index: 0, function: 'DND' }, { index: 1, function: 'DND' }, { index: 0, function: 'HOLD' }),
      '422 softkeys[2].index: Index is being used by another softkey',
    ],
    ['no function', key({ index: 0 }), '422 softkeys[0].function: Function is missing'],
    [
      'no such function',
      key({ index: 0, function: 'dnd' }),
      '422 softkeys[0].function: Function type is not valid for this phone model',
    ],
    [
      'function of the wrong type',
      key({ index: 0, function: 1 }),
      '422 softkeys[0].function: Function type is not valid for this phone model',
    ],
    [
      'functions of the wrong type and none',
      key({ index: 0, function: [] }, { index: 1, function: 'x' }, { index: 2, function: {} }, { index: 3 }),
      '422 softkeys[3].function: Function is missing',
      '422 softkeys[0].function: Function type is not valid for this phone model',
      '422 softkeys[1].function: Function type is not valid for this phone model',
      '422 softkeys[2].function: Function type is not valid for this phone model',
    ],
    [
      'function that the model lacks',
      { sipPhoneModel: cisco._id, macAddress: MAC, softkeys: [{ index: 0, function: 'URL', value: 'http://x/' }] },
      '422 softkeys[0].function: Function type is not valid for this phone model',
    ],
    ['no object', key({ index: 0, function: 'DND' }, [] as object), '422 softkeys[1]: Value is invalid'],
  ],
  'softkey values': [
    ['number', key({ index: 0, function: 'SPEEDDIAL', value: '+45 (70) 12-34.56' })],
    ['short number', key({ index: 0, function: 'SPEEDDIAL', value: '*21#' })],
    ['no number', key({ index: 0, function: 'SPEEDDIAL' }), '422 softkeys[0].value: Not a valid phone number'],
    [
      'letters',
      key({ index: 0, function: 'SPEEDDIAL', value: '0800-FLOWERS' }),
      '422 softkeys[0].value: Not a valid phone number',
    ],
    [
      'number as number',
      key({ index: 0, function: 'SPEEDDIAL', value: 112 }),
      '422 softkeys[0].value: Not a valid phone number',
    ],
    ['extension', key({ index: 0, function: 'BLF', value: EXTENSION })],
    [
      'foreign extension',
      key({ index: 0, function: 'BLF', value: FOREIGN }),
      '404 softkeys[0].value: Extension not found',
    ],
    ['no extension', key({ index: 0, function: 'BLF' }), '404 softkeys[0].value: Extension not found'],
    ['URL', key({ index: 0, function: 'URL', value: 'https://example.com/menu.xml?a=1' })],
    [
      'ftp',
      key({ index: 0, function: 'URL', value: 'ftp://x/' }),
      '422 softkeys[0].value: URL is invalid, must begin with http: or https:',
    ],
    [
      'no host',
      key({ index: 0, function: 'URL', value: 'http://' }),
      '422 softkeys[0].value: URL is invalid, must begin with http: or https:',
    ],
    ['group', key({ index: 0, function: 'PICKUPGROUP', value: GROUP })],
    [
      'foreign group',
      key({ index: 0, function: 'PICKUPGROUP', value: FOREIGN }),
      '404 softkeys[0].value: Group not found',
    ],
    [
      'group without rights',
      key({ index: 0, function: 'PICKUPGROUP', value: UNCONTROLLED }),
      '409 softkeys[0].value: Extension does not have controller rights on group',
    ],
    [
      'group without an extension',
      { ...onDesk, softkeys: [{ index: 0, function: 'PICKUPGROUP', value: GROUP }] },
      '409 softkeys[0].value: Extension does not have controller rights on group',
    ],
    ['queue', key({ index: 0, function: 'QUEUE', value: QUEUE })],
    ['foreign queue', key({ index: 0, function: 'QUEUE', value: FOREIGN }), '404 softkeys[0].value: Queue not found'],
    ['device', key({ index: 0, function: 'DNDOTHER', value: PHONE })],
    [
      'foreign device',
      key({ index: 0, function: 'DNDOTHER', value: FOREIGN }),
      '404 softkeys[0].value: Device not found',
    ],
    ['switch', key({ index: 0, function: 'SWITCH', value: 'night' })],
    [
      'switch without a name',
      key({ index: 0, function: 'SWITCH', value: ' ' }),
      '422 softkeys[0].value: Value is invalid',
    ],
  ],
  purchase: [
    ['two panels', panels('A', 'B')],
    ['without serials', panels('', ' ')],
    [
      'taken, with spaces',
      panels(' TAKEN '),
      '409 purchaseInfo.sidePanels.serial: Sidepanel serials need to be unique',
    ],
    [
      'more than anybody has',
      panels(...Array.from({ length: 129 }, (_, at) => `${at}`)),
      '422 purchaseInfo.sidePanels: More sidepanels configured than possible for the SIP phone model.',
    ],
    ['twice the same', panels('A', 'A'), '409 purchaseInfo.sidePanels.serial: Sidepanel serials need to be unique'],
    ['taken', panels('A', 'TAKEN'), '409 purchaseInfo.sidePanels.serial: Sidepanel serials need to be unique'],
    [
      'too many',
      panels('A', 'B', 'C', 'D'),
      '422 purchaseInfo.sidePanels: More sidepanels configured than possible for the SIP phone model.',
    ],
    [
      'complete',
      { ...onDesk, purchaseInfo: { orderId: '500912', date: '2020-02-02T00:00:00Z', paymentOption: 'RENTED' } },
    ],
    ['as the page writes it', { ...plain, purchaseInfo: { date: '2015-01-01-T00:00:00Z' } }],
    ['leap day', { ...plain, purchaseInfo: { date: '2024-02-29' } }],
    ['no such day', { ...plain, purchaseInfo: { date: '2023-02-29' } }, '422 purchaseInfo.date: Value is invalid'],
    ['no date', { ...plain, purchaseInfo: { date: 'yesterday' } }, '422 purchaseInfo.date: Value is invalid'],
    [
      'payment',
      { ...plain, purchaseInfo: { paymentOption: 'SELF_OWNED' } },
      '422 purchaseInfo.paymentOption: Value is invalid',
    ],
    [
      'panels',
      {
        ...onDesk,
        purchaseInfo: {
          sidePanels: [
            { paymentOption: 'SELF_OWNED', product: id('a') },
            { paymentOption: 'x', date: 'x', product: 'x' },
          ],
        },
      },
      '422 purchaseInfo.sidePanels[1].paymentOption: Value is invalid',
      '422 purchaseInfo.sidePanels[1].date: Value is invalid',
      '422 purchaseInfo.sidePanels[1].product: Value is invalid',
    ],
  ],
  network: [
    ['DHCP', { ...plain, network: { dhcp: true } }],
    ['fixed', fixed({ dns2: '2001:db8::53', vlanId: '4094', vlanPriority: 7 })],
    [
      'nothing but no DHCP',
      { ...plain, network: { dhcp: false } },
      '422 network.ipAddress: IP address is invalid or missing',
      '422 network.subnet: Subnet mask is invalid or missing',
      '422 network.gateway: Default gateway is invalid or missing',
      '422 network.dns1: Primary DNS server is invalid or missing',
    ],
    ['junk address', fixed({ ipAddress: '192.168.1.256' }), '422 network.ipAddress: IP address is invalid or missing'],
    ['IPv6 address', fixed({ ipAddress: '2001:db8::1' }), '422 network.ipAddress: IP address is invalid or missing'],
    ['IPv6 gateway', fixed({ gateway: '2001:db8::1' }), '422 network.gateway: Default gateway is invalid or missing'],
    ['broken mask', fixed({ subnet: '255.0.255.0' }), '422 network.subnet: Subnet mask is invalid or missing'],
    ['prefix for mask', fixed({ subnet: '/24' }), '422 network.subnet: Subnet mask is invalid or missing'],
    [
      'gateway elsewhere',
      fixed({ gateway: '192.168.2.1' }),
      '422 network.gateway: Default gateway is invalid or missing',
    ],
    ['junk gateway', fixed({ gateway: 'router' }), '422 network.gateway: Default gateway is invalid or missing'],
    [
      'junk DNS',
      fixed({ dns1: 'x', dns2: 'y' }),
      '422 network.dns1: Primary DNS server is invalid or missing',
      '422 network.dns2: Secondary DNS server is invalid',
    ],
    [
      'junk with DHCP',
      { ...plain, network: { gateway: 5 } },
      '422 network.gateway: Default gateway is invalid or missing',
    ],
    ['DHCP of the wrong type', { ...plain, network: { dhcp: 'no' } }, '422 network.dhcp: Value is invalid'],
    ['VLAN too high', { ...plain, network: { vlanId: 4095 } }, '422 network.vlanId: Vlan ID is invalid'],
    ['VLAN in words', { ...plain, network: { vlanId: 'ten' } }, '422 network.vlanId: Vlan ID is invalid'],
    ['VLAN of the wrong type', { ...plain, network: { vlanId: [1] } }, '422 network.vlanId: Vlan ID is invalid'],
    [
      'priority too high',
      { ...plain, network: { vlanPriority: 8 } },
      '422 network.vlanPriority: Vlan priority is invalid',
    ],
    [
      'priority in digits',
      { ...plain, network: { vlanPriority: '5' } },
      '422 network.vlanPriority: Vlan priority is invalid',
    ],
  ],
  'what the page has no row for': [
    [
      'serial of the wrong type',
      { sipPhoneModel: grandstream._id, macAddress: MAC, serial: 5 },
      '422 serial: Value is invalid',
    ],
    ['serial', { sipPhoneModel: grandstream._id, macAddress: MAC }, '422 serial: Serial number is missing'],
    ['panel', { ...onDesk, sidePanel: 'D7C', sidePanelCount: 3 }],
    ['panel of another model', { ...onDesk, sidePanel: 'EXP50' }, '422 sidePanel: Value is invalid'],
    ['too many panels', { ...onDesk, sidePanelCount: 4 }, '422 sidePanelCount: Value is invalid'],
    ['panel that the model cannot have', { ...plain, sidePanelCount: 1 }, '422 sidePanelCount: Value is invalid'],
    ['headset', { ...onDesk, headsetButton: 'headset-speaker', dhsg: true }],
    ['headset button', { ...onDesk, headsetButton: 'both' }, '422 headsetButton: Value is invalid'],
    ['display', { ...onDesk, displayBrightness: 15, displayBrightnessIdle: 0, displayBackground: 'http://x/y.png' }],
    [
      'bad display',
      {
        ...onDesk,
        displayBrightness: 16,
        displayBrightnessIdle: -1,
        displayBackground: 'y.png',
        displayFontColor: 'RED',
      },
      '422 displayBrightness: Value is invalid',
      '422 displayBrightnessIdle: Value is invalid',
      '422 displayBackground: Value is invalid',
      '422 displayFontColor: Value is invalid',
    ],
    ['product', { ...plain, product: 'x' }, '422 product: Value is invalid'],
    ['an unknown product', { ...plain, product: id('b') }, '422 product: Value is invalid'],
    ['wrong type', { ...plain, callWaiting: 'yes' }, '422 callWaiting: Value is invalid'],
    ['unknown', { ...plain, colour: 'red' }, '422 colour: Unknown property'],
    ['unknown, deep', { ...plain, codec: { opus: true } }, '422 codec.opus: Unknown property'],
    ['unknown in a softkey', key({ index: 0, function: 'DND', icon: 1 }), '422 softkeys[0].icon: Unknown property'],
    ['read-only', { ...plain, _id: 1, username: {}, password: [], status: 'x', handsetIndex: 'y' }],
  ],
};

for (const [subject, cases] of Object.entries(CASES)) {
  t.test(`${subject}: right and wrong values are told apart`, async (t) => {
    for (const [title, body, ...expected] of cases) t.same(await violations(body), expected, title);
  });
}

t.test('the customer must exist and be active', async (t) => {
  const expected = ['404 customer: Customer not found or not active'];
  t.same(await violations({ ...plain, customer: CUSTOMER }), []);
  t.same(
    await violations({ ...plain, extension: INACTIVE }, id('d')),
    expected,
    'inactive, with an extension of its own',
  );
  t.same(await violations(plain, id('9')), expected, 'unknown');
  const checked = await checkPhone({ ...plain, customer: 5 }, undefined, lookups);
  t.match(checked, { violations: [{ code: 404, message: 'customer' }] }, 'none');
});

t.test('every row of the table is reached by some case', async (t) => {
  const told = new Set<string>();
  for (const [, body] of Object.values(CASES).flat()) {
    for (const line of await violations(body)) told.add(line.replace(/\[\d+\]/, '[#]').replace(/'[^']*'/, "'XX'"));
  }
  for (const { code, path, description } of [...PAGE_RULES, ...MORE_RULES]) {
    if (path !== 'customer') t.ok(told.has(`${code} ${path}: ${description}`), `${code} ${path}: ${description}`);
  }
});

t.test('values are kept in their one spelling', async (t) => {
  t.match(
    await settings({
      ...{ sipPhoneModel: desk._id.toUpperCase(), macAddress: '0004.13aa.bbcc', extension: EXTENSION.toUpperCase() },
      ...{ product: id('A'), ip: { mode: 'LOCKED', address: '::FFFF:192.0.2.1', countries: 'se, dk,SE' } },
      ...{ network: { dhcp: false, ...address, dns2: '2001:DB8:0::53', vlanId: '007' } },
      softkeys: [
        { index: 0, function: 'BLF', value: EXTENSION.toUpperCase() },
        { index: 1, function: 'SWITCH', value: id('A') },
      ],
      ringer: { tone: id('B') },
      purchaseInfo: {
        sidePanels: [{ serial: ' S ', date: '2015-01-01-T00:00:00Z', product: id('C') }, { serial: ' ' }],
      },
    }),
    {
      ...{ sipPhoneModel: desk._id, macAddress: MAC, extension: EXTENSION, product: id('a'), customer: CUSTOMER },
      ip: { mode: 'LOCKED', address: '192.0.2.1', countries: 'SE,DK' },
      network: { ...address, dns2: '2001:db8::53', vlanId: 7, vlanPriority: 0 },
      softkeys: [
        { index: 0, function: 'BLF', value: EXTENSION },
        { index: 1, function: 'SWITCH', value: id('A') },
      ],
      ringer: { tone: id('b') },
      purchaseInfo: { sidePanels: [{ serial: 'S', date: '2015-01-01T00:00:00Z', product: id('c') }, {}] },
    },
  );
});

t.test('defaults are those of the model, and what has no value is left out', async (t) => {
  t.same(await settings({ ...plain, notes: null, ip: { address: '192.0.2.1' } }), {
    ...{ pbxCluster: 1, sipPhoneModel: soft._id, customer: CUSTOMER, callWaiting: true, ip: { mode: 'OPEN' } },
    ...{ softkeyConfigurationOnDevice: true, softkeyBlfBlindTransfer: false, codec: { hdAudio: true, video: false } },
    ringer: { volume: 5, tone: 0 },
    volume: {
      ...{ handset: { mic: 5, speaker: 5 }, headset: { mic: 5, speaker: 5 }, handsfree: { mic: 5, speaker: 5 } },
    },
  });
  t.match(await settings({ sipPhoneModel: mitel._id, macAddress: MAC, volume: { headset: { mic: 9 } } }), {
    ...{ displayFontColor: 'LIGHT', displayBrightness: 10, sidePanelCount: 0, softkeys: [] },
    ...{ network: { dhcp: true, vlanId: 0, vlanPriority: 0 }, volume: { headset: { mic: 9 } } },
  });
  const handset = await settings({ sipPhoneModel: base._id, macAddress: MAC, handsetAddress: '1' });
  for (const name of ['ringer', 'volume', 'softkeys', 'headsetButton', 'displayBrightness'])
    t.notOk(name in handset, name);
});

t.test('how many phones share an address is the model’s to say', async (t) => {
  const checked = await checkPhone(
    { sipPhoneModel: base._id, macAddress: MAC, handsetAddress: '1' },
    CUSTOMER,
    lookups,
  );
  t.match(checked, { phone: { places: 6, handsets: true } });
});
