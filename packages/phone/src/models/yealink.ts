import { DECT_BASE, DESK_PHONE, type Model, SOFTKEY_FUNCTIONS } from './model.js';

const level = { mic: { min: -50, max: 50, default: 0 }, speaker: { min: 1, max: 15, default: 8 } };

const desk = {
  brand: 'YEALINK',
  brandName: 'Yealink',
  softkeyLabels: true,
  softkeyCapabilities: SOFTKEY_FUNCTIONS,
  ringer: { volume: { min: 0, max: 15, default: 5 }, tone: { min: 1, max: 8, default: 1 } },
  volume: { handset: level, headset: level, handsfree: level },
  headset: { button: true, dhsg: true },
  display: { brightness: true, background: true, fontColor: false },
  capabilities: { ...DESK_PHONE, macRedirect: true, customRingtones: true },
  digest: ['MD5'],
  source:
    'Accounts, line keys and panels: plugin of wazo-provd for Yealink, v80 and v85. Upper end of the volumes: voice.ring_vol and voice.*.spk_vol of working configuration files. Redirection: Yeastar P-Series Developer Guide, Bulk Add IP Phones (RPS). Send volumes, lower ends, tones, headset and display: not found in a manual.',
} as const;

/** Phones with a display of few lines, and no port for a wireless headset. */
const plain = {
  ...desk,
  headset: { button: true, dhsg: false },
  display: { brightness: true, background: false, fontColor: false },
} as const;
const keyless = { ...plain, softkeys: 0, softkeyLabels: false, softkeyCapabilities: [] } as const;

const exp40 = { models: ['EXP40'], count: 6, softkeys: 40 };
const exp43 = { models: ['EXP43'], count: 3, softkeys: 60 };
const exp50 = { models: ['EXP50'], count: 3, softkeys: 60 };

const conference = {
  ...keyless,
  extensions: 1,
  volume: { handsfree: level },
  headset: { button: false, dhsg: false },
  description: 'Conference phone',
} as const;

const base = {
  brand: 'YEALINK',
  brandName: 'Yealink',
  softkeys: 0,
  softkeyLabels: false,
  softkeyCapabilities: [],
  volume: {},
  capabilities: { ...DECT_BASE, macRedirect: true },
  digest: ['MD5'],
} as const;
const ACCOUNTS = 'Accounts of the W70B, W80 and W90: Administrator Guides for DECT, Supported Accounts.';
const UNCONFIRMED = 'Handsets: not found in the manual.';

/** The phones of Yealink. */
export const yealink: readonly Model[] = [
  {
    ...plain,
    _id: '63f000000000000000020001',
    model: 'T31P',
    description: 'Desk phone with 2 line keys',
    extensions: 2,
    softkeys: 2,
    softkeyLabels: false,
  },
  {
    ...desk,
    _id: '63f000000000000000020002',
    model: 'T46U',
    description: 'Desk phone with a 4.3 inch colour display and 10 labelled keys on 3 pages',
    extensions: 16,
    softkeys: 27,
    sidePanels: exp43,
  },
  {
    ...desk,
    _id: '63f000000000000000020003',
    model: 'T54W',
    description: 'Desk phone with a 4.3 inch colour display, Wi-Fi and Bluetooth',
    extensions: 16,
    softkeys: 27,
    sidePanels: exp50,
  },
  {
    ...base,
    _id: '63f000000000000000020004',
    model: 'W70B',
    description: 'DECT base for up to 10 handsets',
    extensions: 10,
    source: ACCOUNTS,
  },
  { ...keyless, _id: '63f000000000000000020005', model: 'T19P E2', description: 'Desk phone', extensions: 1 },
  {
    ...plain,
    _id: '63f000000000000000020006',
    model: 'T21P E2',
    description: 'Desk phone with 2 line keys',
    extensions: 2,
    softkeys: 2,
    softkeyLabels: false,
  },
  {
    ...plain,
    _id: '63f000000000000000020007',
    model: 'T23G',
    description: 'Desk phone with 3 line keys and gigabit Ethernet',
    extensions: 3,
    softkeys: 3,
  },
  {
    ...plain,
    _id: '63f000000000000000020008',
    model: 'T27G',
    description: 'Desk phone with 8 labelled keys on 3 pages',
    extensions: 6,
    softkeys: 21,
    headset: desk.headset,
    sidePanels: exp40,
  },
  { ...keyless, _id: '63f000000000000000020009', model: 'T30P', description: 'Desk phone', extensions: 1 },
  {
    ...desk,
    _id: '63f00000000000000002000a',
    model: 'T33G',
    description: 'Desk phone with a colour display and 4 line keys',
    extensions: 4,
    softkeys: 4,
    headset: plain.headset,
  },
  {
    ...plain,
    _id: '63f00000000000000002000b',
    model: 'T40G',
    description: 'Desk phone with 3 line keys and gigabit Ethernet',
    extensions: 3,
    softkeys: 3,
    headset: desk.headset,
  },
  {
    ...plain,
    _id: '63f00000000000000002000c',
    model: 'T41S',
    description: 'Desk phone with 6 labelled keys on 3 pages',
    extensions: 6,
    softkeys: 15,
    headset: desk.headset,
  },
  {
    ...plain,
    _id: '63f00000000000000002000d',
    model: 'T42U',
    description: 'Desk phone with 6 labelled keys on 3 pages and gigabit Ethernet',
    extensions: 12,
    softkeys: 15,
    headset: desk.headset,
  },
  {
    ...desk,
    _id: '63f00000000000000002000e',
    model: 'T46S',
    description: 'Desk phone with a 4.3 inch colour display and 10 labelled keys on 3 pages',
    extensions: 16,
    softkeys: 27,
    sidePanels: exp40,
  },
  {
    ...desk,
    _id: '63f00000000000000002000f',
    model: 'T48S',
    description: 'Desk phone with a 7 inch touch display',
    extensions: 16,
    softkeys: 29,
    sidePanels: exp40,
  },
  {
    ...desk,
    _id: '63f000000000000000020010',
    model: 'T48U',
    description: 'Desk phone with a 7 inch touch display and two USB ports',
    extensions: 16,
    softkeys: 29,
    sidePanels: exp43,
  },
  {
    ...plain,
    _id: '63f000000000000000020011',
    model: 'T53W',
    description: 'Desk phone with 8 labelled keys on 3 pages, Wi-Fi and Bluetooth',
    extensions: 12,
    softkeys: 21,
    headset: desk.headset,
    sidePanels: exp50,
  },
  {
    ...desk,
    _id: '63f000000000000000020012',
    model: 'T57W',
    description: 'Desk phone with a 7 inch touch display, Wi-Fi and Bluetooth',
    extensions: 16,
    softkeys: 29,
    sidePanels: exp50,
  },
  {
    ...desk,
    _id: '63f000000000000000020013',
    model: 'T58W',
    description: 'Desk phone with Android, a 7 inch touch display and an optional camera',
    extensions: 16,
    softkeys: 27,
    sidePanels: exp50,
    capabilities: { ...desk.capabilities, video: true },
  },
  { ...conference, _id: '63f000000000000000020014', model: 'CP920' },
  { ...conference, _id: '63f000000000000000020015', model: 'CP960' },
  {
    ...base,
    _id: '63f000000000000000020016',
    model: 'W52P',
    description: 'DECT base for up to 5 handsets',
    extensions: 5,
    source: UNCONFIRMED,
  },
  {
    ...base,
    _id: '63f000000000000000020017',
    model: 'W60B',
    description: 'DECT base for up to 8 handsets',
    extensions: 8,
    source: UNCONFIRMED,
  },
  {
    ...base,
    _id: '63f000000000000000020018',
    model: 'W80DM',
    description: 'DECT manager of a multicell system for up to 100 handsets',
    extensions: 100,
    source: ACCOUNTS,
  },
  {
    ...base,
    _id: '63f000000000000000020019',
    model: 'W90DM',
    description: 'DECT manager of a multicell system for up to 250 handsets',
    extensions: 250,
    source: ACCOUNTS,
  },
];
