import { type Static, Type } from 'typebox';

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

/** Ways to talk that have levels of their own. */
export const TALK_PATHS = ['handset', 'headset', 'handsfree'] as const;

/** A way to talk that has levels of its own. */
export type TalkPath = (typeof TALK_PATHS)[number];

/** The brands of the catalogue. */
export const BRANDS = ['SNOM', 'MITEL', 'LG', 'YEALINK', 'CISCO', 'GIGASET', 'GRANDSTREAM', 'GENERIC'] as const;

/** A brand of the catalogue. */
export type Brand = (typeof BRANDS)[number];

const closed = { additionalProperties: false };
const flag = Type.Boolean();
/** A line that people read: no control characters, no space at its ends. */
const line = (maxLength: number) => Type.String({ maxLength, pattern: '^(?!\\s)[^\\p{Cc}\\p{Cs}]+(?<!\\s)$' });
const count = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const level = count(-1_000, 1_000);

const range = Type.Object({ min: level, max: level, default: level }, closed);

/** Whole numbers from `min` to `max`, and the one that holds when none was chosen. */
export type Range = Static<typeof range>;

const levels = Type.Object({ mic: Type.Optional(range), speaker: Type.Optional(range) }, closed);

/** The microphone and speaker level of one way to talk; one that can't be configured is absent. */
export type Levels = Static<typeof levels>;

const capabilities = Type.Object(
  {
    /** It fetches its configuration by its MAC address, which is therefore required. */
    provision: flag,
    /** Its vendor's redirection service can point it to us. */
    macRedirect: flag,
    customRingtones: flag,
    /** It is a base with handsets, each a phone of its own at a place of its own. */
    multipleHandsets: flag,
    /** A NOTIFY makes it fetch its configuration again. */
    sipConfigReload: flag,
    /** A NOTIFY makes it start again. */
    sipReboot: flag,
    callWaiting: flag,
    /** It has a wideband codec, such as G.722. */
    hdAudio: flag,
    video: flag,
    /** Its network settings are ours to configure. */
    network: flag,
  },
  closed,
);

/** What a phone model can do that others cannot. */
export type Capabilities = Static<typeof capabilities>;

const properties = {
  brand: Type.Enum(BRANDS),
  /** The brand as its owner writes it. */
  brandName: line(64),
  model: line(64),
  /** URL of a picture. */
  picture: Type.Optional(line(1_024)),
  description: line(256),
  /** How many phones may share one MAC address. */
  extensions: count(1, 1_000),
  /** Number of softkeys on all their pages, without those of side panels. */
  softkeys: count(0, 256),
  /** Whether a softkey shows a label. */
  softkeyLabels: flag,
  softkeyCapabilities: Type.Unsafe<readonly SoftkeyFunction[]>(
    Type.Array(Type.Enum(SOFTKEY_FUNCTIONS), { maxItems: SOFTKEY_FUNCTIONS.length, uniqueItems: true }),
  ),
  /** Side panels that can be attached; absent when there are none. */
  sidePanels: Type.Optional(
    Type.Object(
      {
        models: Type.Unsafe<readonly string[]>(Type.Array(line(64), { minItems: 1, maxItems: 16, uniqueItems: true })),
        /** How many at most. */
        count: count(1, 6),
        /** Softkeys of each, of the largest where they differ. */
        softkeys: count(1, 128),
      },
      closed,
    ),
  ),
  ringer: Type.Optional(
    Type.Object(
      {
        volume: Type.Optional(range),
        /** Indexes of the built-in ringtones. */
        tone: Type.Optional(range),
      },
      closed,
    ),
  ),
  volume: Type.Object(
    { handset: Type.Optional(levels), headset: Type.Optional(levels), handsfree: Type.Optional(levels) },
    closed,
  ),
  headset: Type.Optional(Type.Object({ button: flag, dhsg: flag }, closed)),
  display: Type.Optional(Type.Object({ brightness: flag, background: flag, fontColor: flag }, closed)),
  capabilities,
  /** Digest algorithms it understands, the best first (RFC 7616, RFC 8760). */
  digest: Type.Unsafe<readonly ('SHA-256' | 'MD5')[]>(
    Type.Array(Type.Enum(['SHA-256', 'MD5']), { minItems: 1, maxItems: 2, uniqueItems: true }),
  ),
  /** The text that its configuration file is made of, with `%KEYWORD%` where the phone's settings go. */
  configurationTemplate: Type.Optional(Type.String({ maxLength: 65_536, pattern: '^[^\\0\\p{Cs}]*$' })),
  /** Which documents the figures are from, and which figures no document confirms. */
  source: Type.Optional(line(1_024)),
};

/** Everything that is known of a phone model but its id. */
export const ModelProperties = Type.Object(properties, closed);

/** Everything that is known of a phone model but its id. */
export type ModelProperties = Static<typeof ModelProperties>;

/** One phone model, as the catalogue describes it; its id is 24 hex digits, the same for ever. */
export type Model = { _id: string } & ModelProperties;

/** What most desk phones have in common. */
export const DESK_PHONE: Capabilities = {
  provision: true,
  macRedirect: false,
  customRingtones: false,
  multipleHandsets: false,
  sipConfigReload: true,
  sipReboot: true,
  callWaiting: true,
  hdAudio: true,
  video: false,
  network: true,
};

/** What DECT bases have in common: they carry several handsets and no keys, tones or levels that we configure. */
export const DECT_BASE: Capabilities = { ...DESK_PHONE, multipleHandsets: true };

/** What adapters for analogue phones have in common. */
export const ADAPTER: Capabilities = { ...DESK_PHONE, hdAudio: false };
