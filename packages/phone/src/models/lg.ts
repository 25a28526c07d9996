import { DESK_PHONE, type Model } from './model.js';

const level = { mic: { min: 1, max: 10, default: 5 }, speaker: { min: 1, max: 10, default: 5 } };

/** The phones of Ericsson-LG. */
export const lg: readonly Model[] = [
  {
    _id: '63f000000000000000070001',
    brand: 'LG',
    brandName: 'Ericsson-LG',
    model: 'IP8830E',
    description: 'Desk phone with 12 keys',
    extensions: 1,
    softkeys: 12,
    softkeyLabels: false,
    softkeyCapabilities: ['SPEEDDIAL', 'BLF', 'LINE', 'DND', 'REDIAL', 'VOICEMAIL', 'PICKUP', 'PICKUPGROUP'],
    ringer: { volume: { min: 1, max: 10, default: 5 }, tone: { min: 1, max: 8, default: 1 } },
    volume: { handset: level, headset: level, handsfree: level },
    headset: { button: true, dhsg: false },
    display: { brightness: false, background: false, fontColor: false },
    capabilities: { ...DESK_PHONE, macRedirect: false },
    digest: ['MD5'],
  },
];
