import { DESK_PHONE, type Model } from './model.js';

const level = { mic: { min: 0, max: 15, default: 8 }, speaker: { min: 0, max: 15, default: 8 } };

const desk = {
  brand: 'CISCO',
  brandName: 'Cisco',
  softkeyLabels: true,
  softkeyCapabilities: ['SPEEDDIAL', 'BLF', 'LINE', 'DND', 'DNDOTHER', 'REDIAL', 'VOICEMAIL', 'PICKUP', 'PICKUPGROUP'],
  ringer: { volume: { min: 0, max: 15, default: 8 }, tone: { min: 1, max: 10, default: 1 } },
  volume: { handset: level, headset: level, handsfree: level },
  headset: { button: true, dhsg: false },
  display: { brightness: true, background: true, fontColor: false },
  capabilities: { ...DESK_PHONE, macRedirect: false },
  digest: ['MD5'],
} as const;

/** The phones of Cisco, formerly Linksys. */
export const cisco: readonly Model[] = [
  {
    ...desk,
    _id: '63f000000000000000040001',
    model: 'SPA504G',
    description: 'Desk phone with 4 lines',
    extensions: 4,
    softkeys: 4,
    sidePanels: { models: ['SPA500S'], count: 2, softkeys: 32 },
  },
  {
    ...desk,
    _id: '63f000000000000000040002',
    model: 'SPA525G2',
    description: 'Desk phone with 5 lines, a colour display, Wi-Fi and Bluetooth',
    extensions: 5,
    softkeys: 5,
    sidePanels: { models: ['SPA500S'], count: 2, softkeys: 32 },
  },
];
