import { type Static, Type } from 'typebox';

/** Bytes that `notes` and `customConfig` may have each. */
const LONG_TEXT = 65_536;
/** Bytes that every other text may have. */
const SHORT_TEXT = 1_024;
/** More softkeys than any model has with all its side panels. */
const SOFTKEYS = 1_024;
/** More side panels than any model can have. */
const SIDE_PANELS = 128;

const text = Type.Optional(Type.String({ maxBytes: SHORT_TEXT }));
const longText = Type.Optional(Type.String({ maxBytes: LONG_TEXT }));
const number = Type.Optional(Type.Number());
const flag = Type.Optional(Type.Boolean());

const levels = Type.Optional(Type.Object({ mic: number, speaker: number }));

const sidePanel = Type.Object({ serial: text, paymentOption: text, orderId: text, date: text, product: text });

/** What a client may set when it creates a phone; the names, and their order, are those of the API page. */
const settable = {
  pbxCluster: number,
  sipPhoneModel: text,
  extension: text,
  customer: text,
  macAddress: text,
  serial: text,
  product: text,
  handsetAddress: text,
  callWaiting: flag,
  sidePanel: text,
  sidePanelCount: number,
  softkeyConfigurationOnDevice: flag,
  softkeyBlfBlindTransfer: flag,
  headsetButton: text,
  dhsg: flag,
  displayBrightness: number,
  displayBrightnessIdle: number,
  displayBackground: text,
  displayFontColor: text,
  instanceId: text,
  customConfig: longText,
  notes: longText,
  ip: Type.Optional(Type.Object({ mode: text, countries: text, address: text })),
  ringer: Type.Optional(
    Type.Object({ volume: number, tone: Type.Optional(Type.Union([Type.Number(), Type.String()])) }),
  ),
  volume: Type.Optional(Type.Object({ handset: levels, headset: levels, handsfree: levels })),
  softkeys: Type.Optional(
    Type.Array(Type.Object({ index: number, function: text, value: text, label: text }), { maxItems: SOFTKEYS }),
  ),
  codec: Type.Optional(Type.Object({ hdAudio: flag, video: flag })),
  network: Type.Optional(
    Type.Object({
      dhcp: flag,
      ipAddress: text,
      subnet: text,
      gateway: text,
      dns1: text,
      dns2: text,
      vlanId: Type.Optional(Type.Union([Type.Number(), Type.String()])),
      vlanPriority: number,
    }),
  ),
  purchaseInfo: Type.Optional(
    Type.Object({
      orderId: text,
      date: text,
      paymentOption: text,
      sidePanels: Type.Optional(Type.Array(sidePanel, { maxItems: SIDE_PANELS })),
    }),
  ),
};

/** Properties of a phone that only the system sets; a client that sends them back is not heard. */
export const READ_ONLY = ['_id', 'username', 'password', 'status', 'handsetIndex'] as const;

/** The body that creates a phone: which properties there are and which type each has. */
export const PhoneBody = Type.Object(settable, { additionalProperties: false });

/** The body that creates a phone, before its values are checked. */
export type PhoneBody = Static<typeof PhoneBody>;

/** What is known of a phone's registration and configuration at the moment of reading. */
export const PhoneStatus = Type.Object({
  /** When the phone last fetched its configuration, ISO 8601. */
  configLoaded: text,
  /** When the configuration was last saved, ISO 8601. */
  configSaved: Type.String(),
  /** Whether a binding is alive. */
  online: Type.Boolean(),
  /** Whole seconds until the last binding expires, -1 when not online. */
  expires: Type.Number(),
  localIpAddress: text,
  publicIpAddress: text,
  userAgent: text,
});

/** What is known of a phone's registration and configuration at the moment of reading. */
export type PhoneStatus = Static<typeof PhoneStatus>;

/** A phone as the API shows it. A property without a value is left out. */
export const Phone = Type.Object({
  _id: Type.String(),
  ...settable,
  pbxCluster: Type.Number(),
  sipPhoneModel: Type.String(),
  customer: Type.String(),
  handsetIndex: number,
  ip: Type.Object({ mode: Type.Enum(['OPEN', 'LOCKED', 'ROAMING']), countries: text, address: text }),
  username: Type.String(),
  password: text,
  status: PhoneStatus,
});

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
