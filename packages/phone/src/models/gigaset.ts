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
  source:
    'One SIP account for each handset: Gigaset wiki, Mobile devices, Administration, for N610, N670 and N870. Number of handsets: not found in a manual, what one base carries without a licence or another manager.',
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
  {
    ...base,
    _id: '63f000000000000000060003',
    model: 'N610 IP PRO',
    description: 'DECT base for up to 8 handsets',
    extensions: 8,
  },
  {
    ...base,
    _id: '63f000000000000000060004',
    model: 'N670 IP PRO',
    description: 'DECT base for up to 20 handsets',
    extensions: 20,
  },
  {
    ...base,
    _id: '63f000000000000000060005',
    model: 'N870E IP PRO',
    description: 'DECT multicell base with external antennas for up to 20 handsets',
    extensions: 20,
  },
];
