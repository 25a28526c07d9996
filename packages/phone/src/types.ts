import { type Static, Type } from 'typebox';

/** Bytes that `notes` and `customConfig` may have each. */
const LONG_TEXT = 65_536;
/** Bytes that every other text may have. */
const SHORT_TEXT = 1_024;
/** More softkeys than any model has with all its side panels. */
const SOFTKEYS = 1_024;
/** More side panels than any model can have. */
const SIDE_PANELS = 128;

const text = (description: string, ...examples: string[]) =>
  Type.Optional(Type.String({ maxBytes: SHORT_TEXT, description, ...(examples.length > 0 && { examples }) }));
const longText = (description: string, example: string) =>
  Type.Optional(Type.String({ maxBytes: LONG_TEXT, description, examples: [example] }));
const number = (description: string, example: number) =>
  Type.Optional(Type.Number({ description, examples: [example] }));
const flag = (description: string) => Type.Optional(Type.Boolean({ description }));
const id = (description: string) => text(description, '65f0a1b2c3d4e5f601234567');

const levels = (device: string) =>
  Type.Optional(
    Type.Object({
      mic: number(`Level of the ${device}'s microphone, within the range of the model`, 5),
      speaker: number(`Level of the ${device}'s speaker, within the range of the model`, 7),
    }),
  );

const sidePanel = Type.Object({
  serial: text('Its serial number, which no other side panel has', '1234'),
  paymentOption: text('How it is paid for: NONE, BOUGHT, RENTED or SELF_OWNED', 'RENTED'),
  orderId: text('The order it came with, in the books', '500912'),
  date: text('When it was bought or rented, ISO 8601', '2030-01-31'),
  product: id('The product it was sold as'),
});

const softkey = Type.Object({
  index: number('Its position, from 0; each is used once', 0),
  function: text('What it does; the model says which functions it has', 'SPEEDDIAL', 'BLF', 'URL', 'PICKUPGROUP'),
  value: text(
    'What it does it with: a number for SPEEDDIAL; a URL for URL; the id of an extension for BLF, of a group for PICKUPGROUP, of a queue for QUEUE, of a phone for DNDOTHER; a name for SWITCH',
    '112',
  ),
  label: text('What stands beside it', 'Emergency'),
});

/** What a client may set when it creates a phone; the names, and their order, are those of the API page. */
const settable = {
  pbxCluster: number('The cluster it is on: 1 for production, 2 for development', 1),
  sipPhoneModel: text('Id of its model, see `/pbx/sipphonemodels`', '63f000000000000000010003'),
  extension: id('Id of the extension it belongs to; it can call and be called once it has one'),
  customer: id("Id of its customer; the caller's own when left out"),
  macAddress: text(
    'Its MAC address, in any usual spelling; needed by models that fetch their configuration by it',
    '000413AABBCC',
  ),
  serial: text('Its serial number; needed for Grandstream', '20EZ1PMD302C1F5A'),
  product: id('Id of the product it was sold as'),
  handsetAddress: text('What tells a handset from the others at its base', '0123456789'),
  callWaiting: flag('Whether a call may come in during another one'),
  sidePanel: text('Which of the models of side panels it has attached', 'D7'),
  sidePanelCount: number('How many side panels are attached', 1),
  softkeyConfigurationOnDevice: flag("Whether the softkeys are the phone's own rather than its user's"),
  softkeyBlfBlindTransfer: flag('Whether a BLF key transfers a call without asking first'),
  headsetButton: text('What the headset button does: speaker, headset, speaker-headset or headset-speaker', 'headset'),
  dhsg: flag('Whether its headset is connected by DHSG'),
  displayBrightness: number('Brightness of the display, 0 to 15', 10),
  displayBrightnessIdle: number('Brightness of the display when nothing happens, 0 to 15', 5),
  displayBackground: text('http or https URL of a picture behind the display', 'https://example.com/logo.png'),
  displayFontColor: text('Colour of the letters on the display: LIGHT or DARK', 'LIGHT'),
  instanceId: text('The browser or application that it runs in', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'),
  customConfig: longText('Text that goes into its configuration file as it is, up to 64 KiB', 'timezone: DNK+1'),
  notes: longText('Anything worth knowing, up to 64 KiB', 'In the meeting room'),
  ip: Type.Optional(
    Type.Object({
      mode: text(
        'OPEN: it may connect from anywhere until its first contact, which makes it LOCKED; LOCKED: only from `address`; ROAMING: only from `countries`',
        'OPEN',
        'LOCKED',
        'ROAMING',
      ),
      countries: text('ISO 3166-1 alpha-2 codes of the countries it may roam in, with commas', 'DK,SE'),
      address: text('The one address it may connect from, IPv4 or IPv6', '203.0.113.9'),
    }),
  ),
  ringer: Type.Optional(
    Type.Object({
      volume: number('How loud it rings, within the range of the model', 4),
      tone: Type.Optional(
        Type.Union([Type.Number(), Type.String()], {
          description: 'Index of a built-in ringtone, or the id of a custom one where the model plays them',
          examples: [2],
        }),
      ),
    }),
  ),
  volume: Type.Optional(
    Type.Object({ handset: levels('handset'), headset: levels('headset'), handsfree: levels('hands-free set') }),
  ),
  softkeys: Type.Optional(
    Type.Array(softkey, { maxItems: SOFTKEYS, description: 'Its keys, with those of its side panels' }),
  ),
  codec: Type.Optional(
    Type.Object({ hdAudio: flag('Whether wideband audio is allowed'), video: flag('Whether video is allowed') }),
  ),
  network: Type.Optional(
    Type.Object({
      dhcp: flag('Whether it gets its address from DHCP; if not, all but `dns2` must be given'),
      ipAddress: text('Its IPv4 address', '192.168.1.10'),
      subnet: text('Its subnet mask', '255.255.255.0'),
      gateway: text('Its gateway, inside the subnet', '192.168.1.1'),
      dns1: text('Its first DNS server', '192.168.1.1'),
      dns2: text('Its second DNS server', '192.0.2.53'),
      vlanId: Type.Optional(
        Type.Union([Type.Number(), Type.String()], {
          description: 'Id of its VLAN, 0 to 4094, as a number or in digits; 0 for none',
          examples: [0],
        }),
      ),
      vlanPriority: number('Priority in its VLAN, 0 to 7', 5),
    }),
  ),
  purchaseInfo: Type.Optional(
    Type.Object(
      {
        orderId: text('The order it came with, in the books', '500912'),
        date: text('When it was bought, ISO 8601', '2030-01-31'),
        paymentOption: text('How it is paid for: NONE, BOUGHT or RENTED', 'RENTED'),
        sidePanels: Type.Optional(
          Type.Array(sidePanel, { maxItems: SIDE_PANELS, description: 'Its side panels, and how they are paid for' }),
        ),
      },
      { description: 'How it is paid for; only ADMIN and RESELLER set and see it' },
    ),
  ),
};

/** Properties of a phone that only the system sets; a client that sends them back is not heard. */
export const READ_ONLY = ['_id', 'username', 'password', 'status', 'handsetIndex'] as const;

/** The body that creates a phone: which properties there are and which type each has. */
export const PhoneBody = Type.Object(settable, {
  additionalProperties: false,
  required: ['sipPhoneModel'],
  examples: [
    {
      ...{ sipPhoneModel: '63f000000000000000010003', macAddress: '00:04:13:AA:BB:CC', ip: { mode: 'OPEN' } },
      softkeys: [{ index: 0, function: 'SPEEDDIAL', value: '112', label: 'Emergency' }],
    },
  ],
});

/** The body that creates a phone, before its values are checked. */
export type PhoneBody = Static<typeof PhoneBody>;

/** What is known of a phone's registration and configuration at the moment of reading. */
export const PhoneStatus = Type.Object({
  configLoaded: text('When it last fetched its configuration, ISO 8601', '2030-01-01T00:00:00.000Z'),
  configSaved: Type.String({ description: 'When its configuration was last saved, ISO 8601' }),
  online: Type.Boolean({ description: 'Whether it is registered' }),
  expires: Type.Number({
    description: 'Whole seconds until its registration runs out, -1 when it is not online',
    examples: [2543],
  }),
  localIpAddress: text('Its address in its own network', '192.168.1.10'),
  publicIpAddress: text('The address that its registration came from', '203.0.113.9'),
  userAgent: text('What it says of itself', 'snomD785/10.1.159.12'),
});

/** What is known of a phone's registration and configuration at the moment of reading. */
export type PhoneStatus = Static<typeof PhoneStatus>;

/** A phone as the API shows it. A property without a value is left out. */
export const Phone = Type.Object(
  {
    _id: Type.String({ description: 'Unique id', examples: ['65f0a1b2c3d4e5f601234567'] }),
    ...settable,
    pbxCluster: Type.Number({ description: 'The cluster it is on: 1 for production, 2 for development' }),
    sipPhoneModel: Type.String({ description: 'Id of its model, see `/pbx/sipphonemodels`' }),
    customer: Type.String({ description: 'Id of its customer' }),
    handsetIndex: number('Its position among the handsets of its base, from 0', 0),
    ip: Type.Object({
      ...settable.ip.properties,
      mode: Type.Enum(['OPEN', 'LOCKED', 'ROAMING'], { description: 'From where it may connect' }),
    }),
    username: Type.String({
      description: 'SIP username, made by the system',
      examples: ['k3v9q0x7m2b8t5w1z6y4n8r2p0d7f3hj'],
    }),
    password: text('SIP password, made by the system', '5c1r8z0w6q3n9x7t2b4y8m1k6v0p3d5g'),
    status: PhoneStatus,
  },
  { description: 'The phone; what has no value is left out' },
);

/** A phone as the API shows it. A property without a value is left out. */
export type Phone = Static<typeof Phone>;

/** Properties that the store keeps apart from the phone's settings, because they change by themselves or are secret. */
type Apart = '_id' | 'username' | 'password' | 'status' | 'handsetIndex';

/** A phone that passed the rules, ready to be stored. */
export interface NewPhone {
  /** Everything that the client decides, complete with defaults. */
  settings: Omit<Phone, Apart>;
  /** How many phones may share the MAC address. */
  places: number;
  /** Whether such a place is the position of a handset. */
  handsets: boolean;
}
