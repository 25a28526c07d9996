import { ADAPTER, DESK_PHONE, type Model } from './model.js';

const volume = (level: number) => ({ speaker: { min: 0, max: 15, default: level } });

const desk = {
  brand: 'CISCO',
  brandName: 'Cisco',
  softkeyLabels: true,
  softkeyCapabilities: ['SPEEDDIAL', 'BLF', 'LINE', 'DND', 'DNDOTHER', 'REDIAL', 'VOICEMAIL', 'PICKUP', 'PICKUPGROUP'],
  ringer: { volume: { min: 0, max: 15, default: 8 }, tone: { min: 1, max: 10, default: 1 } },
  volume: { handset: volume(8), headset: volume(8), handsfree: volume(8) },
  headset: { button: true, dhsg: false },
  display: { brightness: true, background: false, fontColor: false },
  capabilities: DESK_PHONE,
  digest: ['MD5'],
} as const;

const spa500 = {
  ...desk,
  sidePanels: { models: ['SPA500S'], count: 2, softkeys: 32 },
  source:
    'Keys and panels: plugin of wazo-provd for Cisco SPA. Volumes and tones: those of the Linksys SPA941 Administrator Guide, Audio Volume Adjustment and Ring Tone. Lines of the SPA525G2: Cisco SPA and Wireless IP Phone Administration Guide. Other lines, display and headset: not found in a manual.',
} as const;

const spa900 = {
  ...desk,
  source:
    'Lines: Cisco SPA and Wireless IP Phone Administration Guide, Configuring Lines. Volumes and tones: Linksys SPA941 Administrator Guide, Audio Volume Adjustment and Ring Tone. Display and headset: not found in a manual.',
} as const;

/** Phones with a single line and no key for another. */
const keyless = { extensions: 1, softkeys: 0, softkeyLabels: false, softkeyCapabilities: [] } as const;

const adapter = {
  brand: 'CISCO',
  brandName: 'Cisco',
  ...keyless,
  extensions: 2,
  volume: {},
  capabilities: ADAPTER,
  digest: ['MD5'],
  source: 'Provisioning: Provisioning Guide for SPA112, SPA122 and SPA232D. Number of ports: not found in the manual.',
} as const;

/** Multiplatform phones, which are configured as the SPA phones are. */
const multiplatform = {
  ...desk,
  ringer: { volume: { min: 0, max: 15, default: 9 }, tone: { min: 1, max: 10, default: 1 } },
  volume: { handset: volume(10), headset: volume(10), handsfree: volume(11) },
  source:
    'Volumes: Webex API, VolumeSettingsObject, for multiplatform phones. Lines, keys, panels, tones, headset and display: not found in a manual.',
} as const;

const series8800 = {
  ...multiplatform,
  extensions: 10,
  softkeys: 10,
  headset: { button: true, dhsg: true },
  display: { brightness: true, background: true, fontColor: false },
} as const;

/** The phones of Cisco, formerly Linksys. */
export const cisco: readonly Model[] = [
  {
    ...spa500,
    _id: '63f000000000000000040001',
    model: 'SPA504G',
    description: 'Desk phone with 4 lines',
    extensions: 4,
    softkeys: 4,
  },
  {
    ...spa500,
    _id: '63f000000000000000040002',
    model: 'SPA525G2',
    description: 'Desk phone with 5 lines, a colour display, Wi-Fi and Bluetooth',
    extensions: 5,
    softkeys: 5,
    display: { brightness: true, background: true, fontColor: false },
  },
  {
    ...desk,
    _id: '63f000000000000000040003',
    model: 'SPA303',
    description: 'Desk phone with 3 lines',
    extensions: 3,
    softkeys: 3,
    source: spa500.source,
  },
  {
    ...spa500,
    _id: '63f000000000000000040004',
    model: 'SPA501G',
    description: 'Desk phone with 8 lines and paper labels',
    extensions: 8,
    softkeys: 8,
    softkeyLabels: false,
    display: { brightness: false, background: false, fontColor: false },
  },
  {
    ...spa500,
    ...keyless,
    _id: '63f000000000000000040005',
    model: 'SPA502G',
    description: 'Desk phone with 1 line',
    softkeyCapabilities: desk.softkeyCapabilities,
  },
  {
    ...spa500,
    _id: '63f000000000000000040006',
    model: 'SPA508G',
    description: 'Desk phone with 8 lines',
    extensions: 8,
    softkeys: 8,
  },
  {
    ...spa500,
    _id: '63f000000000000000040007',
    model: 'SPA509G',
    description: 'Desk phone with 12 lines',
    extensions: 12,
    softkeys: 12,
  },
  {
    ...spa500,
    ...keyless,
    _id: '63f000000000000000040008',
    model: 'SPA512G',
    description: 'Desk phone with 1 line and gigabit Ethernet',
    softkeyCapabilities: desk.softkeyCapabilities,
  },
  {
    ...spa500,
    _id: '63f000000000000000040009',
    model: 'SPA514G',
    description: 'Desk phone with 4 lines and gigabit Ethernet',
    extensions: 4,
    softkeys: 4,
  },
  { ...spa900, ...keyless, _id: '63f00000000000000004000a', model: 'SPA922', description: 'Desk phone with 1 line' },
  {
    ...spa900,
    _id: '63f00000000000000004000b',
    model: 'SPA942',
    description: 'Desk phone with 4 lines',
    extensions: 4,
    softkeys: 4,
  },
  {
    ...spa900,
    _id: '63f00000000000000004000c',
    model: 'SPA962',
    description: 'Desk phone with 6 lines and a colour display',
    extensions: 6,
    softkeys: 6,
    display: { brightness: true, background: true, fontColor: false },
    sidePanels: { models: ['SPA932'], count: 2, softkeys: 32 },
  },
  { ...adapter, _id: '63f00000000000000004000d', model: 'SPA112', description: 'Adapter for 2 analogue phones' },
  {
    ...adapter,
    _id: '63f00000000000000004000e',
    model: 'SPA122',
    description: 'Adapter for 2 analogue phones, with a router',
  },
  {
    ...multiplatform,
    _id: '63f00000000000000004000f',
    model: '7821-3PCC',
    description: 'Desk phone with 2 lines, multiplatform firmware',
    extensions: 2,
    softkeys: 2,
  },
  {
    ...multiplatform,
    _id: '63f000000000000000040010',
    model: '7841-3PCC',
    description: 'Desk phone with 4 lines, multiplatform firmware',
    extensions: 4,
    softkeys: 4,
  },
  {
    ...multiplatform,
    _id: '63f000000000000000040011',
    model: '7861-3PCC',
    description: 'Desk phone with 16 lines, multiplatform firmware',
    extensions: 16,
    softkeys: 16,
    softkeyLabels: false,
  },
  {
    ...series8800,
    _id: '63f000000000000000040012',
    model: '8811-3PCC',
    description: 'Desk phone with 10 line keys, multiplatform firmware',
    display: multiplatform.display,
  },
  {
    ...series8800,
    _id: '63f000000000000000040013',
    model: '8841-3PCC',
    description: 'Desk phone with a colour display and 10 line keys, multiplatform firmware',
  },
  {
    ...series8800,
    _id: '63f000000000000000040014',
    model: '8851-3PCC',
    description: 'Desk phone with a colour display, Bluetooth and 10 line keys, multiplatform firmware',
    sidePanels: { models: ['CP-8800-A-KEM', 'BEKEM'], count: 2, softkeys: 36 },
  },
  {
    ...series8800,
    _id: '63f000000000000000040015',
    model: '8861-3PCC',
    description: 'Desk phone with a colour display, Bluetooth, Wi-Fi and 10 line keys, multiplatform firmware',
    sidePanels: { models: ['CP-8800-A-KEM', 'BEKEM'], count: 3, softkeys: 36 },
  },
];
