import { CATALOGUE, type Model, type Phone, SOFTKEY_FUNCTIONS, TALK_PATHS } from '@ringfence/phone';
import t from 'tap';
import { type Answer, MODELS, startWorld } from './world.js';

const world = await startWorld(t);
const { clock, create, ids, newMac, things } = world;
const { desk, soft, base, shared, grandstream, keys } = MODELS;

/** What a model's phones need. */
const of = (model: Model, more: object = {}) => ({
  ...{ sipPhoneModel: model._id, customer: ids.own, macAddress: newMac(), handsetAddress: '1', serial: 'S', ...more },
});

async function make(body: object): Promise<Phone> {
  const { status, body: phone } = await create(body);
  if (status !== 201) throw new Error(JSON.stringify(phone));
  return phone;
}

/** What is wrong, as `code message: description`. */
function errors({ status, body }: Answer): string[] {
  if (status === 201) return [];
  const all: Record<string, unknown>[] = body.inner ?? [body];
  return all.map(({ code, message, description }) => `${code} ${message}: ${description}`);
}

t.test('the answer is 201 with a phone that is complete from the first moment', async (t) => {
  const { status, headers, body } = await create(of(desk));
  t.equal(status, 201);
  t.equal(headers.location, `/pbx/sipphone/${body._id}`);
  t.match(body._id, /^[0-9a-f]{24}$/);
  t.same(body.status, { configSaved: new Date(clock.now).toISOString(), online: false, expires: -1 });
});

t.test('username and password are 32 characters of a-z and 0-9 without a pattern', async (t) => {
  const phones = await Promise.all(Array.from({ length: 200 }, () => make(of(soft, { macAddress: null }))));
  const texts = phones.flatMap(({ username, password = '' }) => [username, password]);
  for (const text of texts) t.match(text, /^[a-z0-9]{32}$/);
  t.equal(new Set(texts).size, texts.length);
  const counts = new Map<string, number>();
  for (const character of texts.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
  t.equal(counts.size, 36, 'every character occurs');
  const expected = (texts.length * 32) / 36;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  t.ok(chiSquare < 90, `chi-square ${chiSquare.toFixed(1)} of 35 degrees of freedom`);
});

t.test('ids are read in any case, written in lower case and ordered by time', async (t) => {
  const extension = ids['own extension'];
  const sent = { customer: ids.own?.toUpperCase(), extension: extension?.toUpperCase() };
  const phone = await make(
    of(soft, { ...sent, sipPhoneModel: soft._id.toUpperCase(), product: things.product.toUpperCase() }),
  );
  t.match(phone, { customer: ids.own, extension, sipPhoneModel: soft._id, product: things.product });
  const later = await make(of(soft));
  t.ok(later._id > phone._id);
});

t.test('a MAC address may be written in many ways and is kept in one', async (t) => {
  const mac = newMac();
  const pairs = mac.match(/../g) as string[];
  const quads = mac.match(/..../g) as string[];
  for (const text of [mac, mac.toLowerCase(), pairs.join(':'), pairs.join('-'), quads.join('.')]) {
    t.equal((await make(of(desk, { macAddress: text }))).macAddress, mac, text);
  }
});

t.test('only what is provisioned by its MAC address needs one', async (t) => {
  for (const model of CATALOGUE) {
    const answer = await create(of(model, { macAddress: null }));
    t.same(errors(answer), model.capabilities.provision ? ['422 macAddress: MAC address is invalid'] : [], model.model);
  }
});

t.test('a Grandstream phone needs its serial number', async (t) => {
  for (const model of CATALOGUE.filter(({ brand }) => brand === 'GRANDSTREAM')) {
    for (const serial of [undefined, null, '', ' ']) {
      t.same(errors(await create(of(model, { serial }))), ['422 serial: Serial number is missing'], model.model);
    }
  }
  t.equal((await make(of(grandstream, { serial: '20EZ' }))).serial, '20EZ');
});

t.test('a handset gets the lowest free position of its base, whatever the client says', async (t) => {
  const body = of(base);
  for (let position = 0; position < base.extensions; position++) {
    t.equal((await make({ ...body, handsetIndex: 3 })).handsetIndex, position);
  }
  t.equal('handsetIndex' in (await make(of(desk, { handsetIndex: 3 }))), false, 'and what is no handset has none');
});

t.test('phones that share a MAC address share model and customer', async (t) => {
  const body = of(shared);
  await make(body);
  const taken = ['409 macAddress: A phone with the same MAC address already exists'];
  t.same(errors(await create({ ...body, sipPhoneModel: desk._id })), taken);
  t.same(errors(await create({ ...body, customer: ids.sibling })), taken);
  t.same(errors(await create(body)), []);
});

t.test('the fence is kept in one spelling', async (t) => {
  const table: [sent: object | null | undefined, kept: object][] = [
    [undefined, { mode: 'OPEN' }],
    [null, { mode: 'OPEN' }],
    [{}, { mode: 'OPEN' }],
    [{ address: '192.0.2.1' }, { mode: 'OPEN' }],
    [
      { mode: 'LOCKED', address: '192.0.2.1' },
      { mode: 'LOCKED', address: '192.0.2.1' },
    ],
    [
      { mode: 'LOCKED', address: '::ffff:192.0.2.1' },
      { mode: 'LOCKED', address: '192.0.2.1' },
    ],
    [
      { mode: 'LOCKED', address: '2001:DB8:0:0::1' },
      { mode: 'LOCKED', address: '2001:db8::1' },
    ],
    [
      { mode: 'ROAMING', countries: ' dk,SE , se,Dk' },
      { mode: 'ROAMING', countries: 'DK,SE' },
    ],
    [
      { mode: 'ROAMING', countries: 'GB', address: '192.0.2.1' },
      { mode: 'ROAMING', countries: 'GB' },
    ],
    [
      { mode: 'LOCKED', address: '192.0.2.1', countries: 'gb' },
      { mode: 'LOCKED', address: '192.0.2.1', countries: 'GB' },
    ],
  ];
  for (const [ip, kept] of table) t.same((await make(of(soft, { ip }))).ip, kept, JSON.stringify(ip));
});

t.test('each bad country code is told on its own', async (t) => {
  t.same(errors(await create(of(soft, { ip: { mode: 'ROAMING', countries: 'DK,XX,se,DNK,' } }))), [
    "422 ip.countries: Country code 'XX' is not valid",
    "422 ip.countries: Country code 'DNK' is not valid",
    "422 ip.countries: Country code '' is not valid",
  ]);
});

t.test('volumes, ringer and tones are those of the model, to the last one', async (t) => {
  for (const model of CATALOGUE) {
    const ranges = rangesOf(model);
    for (const end of ['min', 'max'] as const) {
      const body = of(model, settings(ranges.map(({ path, range }) => [path, range[end]])));
      t.same(errors(await create(body)), [], `${model.model} at its ${end}`);
      const beyond = of(
        model,
        settings(ranges.map(({ path, range }) => [path, range[end] + (end === 'min' ? -1 : 1)])),
      );
      t.same(
        errors(await create(beyond)),
        ranges.map(({ outside }) => outside),
        `${model.model} beyond its ${end}`,
      );
    }
  }
});

t.test('a custom ringtone is for models that can play one', async (t) => {
  const ringer = { tone: 'ABADCAFE'.repeat(3) };
  for (const model of CATALOGUE) {
    const answer = await create(of(model, { ringer }));
    if (model.capabilities.customRingtones) t.equal(answer.body.ringer.tone, ringer.tone.toLowerCase(), model.model);
    else t.same(errors(answer), ['422 ringer.tone: Ringtone is outside the valid range'], model.model);
  }
});

t.test('softkeys have the positions and functions of the model', async (t) => {
  for (const model of CATALOGUE.filter(({ softkeys }) => softkeys > 0)) {
    const last = { index: model.softkeys - 1, function: model.softkeyCapabilities.find((type) => type === 'LINE') };
    const usable = last.function === undefined ? [] : [last];
    t.same(errors(await create(of(model, { softkeys: usable }))), [], model.model);
    const outside = usable.map((key) => ({ ...key, index: model.softkeys }));
    const told = outside.length > 0 ? ['422 softkeys[0].index: Value is invalid'] : [];
    t.same(errors(await create(of(model, { softkeys: outside }))), told, model.model);
    const lacking = SOFTKEY_FUNCTIONS.filter((type) => !model.softkeyCapabilities.includes(type));
    const answer = await create(
      of(model, { softkeys: lacking.map((type, index) => ({ index, function: type, value: 'x' })) }),
    );
    const invalid = errors(answer).filter((line) => line.endsWith('Function type is not valid for this phone model'));
    t.equal(invalid.length, lacking.length, model.model);
  }
});

t.test('a softkey’s value is what its function needs', async (t) => {
  const extension = ids['own extension'];
  const key = (type: string, value: unknown) =>
    of(desk, { extension, softkeys: [{ index: 0, function: type, value }] });
  const table: [type: string, value: unknown, ...expected: string[]][] = [
    ['SPEEDDIAL', '+45 (70) 12-34.56'],
    ['SPEEDDIAL', '*21*70123456#'],
    ['SPEEDDIAL', 'help', '422 softkeys[0].value: Not a valid phone number'],
    ['BLF', extension?.toUpperCase()],
    ['URL', 'HTTPS://example.com/'],
    ['URL', 'tel:112', '422 softkeys[0].value: URL is invalid, must begin with http: or https:'],
    ['PICKUPGROUP', things.group],
    ['PICKUPGROUP', things.uncontrolled, '409 softkeys[0].value: Extension does not have controller rights on group'],
    ['QUEUE', things.queue],
    ['DNDOTHER', things.device],
    ['DNDOTHER', 'abadcafe'.repeat(3), '404 softkeys[0].value: Device not found'],
    ['DNDOTHER', undefined, '404 softkeys[0].value: Device not found'],
    ['SWITCH', 'Night'],
    ['SWITCH', ' ', '422 softkeys[0].value: Value is invalid'],
    ['SWITCH', undefined, '422 softkeys[0].value: Value is invalid'],
    ['LINE', undefined],
    ['PRESENCE', 'away'],
  ];
  for (const [type, value, ...expected] of table) {
    t.same(errors(await create(key(type, value))), expected, `${type} ${value}`);
  }
});

t.test('without DHCP a phone has an address, a mask, a gateway that it reaches, and a name server', async (t) => {
  const lan = { dhcp: false, ipAddress: '10.1.2.3', subnet: '255.255.255.0', gateway: '10.1.2.1', dns1: '9.9.9.9' };
  const gateway = '422 network.gateway: Default gateway is invalid or missing';
  const table: [change: object, ...expected: string[]][] = [
    [{}],
    [{ dns2: '2001:db8::53' }],
    [{ subnet: '255.255.254.0', gateway: '10.1.3.254' }],
    [{ gateway: '10.1.3.254' }, gateway],
    [{ ipAddress: null }, '422 network.ipAddress: IP address is invalid or missing'],
    [{ subnet: null }, '422 network.subnet: Subnet mask is invalid or missing'],
    [{ subnet: '255.0.255.0' }, '422 network.subnet: Subnet mask is invalid or missing'],
    [{ gateway: null }, gateway],
    [{ dns1: null }, '422 network.dns1: Primary DNS server is invalid or missing'],
    [{ dns2: 'x' }, '422 network.dns2: Secondary DNS server is invalid'],
  ];
  for (const [change, ...expected] of table) {
    t.same(errors(await create(of(desk, { network: { ...lan, ...change } }))), expected, JSON.stringify(change));
  }
  t.same(errors(await create(of(desk, { network: { dhcp: true } }))), []);
});

t.test('a VLAN id may be sent as a number or in digits and comes back as a number', async (t) => {
  for (const [vlanId, kept] of [
    [0, 0],
    ['0', 0],
    [4_094, 4_094],
    ['4094', 4_094],
    ['007', 7],
    [undefined, 0],
  ] as const) {
    t.strictSame((await make(of(desk, { network: { vlanId } }))).network?.vlanId, kept, String(vlanId));
  }
});

t.test('what has its own small range or list keeps to it', async (t) => {
  const table: [property: string, good: unknown[], bad: unknown[]][] = [
    ['displayBrightness', [0, 15], [-1, 16, 1.5]],
    ['displayBrightnessIdle', [0, 15], [-1, 16, 1.5]],
    ['displayFontColor', ['LIGHT', 'DARK'], ['light', 'RED', '']],
    ['headsetButton', ['speaker', 'headset', 'speaker-headset', 'headset-speaker'], ['both', '']],
    ['displayBackground', ['http://example.com/a.png', 'https://x/'], ['ftp://x/', 'a.png', 'http://']],
    ['sidePanel', keys.sidePanels?.models as string[], ['EXP99', '']],
    ['sidePanelCount', [0, keys.sidePanels?.count], [-1, 0.5, (keys.sidePanels?.count ?? 0) + 1]],
    ['product', [things.product], ['x']],
  ];
  for (const [property, good, bad] of table) {
    for (const value of good)
      t.same((await make(of(keys, { [property]: value })))[property as keyof Phone], value, property);
    for (const value of bad) {
      t.same(errors(await create(of(keys, { [property]: value }))), [`422 ${property}: Value is invalid`], `${value}`);
    }
  }
});

t.test('a purchase has dates of the calendar and payments of its list', async (t) => {
  const table: [purchase: object, ...expected: string[]][] = [
    [{ date: '2024-02-29', paymentOption: 'NONE' }],
    [{ date: '2015-01-01-T00:00:00Z', paymentOption: 'BOUGHT' }],
    [{ date: '2023-02-29' }, '422 purchaseInfo.date: Value is invalid'],
    [{ date: '1 May' }, '422 purchaseInfo.date: Value is invalid'],
    [{ paymentOption: 'SELF_OWNED' }, '422 purchaseInfo.paymentOption: Value is invalid'],
    [{ sidePanels: [{ paymentOption: 'SELF_OWNED', date: '2024-01-01T10:00:00+01:00' }] }],
    [
      { sidePanels: [{}, { paymentOption: 'LEASED' }] },
      '422 purchaseInfo.sidePanels[1].paymentOption: Value is invalid',
    ],
    [{ sidePanels: [{ date: '2024-13-01' }] }, '422 purchaseInfo.sidePanels[0].date: Value is invalid'],
  ];
  for (const [purchaseInfo, ...expected] of table) {
    t.same(errors(await create(of(desk, { purchaseInfo }))), expected, JSON.stringify(purchaseInfo));
  }
});

t.test('as many side panels are paid for as the model can have', async (t) => {
  for (const model of CATALOGUE) {
    const count = model.sidePanels?.count ?? 0;
    const buy = (count: number) =>
      of(model, { purchaseInfo: { sidePanels: Array.from({ length: count }, () => ({})) } });
    t.same(errors(await create(buy(count))), [], model.model);
    t.same(
      errors(await create(buy(count + 1))),
      ['422 purchaseInfo.sidePanels: More sidepanels configured than possible for the SIP phone model.'],
      model.model,
    );
  }
});

t.test('notes and custom configuration have up to 64 KiB each', async (t) => {
  const long = 'é'.repeat(32_768);
  const phone = await make(of(soft, { notes: long, customConfig: long }));
  t.equal(phone.notes, long);
  t.equal(phone.customConfig, long);
  t.same(errors(await create(of(soft, { notes: `${long}.`, customConfig: `${long}.` }))).sort(), [
    '422 customConfig: Value is invalid',
    '422 notes: Value is invalid',
  ]);
});

t.test('what the page does not know is told, what the response adds is not heard', async (t) => {
  t.same(
    errors(await create(of(desk, { colour: 1, ip: { zone: 1 }, softkeys: [{ index: 0, function: 'DND', icon: 1 }] }))),
    ['422 colour: Unknown property', '422 ip.zone: Unknown property', '422 softkeys[0].icon: Unknown property'],
  );
  const own = {
    _id: 'abadcafe'.repeat(3),
    username: 'me',
    password: 'secret',
    status: { online: true },
    handsetIndex: 'x',
  };
  const phone = await make(of(soft, own));
  for (const name of ['_id', 'username', 'password'] as const) t.not(phone[name], own[name]);
  t.equal(phone.status.online, false);
});

t.test('defaults are written, and what has no value is left out', async (t) => {
  for (const model of CATALOGUE) {
    const phone = await make(of(model));
    t.match(phone, {
      pbxCluster: 1,
      ip: { mode: 'OPEN' },
      softkeyConfigurationOnDevice: true,
      softkeyBlfBlindTransfer: false,
    });
    for (const { path, range } of rangesOf(model)) {
      const value = path.split('.').reduce((at: unknown, name) => (at as Record<string, unknown>)?.[name], phone);
      t.equal(value, range.default, `${model.model} ${path}`);
    }
    t.same(phone.softkeys, model.softkeys > 0 ? [] : undefined);
    t.same(phone.network, model.capabilities.network ? { dhcp: true, vlanId: 0, vlanPriority: 0 } : undefined);
    // A random password may well have these four letters in it, but no punctuation before them.
    t.notMatch(JSON.stringify(phone), /[:,[]null/);
  }
});

/** Every range of a model in the order of the page, with what is told outside it. */
function rangesOf({ ringer, volume }: Model) {
  const talk = TALK_PATHS.flatMap((path) =>
    (['mic', 'speaker'] as const).map((end) => ({
      path: `volume.${path}.${end}`,
      range: volume[path]?.[end],
      outside: `422 volume.${path}.${end}: ${NAMES[path]} ${end === 'mic' ? 'microphone' : 'speaker'} level is invalid`,
    })),
  );
  const ring = [
    {
      path: 'ringer.volume',
      range: ringer?.volume,
      outside: '422 ringer.volume: Ringer volume is outside the valid range',
    },
    { path: 'ringer.tone', range: ringer?.tone, outside: '422 ringer.tone: Ringtone is outside the valid range' },
  ];
  return [...ring, ...talk].flatMap(({ range, ...rest }) => (range === undefined ? [] : [{ ...rest, range }]));
}

const NAMES = { handset: 'Handset', headset: 'Headset', handsfree: 'Handsfree' };

/** An object with values at their paths. */
function settings(values: [path: string, value: number][]): object {
  const result: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const steps = path.split('.');
    const last = steps.pop() as string;
    let at = result;
    for (const step of steps) {
      at[step] ??= {};
      at = at[step] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return result;
}
