import type { Model } from './model.js';

const level = { mic: { min: 0, max: 10, default: 5 }, speaker: { min: 0, max: 10, default: 5 } };

const soft = {
  brand: 'GENERIC',
  brandName: 'Generic',
  extensions: 1,
  softkeys: 0,
  softkeyLabels: false,
  softkeyCapabilities: [],
  ringer: { volume: { min: 0, max: 10, default: 5 }, tone: { min: 0, max: 10, default: 0 } },
  volume: { handset: level, headset: level, handsfree: level },
  capabilities: {
    provision: false,
    macRedirect: false,
    customRingtones: false,
    multipleHandsets: false,
    sipConfigReload: false,
    sipReboot: false,
    callWaiting: true,
    hdAudio: true,
    video: true,
    network: false,
  },
  digest: ['MD5'],
  source: 'No manual: what such clients have in common.',
} as const;

/** Clients that no vendor's configuration describes. */
export const generic: readonly Model[] = [
  {
    ...soft,
    _id: '63f000000000000000080001',
    model: 'Softphone',
    description: 'Any SIP client that is configured by hand',
  },
  {
    ...soft,
    _id: '63f000000000000000080002',
    model: 'WebRTC',
    description: 'SIP client in a browser, over WebSocket',
  },
  {
    ...soft,
    _id: '63f000000000000000080003',
    model: 'SIP phone',
    description: 'Any phone that is configured by hand',
    capabilities: { ...soft.capabilities, hdAudio: false, video: false },
  },
];
