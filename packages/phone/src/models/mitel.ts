import { DESK_PHONE, type Model } from './model.js';

const level = { mic: { min: 0, max: 10, default: 5 }, speaker: { min: 0, max: 10, default: 5 } };

const desk = {
  brand: 'MITEL',
  brandName: 'Mitel',
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
    'URL',
    'RECORD',
    'PICKUP',
    'PICKUPGROUP',
    'QUEUE',
    'SWITCH',
    'PRESENCE',
  ],
  ringer: { volume: { min: 0, max: 10, default: 5 }, tone: { min: 0, max: 14, default: 0 } },
  volume: { handset: level, headset: level, handsfree: level },
  headset: { button: true, dhsg: true },
  display: { brightness: true, background: true, fontColor: true },
  capabilities: { ...DESK_PHONE, customRingtones: true },
  digest: ['MD5'],
} as const;

/** The phones of Mitel, formerly Aastra. */
export const mitel: readonly Model[] = [
  {
    ...desk,
    _id: '63f000000000000000030001',
    model: '6865i',
    description: 'Desk phone with 8 keys',
    extensions: 9,
    softkeys: 8,
    softkeyLabels: false,
    display: { brightness: false, background: false, fontColor: false },
    sidePanels: { models: ['M680i', 'M685i'], count: 3, softkeys: 84 },
  },
  {
    ...desk,
    _id: '63f000000000000000030002',
    model: '6867i',
    description: 'Desk phone with a 3.5 inch colour display and 38 keys on several pages',
    extensions: 9,
    softkeys: 38,
    sidePanels: { models: ['M680i', 'M685i'], count: 3, softkeys: 84 },
  },
  {
    ...desk,
    _id: '63f000000000000000030003',
    model: '6869i',
    description: 'Desk phone with a 4.3 inch colour display and 68 keys on several pages',
    extensions: 24,
    softkeys: 68,
    sidePanels: { models: ['M680i', 'M685i'], count: 3, softkeys: 84 },
  },
];
