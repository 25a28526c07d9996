/** What a softkey can do. */
export const SOFTKEY_FUNCTIONS = [
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
  'HOLD',
  'RECORD',
  'MENU',
  'PICKUP',
  'PICKUPGROUP',
  'QUEUE',
  'SWITCH',
  'PRESENCE',
] as const;

/** What a softkey can do. */
export type SoftkeyFunction = (typeof SOFTKEY_FUNCTIONS)[number];

/** Whole numbers from `min` to `max`, and the one that holds when none was chosen. */
export interface Range {
  min: number;
  max: number;
  default: number;
}

/** The microphone and speaker level of one way to talk. */
export interface Levels {
  mic: Range;
  speaker: Range;
}

/** Ways to talk that have levels of their own. */
export const TALK_PATHS = ['handset', 'headset', 'handsfree'] as const;

/** A way to talk that has levels of its own. */
export type TalkPath = (typeof TALK_PATHS)[number];

/** The brands of the catalogue. */
export type Brand = 'SNOM' | 'MITEL' | 'LG' | 'YEALINK' | 'CISCO' | 'GIGASET' | 'GRANDSTREAM' | 'GENERIC';

/** What a phone model can do that others cannot. */
export interface Capabilities {
  /** It fetches its configuration by its MAC address, which is therefore required. */
  provision: boolean;
  /** Its vendor's redirection service can point it to us. */
  macRedirect: boolean;
  customRingtones: boolean;
  /** It is a base with handsets, each a phone of its own at a place of its own. */
  multipleHandsets: boolean;
  /** A NOTIFY makes it fetch its configuration again. */
  sipConfigReload: boolean;
  /** A NOTIFY makes it start again. */
  sipReboot: boolean;
  callWaiting: boolean;
  video: boolean;
  /** Its network settings are ours to configure. */
  network: boolean;
}

/** One phone model, as the catalogue describes it. */
export interface Model {
  /** 24 hex digits, the same for ever. */
  _id: string;
  brand: Brand;
  /** The brand as its owner writes it. */
  brandName: string;
  model: string;
  /** URL of a picture. */
  picture?: string;
  description: string;
  /** How many phones may share one MAC address. */
  extensions: number;
  /** Number of softkeys, without those of side panels. */
  softkeys: number;
  /** Whether a softkey shows a label. */
  softkeyLabels: boolean;
  softkeyCapabilities: readonly SoftkeyFunction[];
  /** Side panels that can be attached; absent when there are none. */
  sidePanels?: {
    models: readonly string[];
    /** How many at most. */
    count: number;
    /** Softkeys of each. */
    softkeys: number;
  };
  ringer?: {
    volume?: Range;
    /** Indexes of the built-in ringtones. */
    tone?: Range;
  };
  volume: { readonly [path in TalkPath]?: Levels };
  headset?: { button: boolean; dhsg: boolean };
  display?: { brightness: boolean; background: boolean; fontColor: boolean };
  capabilities: Capabilities;
  /** Digest algorithms it understands, the best first (RFC 7616, RFC 8760). */
  digest: readonly ('SHA-256' | 'MD5')[];
}

/** What most desk phones have in common. */
export const DESK_PHONE: Capabilities = {
  provision: true,
  macRedirect: true,
  customRingtones: false,
  multipleHandsets: false,
  sipConfigReload: true,
  sipReboot: true,
  callWaiting: true,
  video: false,
  network: true,
};

/** What DECT bases have in common: they carry several handsets and no keys, tones or levels that we configure. */
export const DECT_BASE: Capabilities = { ...DESK_PHONE, multipleHandsets: true };
