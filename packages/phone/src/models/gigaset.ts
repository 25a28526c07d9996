import { DECT_BASE, type Model } from './model.js';

const base = {
  brand: 'GIGASET',
  brandName: 'Gigaset',
  softkeys: 0,
  softkeyLabels: false,
  softkeyCapabilities: [],
  volume: {},
  capabilities: { ...DECT_BASE, sipReboot: false },
  digest: ['MD5'],
} as const;

/** The DECT bases of Gigaset. */
export const gigaset: readonly Model[] = [
  {
    ...base,
    _id: '63f000000000000000060001',
    model: 'N510 IP PRO',
    description: 'DECT base for up to 6 handsets',
    extensions: 6,
  },
  {
    ...base,
    _id: '63f000000000000000060002',
    model: 'N870 IP PRO',
    description: 'DECT multicell base for up to 20 handsets',
    extensions: 20,
  },
];
