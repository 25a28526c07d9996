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
const flag = (description: string) => Type.Boolean({ description });
/** A line that people read: no control characters, no space at its ends. */
const line = (maxLength: number, description: string, ...examples: string[]) =>
  Type.String({ maxLength, pattern: '^(?!\\s)[^\\p{Cc}\\p{Cs}]+(?<!\\s)$', description, examples });
const count = (minimum: number, maximum: number, description: string, example: number) =>
  Type.Integer({ minimum, maximum, description, examples: [example] });
const level = (description: string, example: number) => count(-1_000, 1_000, description, example);

const range = (description: string) =>
  Type.Object(
    {
      min: level('Lowest', 0),
      max: level('Highest', 15),
      default: level('The one that holds when none was chosen', 8),
    },
    { ...closed, description },
  );

/** Whole numbers from `min` to `max`, and the one that holds when none was chosen. */
export type Range = Static<ReturnType<typeof range>>;

const levels = (device: string) =>
  Type.Object(
    {
      mic: Type.Optional(range(`Levels of the ${device}'s microphone`)),
      speaker: Type.Optional(range(`Levels of the ${device}'s speaker`)),
    },
    closed,
  );

/** The microphone and speaker level of one way to talk; one that can't be configured is absent. */
export type Levels = Static<ReturnType<typeof levels>>;

const capabilities = Type.Object(
  {
    provision: flag('It fetches its configuration by its MAC address, which is therefore required'),
    macRedirect: flag("Its vendor's redirection service can point it to us"),
    customRingtones: flag('It can play ringtones that are not built in'),
    multipleHandsets: flag('It is a base with handsets, each a phone of its own at a place of its own'),
    sipConfigReload: flag('A NOTIFY makes it fetch its configuration again'),
    sipReboot: flag('A NOTIFY makes it start again'),
    callWaiting: flag('A call can come in during another one'),
    hdAudio: flag('It has a wideband codec, such as G.722'),
    video: flag('It has a video codec'),
    network: flag('Its network settings are ours to configure'),
  },
  { ...closed, description: 'What it can do that others cannot' },
);

/** What a phone model can do that others cannot. */
export type Capabilities = Static<typeof capabilities>;

const sidePanels = Type.Object(
  {
    models: Type.Unsafe<readonly string[]>(
      Type.Array(line(64, 'Name of a model', 'D7'), { minItems: 1, maxItems: 16, uniqueItems: true }),
    ),
    count: count(1, 6, 'How many at most', 3),
    softkeys: count(1, 128, 'Softkeys of each, of the largest where they differ', 18),
  },
  { ...closed, description: 'Side panels that can be attached; absent when there are none' },
);

const properties = {
  brand: Type.Enum(BRANDS, { description: 'The brand', examples: ['SNOM'] }),
  brandName: line(64, 'The brand as its owner writes it', 'Snom'),
  model: line(64, 'The model', 'D785'),
  picture: Type.Optional(line(1_024, 'URL of a picture', 'https://example.com/d785.png')),
  description: line(256, 'What it is', 'Desk phone with colour display'),
  extensions: count(1, 1_000, 'How many phones may share one MAC address', 1),
  softkeys: count(0, 256, 'Number of softkeys on all their pages, without those of side panels', 24),
  softkeyLabels: flag('Whether a softkey shows a label'),
  softkeyCapabilities: Type.Unsafe<readonly SoftkeyFunction[]>(
    Type.Array(Type.Enum(SOFTKEY_FUNCTIONS), {
      ...{ maxItems: SOFTKEY_FUNCTIONS.length, uniqueItems: true },
      ...{ description: 'What a softkey can do', examples: [['SPEEDDIAL', 'BLF']] },
    }),
  ),
  sidePanels: Type.Optional(sidePanels),
  ringer: Type.Optional(
    Type.Object(
      {
        volume: Type.Optional(range('How loud it can ring')),
        tone: Type.Optional(range('Indexes of the built-in ringtones')),
      },
      closed,
    ),
  ),
  volume: Type.Object(
    {
      handset: Type.Optional(levels('handset')),
      headset: Type.Optional(levels('headset')),
      handsfree: Type.Optional(levels('hands-free set')),
    },
    { ...closed, description: 'Levels that can be configured' },
  ),
  headset: Type.Optional(
    Type.Object(
      {
        button: flag('It has a headset button that can be configured'),
        dhsg: flag('A headset can be connected by DHSG'),
      },
      closed,
    ),
  ),
  display: Type.Optional(
    Type.Object(
      {
        brightness: flag('Its brightness can be configured'),
        background: flag('It can show a picture'),
        fontColor: flag('The colour of its letters can be configured'),
      },
      closed,
    ),
  ),
  capabilities,
  digest: Type.Unsafe<readonly ('SHA-256' | 'MD5')[]>(
    Type.Array(Type.Enum(['SHA-256', 'MD5']), {
      ...{ minItems: 1, maxItems: 2, uniqueItems: true },
      description: 'Digest algorithms it understands, the best first (RFC 7616, RFC 8760)',
      examples: [['SHA-256', 'MD5']],
    }),
  ),
  configurationTemplate: Type.Optional(
    Type.String({
      ...{ maxLength: 65_536, pattern: '^[^\\0\\p{Cs}]*$' },
      description: "The text that its configuration file is made of, with `%KEYWORD%` where the phone's settings go",
      examples: ['user_name = %Username%'],
    }),
  ),
  source: Type.Optional(
    line(1_024, 'Which documents the figures are from, and which figures no document confirms', 'Snom D785 manual'),
  ),
};

/** Everything that is known of a phone model but its id. */
export const ModelProperties = Type.Object(properties, closed);

/** Everything that is known of a phone model but its id. */
export type ModelProperties = Static<typeof ModelProperties>;

/** One phone model, as the catalogue describes it; its id is 24 hex digits, the same for ever. */
export const Model = Type.Object(
  { _id: Type.String({ description: 'Unique id', examples: ['63f000000000000000010003'] }), ...properties },
  closed,
);

/** One phone model, as the catalogue describes it. */
export type Model = Static<typeof Model>;

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
