import t from 'tap';
import { CATALOGUE } from './catalogue.js';
import { type CheckedModel, checkModel, checkModelChange } from './check.js';
import type { Model } from './model.js';

const desk = CATALOGUE.find(({ model }) => model === 'D785') as Model;
const base = CATALOGUE.find(({ model }) => model === 'M300') as Model;
const { _id, ...properties } = desk;

const told = (checked: CheckedModel) =>
  'model' in checked
    ? []
    : checked.violations.map(({ code, message, description }) => `${code} ${message}: ${description}`);

const VALUE = 'Value is invalid';
const range = (min: unknown, max: unknown, byDefault: unknown) => ({ min, max, default: byDefault });

/** Properties that take the place of the right ones, and everything that is wrong with them. */
const CASES: [title: string, change: object, ...expected: string[]][] = [
  ['nothing', {}],
  ['an id', { _id: 5 }],
  ['another brand', { brand: 'GIGASET' }],
  ['no such brand', { brand: 'snom' }, `422 brand: ${VALUE}`],
  ['a name in any script', { model: 'Ærø 電話 😀' }],
  ['an empty name', { model: '' }, `422 model: ${VALUE}`],
  ['a name of spaces', { model: '  ' }, `422 model: ${VALUE}`],
  ['a name with a space at its end', { model: 'D785 ' }, `422 model: ${VALUE}`],
  ['a name of two lines', { model: 'D\n785' }, `422 model: ${VALUE}`],
  ['half a character', { model: 'D\ud83d' }, `422 model: ${VALUE}`],
  ['a name that is too long', { model: 'x'.repeat(65) }, `422 model: ${VALUE}`],
  ['a picture', { picture: 'https://example.com/d785.png' }],
  ['a picture that is no URL', { picture: 'd785.png' }, `422 picture: ${VALUE}`],
  ['a script for a picture', { picture: 'javascript:alert(1)' }, `422 picture: ${VALUE}`],
  ['no place', { extensions: 0 }, `422 extensions: ${VALUE}`],
  ['too many places', { extensions: 1_001 }, `422 extensions: ${VALUE}`],
  ['half a place', { extensions: 1.5 }, `422 extensions: ${VALUE}`],
  ['places in digits', { extensions: '12' }, `422 extensions: ${VALUE}`],
  ['too many keys', { softkeys: 257 }, `422 softkeys: ${VALUE}`],
  ['labels in words', { softkeyLabels: 'yes' }, `422 softkeyLabels: ${VALUE}`],
  ['functions', { softkeyCapabilities: ['BLF', 'DND'] }],
  ['a function twice', { softkeyCapabilities: ['BLF', 'BLF'] }, `422 softkeyCapabilities: ${VALUE}`],
  ['no such function', { softkeyCapabilities: ['BLF', 'FLY'] }, `422 softkeyCapabilities[1]: ${VALUE}`],
  ['keys without a function', { softkeyCapabilities: [] }, `422 softkeyCapabilities: ${VALUE}`],
  [
    'functions without a key',
    { softkeys: 0, sidePanels: null, softkeyLabels: false },
    `422 softkeyCapabilities: ${VALUE}`,
  ],
  ['keys on side panels only', { softkeys: 0 }],
  ['no side panel', { sidePanels: null }],
  ['a side panel without a name', { sidePanels: { models: [] } }, `422 sidePanels.models: ${VALUE}`],
  ['too many side panels', { sidePanels: { count: 7 } }, `422 sidePanels.count: ${VALUE}`],
  ['one ringtone', { ringer: { tone: range(1, 1, 1) } }],
  ['levels below zero', { volume: { headset: { mic: range(-10, 10, 0) } } }],
  ['a range upside down', { ringer: { tone: range(5, 1, 3) } }, `422 ringer.tone.max: ${VALUE}`],
  ['a default below', { ringer: { volume: range(1, 15, 0) } }, `422 ringer.volume.default: ${VALUE}`],
  [
    'a default above',
    { volume: { handsfree: { speaker: range(0, 8, 9) } } },
    `422 volume.handsfree.speaker.default: ${VALUE}`,
  ],
  ['half a level', { volume: { handset: { mic: range(1, 8.5, 2) } } }, `422 volume.handset.mic.max: ${VALUE}`],
  ['another way to talk', { volume: { telepathy: {} } }, '422 volume.telepathy: Unknown property'],
  ['no handsets', { capabilities: { multipleHandsets: false } }],
  ['handsets at one place', { capabilities: { multipleHandsets: true }, extensions: 1 }, `422 extensions: ${VALUE}`],
  ['a capability in words', { capabilities: { video: 'yes' } }, `422 capabilities.video: ${VALUE}`],
  ['a capability too many', { capabilities: { fax: true } }, '422 capabilities.fax: Unknown property'],
  ['a capability too few', { capabilities: { video: null } }, '422 capabilities.video: Property is missing'],
  ['both algorithms', { digest: ['SHA-256', 'MD5'] }],
  ['an algorithm that old phones lack', { digest: ['SHA-256'] }, `422 digest: ${VALUE}`],
  ['no algorithm', { digest: [] }, `422 digest: ${VALUE}`],
  ['a template', { configurationTemplate: 'user_name1: %Username%\r\n' }],
  ['a template with NUL', { configurationTemplate: 'a\0b' }, `422 configurationTemplate: ${VALUE}`],
  ['a template that is too long', { configurationTemplate: 'x'.repeat(65_537) }, `422 configurationTemplate: ${VALUE}`],
  ['unknown', { colour: 'red' }, '422 colour: Unknown property'],
  ['unknown, with a name like a path', { 'a/b~c': 1 }, '422 a/b~c: Unknown property'],
  ['a property that every object has', JSON.parse('{"__proto__":{"x":1}}'), '422 __proto__: Unknown property'],
  ['wrong types', { volume: [], capabilities: 5 }, `422 volume: ${VALUE}`, `422 capabilities: ${VALUE}`],
];

t.test('right and wrong changes are told apart', async (t) => {
  for (const [title, change, ...expected] of CASES) t.same(told(await checkModelChange(desk, change)), expected, title);
});

t.test('a new model must be complete', async (t) => {
  t.same(await checkModel({ _id: 'x', ...properties, picture: null }), { model: properties });
  t.same(
    told(await checkModel({ brand: 'SNOM', extensions: null })),
    [
      ...['brandName', 'model', 'description', 'extensions', 'softkeys', 'softkeyLabels'],
      ...['softkeyCapabilities', 'volume', 'capabilities', 'digest'],
    ].map((name) => `422 ${name}: Property is missing`),
  );
  t.same(told(await checkModel({ ...properties, ringer: { tone: { min: 1 } } })), [
    '422 ringer.tone.max: Property is missing',
    '422 ringer.tone.default: Property is missing',
  ]);
});

t.test('a change says what is different, and null takes away (RFC 7396)', async (t) => {
  const change = { description: 'new', ringer: { tone: { max: 12 } }, sidePanels: null, softkeyCapabilities: ['DND'] };
  const { sidePanels, ...rest } = properties;
  t.same(await checkModelChange(desk, change), {
    model: {
      ...rest,
      ...{ description: 'new', softkeyCapabilities: ['DND'] },
      ringer: { ...properties.ringer, tone: { ...properties.ringer?.tone, max: 12 } },
    },
  });
});

t.test('a whole model takes the place of the old one', async (t) => {
  const { _id: id, ...whole } = base;
  t.same(await checkModelChange(desk, base), { model: whole });
  t.notOk('ringer' in whole, 'nothing of the old one is left');
  t.same(told(await checkModelChange(desk, { ...base, digest: null })), ['422 digest: Property is missing']);
});

t.test('of nothing but nonsense no more than 200 mistakes are told', async (t) => {
  const nonsense = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`x${at}`, 1]));
  const { length } = told(await checkModel(nonsense));
  t.ok(length > 100 && length <= 200, String(length));
});
