import { DECT_BASE, DESK_PHONE, type Model } from './model.js';

const level = { mic: { min: 0, max: 8, default: 4 }, speaker: { min: 0, max: 8, default: 4 } };

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
  ringer: { volume: { min: 0, max: 7, default: 4 }, tone: { min: 0, max: 3, default: 0 } },
  volume: { handset: level, headset: level, handsfree: level },
  headset: { button: true, dhsg: true },
  display: { brightness: true, background: true, fontColor: false },
  capabilities: DESK_PHONE,
  digest: ['MD5'],
} as const;

/** The phones of Grandstream. */
export const grandstream: readonly Model[] = [
  {
    ...desk,
    _id: '63f000000000000000050001',
    model: 'GRP2614',
    description: 'Desk phone with 4 lines and two colour displays',
    extensions: 4,
    softkeys: 24,
  },
  {
    ...desk,
    _id: '63f000000000000000050002',
    model: 'GXP2170',
    description: 'Desk phone with 12 lines and a 4.3 inch colour display',
    extensions: 12,
    softkeys: 48,
    sidePanels: { models: ['GXP2200EXT'], count: 4, softkeys: 40 },
  },
  {
    _id: '63f000000000000000050003',
    brand: 'GRANDSTREAM',
    brandName: 'Grandstream',
    model: 'DP752',
    description: 'DECT base for up to 5 handsets',
    extensions: 5,
    softkeys: 0,
    softkeyLabels: false,
    softkeyCapabilities: [],
    volume: {},
    capabilities: DECT_BASE,
    digest: ['MD5'],
  },
];
