import { DESK_PHONE, type Model } from './model.js';

const level = { mic: { min: 1, max: 10, default: 5 }, speaker: { min: 1, max: 10, default: 5 } };

const desk = {
  brand: 'LG',
  brandName: 'Ericsson-LG',
  extensions: 1,
  softkeyLabels: false,
  softkeyCapabilities: ['SPEEDDIAL', 'BLF', 'LINE', 'DND', 'REDIAL', 'VOICEMAIL', 'PICKUP', 'PICKUPGROUP'],
  ringer: { volume: { min: 1, max: 10, default: 5 }, tone: { min: 1, max: 8, default: 1 } },
  volume: { handset: level, headset: level, handsfree: level },
  headset: { button: true, dhsg: false },
  display: { brightness: false, background: false, fontColor: false },
  capabilities: DESK_PHONE,
  digest: ['MD5'],
} as const;

const CHECK_SYNC = 'Provisioning and check-sync: LIP-8002 Installer Guide, SIP Server Check-in Request.';
const ip8800 = {
  ...desk,
  source: `Keys of the IP8820: LG 8820 User Guide, flexible buttons. ${CHECK_SYNC} Other keys, levels and tones: not found in a manual.`,
} as const;
const ip1000 = {
  ...desk,
  source: `${CHECK_SYNC} Keys, levels and tones: not found in a manual, the fewest that may be there.`,
} as const;

/** The phones of Ericsson-LG. */
export const lg: readonly Model[] = [
  {
    ...ip8800,
    _id: '63f000000000000000070001',
    model: 'IP8830E',
    description: 'Desk phone with 12 keys',
    softkeys: 12,
  },
  { ...ip8800, _id: '63f000000000000000070002', model: 'IP8802E', description: 'Desk phone with 4 keys', softkeys: 4 },
  { ...ip8800, _id: '63f000000000000000070003', model: 'IP8820', description: 'Desk phone with 12 keys', softkeys: 12 },
  { ...ip1000, _id: '63f000000000000000070004', model: '1010i', description: 'Desk phone with 4 keys', softkeys: 4 },
  { ...ip1000, _id: '63f000000000000000070005', model: '1020i', description: 'Desk phone with 8 keys', softkeys: 8 },
  { ...ip1000, _id: '63f000000000000000070006', model: '1030i', description: 'Desk phone with 8 keys', softkeys: 8 },
  { ...ip1000, _id: '63f000000000000000070007', model: '1040i', description: 'Desk phone with 8 keys', softkeys: 8 },
];
