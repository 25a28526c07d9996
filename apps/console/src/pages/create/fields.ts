import type { Model } from '../../api/types.js';

/** A property that the form asks for. */
export interface Field {
  /** Its path, as the API names it in errors. */
  path: string;
  label: string;
  kind: 'text' | 'number' | 'flag' | 'choice' | 'long';
  isRequired?: boolean;
  hint?: string;
  min?: number;
  max?: number;
  /** What holds when nothing is entered. */
  fallback?: string;
  options?: { value: string; label: string }[];
}

/** Properties that belong together. */
export interface Section {
  title: string;
  fields: Field[];
}

/** The properties that a phone of a model can be given, beside its fence and its softkeys: what it can't have is not asked for. */
export function sectionsOf(model: Model): Section[] {
  const sections = [device(model), sound(model), display(model), network(model)];
  return sections.filter(({ fields }) => fields.length > 0);
}

/** The fields of a section that are shown, as the values entered so far are. */
export function shownFields({ fields }: Section, valueAt: (path: string) => unknown): Field[] {
  const isStatic = valueAt('network.dhcp') === false;
  const hasPanel = Boolean(valueAt('sidePanel'));
  return fields.filter(({ path }) => (isStatic || !STATIC_ONLY.has(path)) && (hasPanel || path !== 'sidePanelCount'));
}

const STATIC_ONLY = new Set(['ipAddress', 'subnet', 'gateway', 'dns1', 'dns2'].map((name) => `network.${name}`));

const when = (isWanted: boolean | undefined, ...fields: Field[]): Field[] => (isWanted ? fields : []);
const text = (path: string, label: string, more: Partial<Field> = {}): Field => ({
  path,
  label,
  kind: 'text',
  ...more,
});
const flag = (path: string, label: string): Field => ({ path, label, kind: 'flag' });
const choice = (path: string, label: string, options: readonly (readonly [string, string])[]): Field => ({
  ...{ path, label, kind: 'choice' },
  options: options.map(([value, words]) => ({ value, label: words })),
});

function device({ capabilities, brand, sidePanels }: Model): Section {
  const mac = { isRequired: capabilities.provision, hint: capabilities.provision ? '' : 'Not needed by this model' };
  return {
    title: 'Device',
    fields: [
      text('macAddress', 'MAC address', mac),
      ...when(brand === 'GRANDSTREAM', text('serial', 'Serial number', { isRequired: true })),
      ...when(
        capabilities.multipleHandsets,
        text('handsetAddress', 'Handset address', { isRequired: true, hint: 'Tells it from the others at its base' }),
      ),
      ...when(
        sidePanels !== undefined,
        choice('sidePanel', 'Side panels', sidePanels?.models.map((name) => [name, name] as const) ?? []),
        { path: 'sidePanelCount', label: 'How many', kind: 'number', min: 1, max: sidePanels?.count ?? 1 },
      ),
      ...when(capabilities.callWaiting, flag('callWaiting', 'A call may come in during another one')),
      ...when(capabilities.hdAudio, flag('codec.hdAudio', 'Wideband audio')),
      ...when(capabilities.video, flag('codec.video', 'Video')),
      { path: 'notes', label: 'Notes', kind: 'long' },
    ],
  };
}

type Range = { min: number; max: number; default: number };

const level = (path: string, label: string, range: Range | undefined): Field[] =>
  range === undefined
    ? []
    : [{ path, label, kind: 'number', min: range.min, max: range.max, fallback: String(range.default) }];

const TALK_PATHS = [
  ['handset', 'Handset'],
  ['headset', 'Headset'],
  ['handsfree', 'Hands-free'],
] as const;

function sound({ ringer, volume, headset }: Model): Section {
  return {
    title: 'Sound',
    fields: [
      ...level('ringer.volume', 'Ringer volume', ringer?.volume),
      ...level('ringer.tone', 'Ringtone', ringer?.tone),
      ...TALK_PATHS.flatMap(([path, words]) => [
        ...level(`volume.${path}.mic`, `${words} microphone`, volume[path]?.mic),
        ...level(`volume.${path}.speaker`, `${words} speaker`, volume[path]?.speaker),
      ]),
      ...when(
        headset?.button,
        choice('headsetButton', 'Headset button', [
          ['speaker', 'Speaker'],
          ['headset', 'Headset'],
          ['speaker-headset', 'Speaker, then headset'],
          ['headset-speaker', 'Headset, then speaker'],
        ]),
      ),
      ...when(headset?.dhsg, flag('dhsg', 'Headset connected by DHSG')),
    ],
  };
}

function display({ display: can }: Model): Section {
  const brightness = { kind: 'number', min: 0, max: 15 } as const;
  return {
    title: 'Display',
    fields: [
      ...when(
        can?.brightness,
        { path: 'displayBrightness', label: 'Brightness', ...brightness },
        { path: 'displayBrightnessIdle', label: 'Brightness when idle', ...brightness },
      ),
      ...when(
        can?.fontColor,
        choice('displayFontColor', 'Letters', [
          ['LIGHT', 'Light'],
          ['DARK', 'Dark'],
        ]),
      ),
      ...when(can?.background, text('displayBackground', 'Picture', { hint: 'URL of a picture' })),
    ],
  };
}

function network({ capabilities }: Model): Section {
  const address = (name: string, label: string, isRequired = true) => text(`network.${name}`, label, { isRequired });
  return {
    title: 'Network',
    fields: when(
      capabilities.network,
      flag('network.dhcp', 'Address by DHCP'),
      address('ipAddress', 'Address'),
      address('subnet', 'Subnet mask'),
      address('gateway', 'Gateway'),
      address('dns1', 'DNS server'),
      address('dns2', 'Second DNS server', false),
      { path: 'network.vlanId', label: 'VLAN', kind: 'number', min: 0, max: 4_094, fallback: '0' },
      { path: 'network.vlanPriority', label: 'VLAN priority', kind: 'number', min: 0, max: 7, fallback: '0' },
    ),
  };
}
