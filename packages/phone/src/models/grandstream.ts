import { ADAPTER, DECT_BASE, DESK_PHONE, type Model } from './model.js';

/** Gains are chosen from a list by their number. */
const gain = (max: number) => ({ min: 0, max, default: 0 });

const desk = {
  brand: 'GRANDSTREAM',
  brandName: 'Grandstream',
  softkeyLabels: true,
  softkeyCapabilities: [
    'SPEEDDIAL',
    'BLF',
    'LINE',
    'DND',
    'DNDOTHER',
    'ADDRESSBOOK',
    'REDIAL',
    'VOICEMAIL',
    'TRANSFER',
    'RECORD',
    'PICKUP',
    'PICKUPGROUP',
    'QUEUE',
    'SWITCH',
    'PRESENCE',
  ],
  ringer: { volume: { min: 0, max: 7, default: 7 }, tone: { min: 0, max: 12, default: 0 } },
  volume: { handset: { mic: gain(2) }, headset: { mic: gain(6), speaker: gain(4) } },
  headset: { button: true, dhsg: true },
  display: { brightness: true, background: true, fontColor: false },
  capabilities: DESK_PHONE,
  digest: ['MD5'],
} as const;

const LEVELS =
  'Volume, tones, gains, headset and brightness: GXP21xx configuration template, Ring Tone, Audio Control and LCD Display.';

const gxp21 = {
  ...desk,
  source: `${LEVELS} Keys and panels of the 2130 to 2170: plugin of wazo-provd for Grandstream. Accounts and labelled keys: not found in a manual.`,
} as const;
const gxp16 = {
  ...desk,
  softkeyLabels: false,
  ringer: { volume: desk.ringer.volume, tone: { min: 0, max: 3, default: 0 } },
  headset: { button: true, dhsg: false },
  display: { brightness: true, background: false, fontColor: false },
  source: `${LEVELS} Tones: GXP2124 User Manual, Account Ring Tone. Accounts and keys: not found in the GXP16xx Administration Guide 1.0.7.13.`,
} as const;
const grp26 = { ...desk, source: `${LEVELS} Accounts, keys and panels: not found in a manual.` } as const;

const silent = {
  brand: 'GRANDSTREAM',
  brandName: 'Grandstream',
  softkeys: 0,
  softkeyLabels: false,
  softkeyCapabilities: [],
  volume: {},
  digest: ['MD5'],
} as const;
const base = {
  ...silent,
  description: 'DECT base for up to 5 handsets',
  extensions: 5,
  capabilities: DECT_BASE,
  source: 'Handsets: not found in a manual.',
} as const;
const adapter = {
  ...silent,
  capabilities: ADAPTER,
  source: 'Number of ports: not found in a manual.',
} as const;

/** The phones of Grandstream. */
export const grandstream: readonly Model[] = [
  {
    ...grp26,
    _id: '63f000000000000000050001',
    model: 'GRP2614',
    description: 'Desk phone with 4 lines and two colour displays',
    extensions: 4,
    softkeys: 24,
  },
  {
    ...gxp21,
    _id: '63f000000000000000050002',
    model: 'GXP2170',
    description: 'Desk phone with 12 lines and a 4.3 inch colour display',
    extensions: 6,
    softkeys: 48,
    sidePanels: { models: ['GXP2200EXT'], count: 4, softkeys: 40 },
    source: `${LEVELS} Panels: plugin of wazo-provd for Grandstream, which has 6 keys. 48 keys and 6 accounts: not found in a manual.`,
  },
  { ...base, _id: '63f000000000000000050003', model: 'DP752' },
  { ...base, _id: '63f000000000000000050004', model: 'DP750' },
  {
    ...gxp16,
    _id: '63f000000000000000050005',
    model: 'GXP1610',
    description: 'Desk phone with 1 account',
    extensions: 1,
    softkeys: 0,
    softkeyCapabilities: [],
  },
  {
    ...gxp16,
    _id: '63f000000000000000050006',
    model: 'GXP1620',
    description: 'Desk phone with 2 line keys',
    extensions: 2,
    softkeys: 2,
  },
  {
    ...gxp16,
    _id: '63f000000000000000050007',
    model: 'GXP1625',
    description: 'Desk phone with 2 line keys and PoE',
    extensions: 2,
    softkeys: 2,
  },
  {
    ...gxp16,
    _id: '63f000000000000000050008',
    model: 'GXP1628',
    description: 'Desk phone with 2 line keys and 8 keys with paper labels',
    extensions: 2,
    softkeys: 10,
  },
  {
    ...gxp16,
    _id: '63f000000000000000050009',
    model: 'GXP1630',
    description: 'Desk phone with 3 line keys and 8 keys with paper labels',
    extensions: 3,
    softkeys: 11,
  },
  {
    ...gxp21,
    _id: '63f00000000000000005000a',
    model: 'GXP2130',
    description: 'Desk phone with 3 line keys, 8 keys and a 2.8 inch colour display',
    extensions: 3,
    softkeys: 11,
  },
  {
    ...gxp21,
    _id: '63f00000000000000005000b',
    model: 'GXP2135',
    description: 'Desk phone with 8 line keys on several pages and a 2.8 inch colour display',
    extensions: 4,
    softkeys: 30,
  },
  {
    ...gxp21,
    _id: '63f00000000000000005000c',
    model: 'GXP2140',
    description: 'Desk phone with 4 line keys and a 4.3 inch colour display',
    extensions: 4,
    softkeys: 4,
    sidePanels: { models: ['GXP2200EXT'], count: 4, softkeys: 40 },
  },
  {
    ...gxp21,
    _id: '63f00000000000000005000d',
    model: 'GXP2160',
    description: 'Desk phone with 5 line keys, 24 keys and a 4.3 inch colour display',
    extensions: 6,
    softkeys: 29,
  },
  {
    ...grp26,
    _id: '63f00000000000000005000e',
    model: 'GRP2612',
    description: 'Desk phone with 2 accounts and a 2.4 inch colour display',
    extensions: 2,
    softkeys: 16,
  },
  {
    ...grp26,
    _id: '63f00000000000000005000f',
    model: 'GRP2613',
    description: 'Desk phone with 3 accounts and a 2.8 inch colour display',
    extensions: 3,
    softkeys: 24,
  },
  {
    ...grp26,
    _id: '63f000000000000000050010',
    model: 'GRP2615',
    description: 'Desk phone with 5 accounts, a 4.3 inch colour display and Wi-Fi',
    extensions: 5,
    softkeys: 40,
    sidePanels: { models: ['GBX20'], count: 4, softkeys: 40 },
  },
  {
    ...grp26,
    _id: '63f000000000000000050011',
    model: 'GRP2616',
    description: 'Desk phone with 6 accounts, two colour displays and Wi-Fi',
    extensions: 6,
    softkeys: 24,
  },
  {
    ...adapter,
    _id: '63f000000000000000050012',
    model: 'HT801',
    description: 'Adapter for 1 analogue phone',
    extensions: 1,
  },
  {
    ...adapter,
    _id: '63f000000000000000050013',
    model: 'HT802',
    description: 'Adapter for 2 analogue phones',
    extensions: 2,
  },
  {
    ...adapter,
    _id: '63f000000000000000050014',
    model: 'HT812',
    description: 'Adapter for 2 analogue phones, with a router',
    extensions: 2,
  },
  {
    ...adapter,
    _id: '63f000000000000000050015',
    model: 'HT814',
    description: 'Adapter for 4 analogue phones, with a router',
    extensions: 4,
  },
  {
    ...adapter,
    _id: '63f000000000000000050016',
    model: 'HT818',
    description: 'Adapter for 8 analogue phones, with a router',
    extensions: 8,
  },
];
