import { DECT_BASE, DESK_PHONE, type Model, SOFTKEY_FUNCTIONS } from './model.js';

const level = { mic: { min: 1, max: 8, default: 4 }, speaker: { min: 0, max: 15, default: 8 } };

const desk = {
  brand: 'SNOM',
  brandName: 'Snom',
  softkeyLabels: true,
  softkeyCapabilities: SOFTKEY_FUNCTIONS,
  ringer: { volume: { min: 1, max: 15, default: 8 }, tone: { min: 1, max: 10, default: 1 } },
  volume: { handset: level, headset: level, handsfree: level },
  headset: { button: true, dhsg: true },
  display: { brightness: true, background: true, fontColor: false },
  capabilities: { ...DESK_PHONE, macRedirect: true, customRingtones: true },
  digest: ['MD5'],
} as const;

/** Phones whose keys have paper labels. */
const unlabelled = {
  ...desk,
  softkeyLabels: false,
  display: { brightness: true, background: false, fontColor: false },
} as const;

const SETTINGS =
  'Tones and custom melody: Snom 3x0 User Manual 2007, Ringtones. Levels: settings vol_* as in the provisioning scripts of Gemeinschaft.';

/** The 300 series. */
const series3 = {
  ...unlabelled,
  headset: { button: true, dhsg: false },
  display: { brightness: false, background: false, fontColor: false },
  sidePanels: { models: ['Expansion Module V2.0'], count: 3, softkeys: 42 },
  source: `${SETTINGS} Keys and panels: those scripts. Identities and headset: not found in a manual.`,
} as const;

const D_SERIES = `${SETTINGS} Redirection: Provisioning Guide M700, M300. Identities, keys, panels, headset and display: not found in a manual.`;
const d3 = { ...desk, sidePanels: { models: ['D3'], count: 3, softkeys: 18 }, source: D_SERIES } as const;
const d7 = { ...desk, sidePanels: { models: ['D7', 'D7C'], count: 3, softkeys: 18 }, source: D_SERIES } as const;
const small = { ...unlabelled, extensions: 4, softkeys: 5, source: D_SERIES } as const;

const base = {
  brand: 'SNOM',
  brandName: 'Snom',
  softkeys: 0,
  softkeyLabels: false,
  softkeyCapabilities: [],
  volume: {},
  capabilities: { ...DECT_BASE, macRedirect: true },
  digest: ['MD5'],
  source:
    'Redirection and provisioning by MAC address: Provisioning Guide M700, M300. Handsets: not found in the manual, what one base carries.',
} as const;

/** The phones of Snom. */
export const snom: readonly Model[] = [
  {
    ...series3,
    _id: '63f000000000000000010001',
    model: '370',
    description: 'Desk phone with a graphical display and 12 keys',
    extensions: 12,
    softkeys: 12,
  },
  {
    ...d3,
    _id: '63f000000000000000010002',
    model: 'D385',
    description: 'Desk phone with a 4.3 inch colour display and 12 labelled keys on 4 pages',
    extensions: 12,
    softkeys: 48,
  },
  {
    ...d7,
    _id: '63f000000000000000010003',
    model: 'D785',
    description: 'Desk phone with a colour display and 6 labelled keys on 4 pages',
    extensions: 12,
    softkeys: 24,
  },
  {
    ...base,
    _id: '63f000000000000000010004',
    model: 'M300',
    description: 'DECT base for up to 20 handsets',
    extensions: 20,
  },
  {
    ...unlabelled,
    _id: '63f000000000000000010005',
    model: '300',
    description: 'Desk phone with 6 keys',
    extensions: 4,
    softkeys: 6,
    headset: series3.headset,
    display: series3.display,
    source: series3.source,
  },
  {
    ...series3,
    _id: '63f000000000000000010006',
    model: '320',
    description: 'Desk phone with 12 keys',
    extensions: 12,
    softkeys: 12,
  },
  {
    ...series3,
    _id: '63f000000000000000010007',
    model: '360',
    description: 'Desk phone with a large display and 12 keys',
    extensions: 12,
    softkeys: 12,
  },
  {
    ...unlabelled,
    _id: '63f000000000000000010008',
    model: '720',
    description: 'Desk phone with 18 keys',
    extensions: 12,
    softkeys: 18,
    source: D_SERIES,
  },
  { ...small, _id: '63f000000000000000010009', model: 'D315', description: 'Desk phone with 5 keys' },
  {
    ...d3,
    _id: '63f00000000000000001000a',
    model: 'D345',
    description: 'Desk phone with 12 labelled keys on 4 pages',
    extensions: 12,
    softkeys: 48,
    display: unlabelled.display,
  },
  {
    ...d3,
    _id: '63f00000000000000001000b',
    model: 'D375',
    description: 'Desk phone with a colour display and 12 keys',
    extensions: 12,
    softkeys: 12,
    softkeyLabels: false,
  },
  { ...small, _id: '63f00000000000000001000c', model: 'D712', description: 'Desk phone with 5 keys' },
  {
    ...small,
    _id: '63f00000000000000001000d',
    model: 'D715',
    description: 'Desk phone with 5 keys and a USB port',
    sidePanels: d7.sidePanels,
  },
  {
    ...d7,
    _id: '63f00000000000000001000e',
    model: 'D717',
    description: 'Desk phone with a colour display and 3 labelled keys',
    extensions: 6,
    softkeys: 3,
  },
  {
    ...unlabelled,
    _id: '63f00000000000000001000f',
    model: 'D725',
    description: 'Desk phone with 18 keys',
    extensions: 12,
    softkeys: 18,
    sidePanels: d7.sidePanels,
    source: D_SERIES,
  },
  {
    ...d7,
    _id: '63f000000000000000010010',
    model: 'D735',
    description: 'Desk phone with a colour display and 8 labelled keys on 4 pages',
    extensions: 12,
    softkeys: 32,
  },
  {
    ...d7,
    _id: '63f000000000000000010011',
    model: 'D745',
    description: 'Desk phone with 8 labelled keys on 4 pages',
    extensions: 12,
    softkeys: 32,
    display: unlabelled.display,
  },
  {
    ...d7,
    _id: '63f000000000000000010012',
    model: 'D765',
    description: 'Desk phone with a colour display and 16 keys',
    extensions: 12,
    softkeys: 16,
    softkeyLabels: false,
  },
  {
    ...base,
    _id: '63f000000000000000010013',
    model: 'M400',
    description: 'DECT base for up to 20 handsets',
    extensions: 20,
  },
  {
    ...base,
    _id: '63f000000000000000010014',
    model: 'M700',
    description: 'DECT multicell base, counted as one base with up to 30 handsets',
    extensions: 30,
  },
  {
    ...base,
    _id: '63f000000000000000010015',
    model: 'M900',
    description: 'DECT multicell base, counted as one base with up to 30 handsets',
    extensions: 30,
  },
];
