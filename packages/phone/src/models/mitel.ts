import { DESK_PHONE, type Model } from './model.js';

/** Gain of the microphone in dB; what is heard can't be configured. */
const gain = { mic: { min: -10, max: 10, default: 0 } };

const aastra = {
  brand: 'MITEL',
  brandName: 'Mitel',
  softkeyLabels: false,
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
    'URL',
    'RECORD',
    'PICKUP',
    'PICKUPGROUP',
    'QUEUE',
    'SWITCH',
    'PRESENCE',
  ],
  ringer: { tone: { min: 0, max: 4, default: 0 } },
  volume: { handset: gain, headset: gain, handsfree: gain },
  headset: { button: true, dhsg: false },
  display: { brightness: false, background: false, fontColor: false },
  capabilities: { ...DESK_PHONE, macRedirect: true },
  digest: ['MD5'],
  source:
    'Gains and audio mode: Aastra 53i Administrator Guide 2.0, Audio Transmit and Receive Gain Adjustments. Keys and panels: plugin of wazo-provd for Aastra. Lines: User Guides 6730i and 6757i 3.2. Tones and DHSG: not found in a manual.',
} as const;

const m670 = { models: ['M670i', 'M675i'], count: 3, softkeys: 60 };
const m680 = { models: ['M680i', 'M685i'], count: 3, softkeys: 84 };
const m695 = { models: ['M695'], count: 3, softkeys: 84 };

const series68 = {
  ...aastra,
  ringer: { tone: { min: 0, max: 14, default: 0 } },
  headset: { button: true, dhsg: true },
  capabilities: { ...aastra.capabilities, customRingtones: true },
  source:
    'Keys and panels: Mitel 6800i Administrator Guide 4.0, Softkeys, Programmable Keys, Expansion Module Keys, with pages as in the plugin of wazo-provd. Custom tones: Administrator Guide 4.2, Custom Ring Tones. Gains: Aastra 53i Administrator Guide 2.0. Lines of the 6865i: User Guide 3.3.1. Other lines, tones, DHSG and display: not found in a manual.',
} as const;

/** Phones with a colour display. */
const colour = {
  ...series68,
  softkeyLabels: true,
  display: { brightness: true, background: true, fontColor: true },
} as const;

const series69 = {
  ...colour,
  sidePanels: m695,
  source:
    'Keys of the 6930: plugin of wazo-provd for Aastra; of the others: those of the 6800 with the same display. Gains and tones as on the 6800. Lines and panels: not found in a manual.',
} as const;

/** The phones of Mitel, formerly Aastra. */
export const mitel: readonly Model[] = [
  {
    ...series68,
    _id: '63f000000000000000030001',
    model: '6865i',
    description: 'Desk phone with 8 keys',
    extensions: 9,
    softkeys: 8,
    sidePanels: m680,
  },
  {
    ...colour,
    _id: '63f000000000000000030002',
    model: '6867i',
    description: 'Desk phone with a 3.5 inch colour display and 38 keys on several pages',
    extensions: 9,
    softkeys: 38,
    sidePanels: m680,
  },
  {
    ...colour,
    _id: '63f000000000000000030003',
    model: '6869i',
    description: 'Desk phone with a 4.3 inch colour display and 68 keys on several pages',
    extensions: 24,
    softkeys: 68,
    sidePanels: m680,
  },
  {
    ...aastra,
    _id: '63f000000000000000030004',
    model: '6730i',
    description: 'Desk phone with 8 keys',
    extensions: 6,
    softkeys: 8,
    headset: { button: false, dhsg: false },
  },
  {
    ...aastra,
    _id: '63f000000000000000030005',
    model: '6731i',
    description: 'Desk phone with 8 keys',
    extensions: 6,
    softkeys: 8,
  },
  {
    ...aastra,
    _id: '63f000000000000000030006',
    model: '6735i',
    description: 'Desk phone with 6 keys and 20 labelled keys on several pages',
    extensions: 9,
    softkeys: 26,
    softkeyLabels: true,
    sidePanels: m670,
  },
  {
    ...aastra,
    _id: '63f000000000000000030007',
    model: '6737i',
    description: 'Desk phone with 30 labelled keys on several pages',
    extensions: 9,
    softkeys: 30,
    softkeyLabels: true,
    sidePanels: m670,
  },
  {
    ...aastra,
    _id: '63f000000000000000030008',
    model: '6739i',
    description: 'Desk phone with a 5.7 inch colour touch display and 55 keys',
    extensions: 9,
    softkeys: 55,
    softkeyLabels: true,
    display: { brightness: true, background: true, fontColor: false },
    sidePanels: m670,
  },
  {
    ...aastra,
    _id: '63f000000000000000030009',
    model: '6753i',
    description: 'Desk phone with 6 keys',
    extensions: 9,
    softkeys: 6,
    sidePanels: m670,
  },
  {
    ...aastra,
    _id: '63f00000000000000003000a',
    model: '6755i',
    description: 'Desk phone with 6 keys and 20 labelled keys on several pages',
    extensions: 9,
    softkeys: 26,
    softkeyLabels: true,
    sidePanels: m670,
  },
  {
    ...aastra,
    _id: '63f00000000000000003000b',
    model: '6757i',
    description: 'Desk phone with 30 labelled keys on several pages',
    extensions: 9,
    softkeys: 30,
    softkeyLabels: true,
    sidePanels: m670,
  },
  {
    ...series68,
    _id: '63f00000000000000003000c',
    model: '6863i',
    description: 'Desk phone with 3 keys',
    extensions: 2,
    softkeys: 3,
    headset: { button: true, dhsg: false },
  },
  {
    ...colour,
    _id: '63f00000000000000003000d',
    model: '6873i',
    description: 'Desk phone with a 7 inch colour touch display and 72 keys on several pages',
    extensions: 24,
    softkeys: 72,
    sidePanels: m680,
  },
  {
    ...series69,
    _id: '63f00000000000000003000e',
    model: '6920',
    description: 'Desk phone with a 3.5 inch colour display and 38 keys on several pages',
    extensions: 9,
    softkeys: 38,
  },
  {
    ...series69,
    _id: '63f00000000000000003000f',
    model: '6930',
    description: 'Desk phone with a 4.3 inch colour display, Bluetooth and 68 keys on several pages',
    extensions: 24,
    softkeys: 68,
  },
  {
    ...series69,
    _id: '63f000000000000000030010',
    model: '6940',
    description: 'Desk phone with a 7 inch colour touch display, Bluetooth and 72 keys on several pages',
    extensions: 24,
    softkeys: 72,
  },
];
