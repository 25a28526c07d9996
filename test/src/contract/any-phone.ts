import { CATALOGUE, type Model, type Range, type SoftkeyFunction, TALK_PATHS } from '@ringfence/phone';
import fc from 'fast-check';
import type { World } from './world.js';

/** A body that creates a phone. */
export type Body = Record<string, unknown>;

/**
 * Any body that breaks no rule, of any model, written the way it is read back. What must be unique is left to
 * {@link makeUnique}.
 */
export function anyPhone(world: World): fc.Arbitrary<Body> {
  return fc.constantFrom(...CATALOGUE).chain((model) => phoneOf(model, world));
}

/** The same body with a MAC address, and serials of side panels, that no other phone has. */
export function makeUnique(body: Body, { newMac }: World): Body {
  const { purchaseInfo, ...rest } = body as { purchaseInfo?: { sidePanels?: object[] } };
  const unique = { ...rest, ...('macAddress' in body && { macAddress: newMac() }) };
  if (purchaseInfo?.sidePanels === undefined) return { ...unique, ...(purchaseInfo && { purchaseInfo }) };
  const sidePanels = purchaseInfo.sidePanels.map((panel) =>
    'serial' in panel ? { ...panel, serial: newMac() } : panel,
  );
  return { ...unique, purchaseInfo: { ...purchaseInfo, sidePanels } };
}

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).filter((value) => value.trim() !== '');
const flag = fc.boolean();
const url = fc.webUrl({ withQueryParameters: true, withFragments: true, validSchemes: ['http', 'https'] });
const date = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((value) => value.toISOString());
const countries = fc
  .uniqueArray(fc.constantFrom('DK', 'SE', 'NO', 'DE', 'GB', 'US', 'ZW', 'AX'), { minLength: 1 })
  .map((codes) => codes.join(','));
const ipv4 = fc
  .tuple(...[fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)])
  .map((bytes) => bytes.join('.'));
const address = fc.oneof(ipv4, fc.constantFrom('2001:db8::1', '2001:db8:1:2:3:4:5:6', 'fe80::1'));

function phoneOf(model: Model, world: World): fc.Arbitrary<Body> {
  const { capabilities, sidePanels, display, headset } = model;
  const { ids, things } = world;
  const needs = {
    sipPhoneModel: fc.constant(model._id),
    customer: fc.constant(ids.own),
    ...(capabilities.provision && { macAddress: fc.constant('unique') }),
    ...(capabilities.multipleHandsets && { handsetAddress: name }),
    ...(model.brand === 'GRANDSTREAM' && { serial: name }),
  };
  const may = {
    pbxCluster: fc.constantFrom(1, 2),
    extension: fc.constant(ids['own extension']),
    product: fc.constant(things.product),
    ...(capabilities.callWaiting && { callWaiting: flag }),
    ...(sidePanels && { sidePanel: fc.constantFrom(...sidePanels.models), sidePanelCount: fc.nat(sidePanels.count) }),
    softkeyConfigurationOnDevice: flag,
    softkeyBlfBlindTransfer: flag,
    ...(headset && {
      headsetButton: fc.constantFrom('speaker', 'headset', 'speaker-headset', 'headset-speaker'),
      dhsg: flag,
    }),
    ...(display && { displayBrightness: fc.nat(15), displayBrightnessIdle: fc.nat(15), displayBackground: url }),
    ...(display?.fontColor && { displayFontColor: fc.constantFrom('LIGHT', 'DARK') }),
    ...{ instanceId: text, customConfig: text, notes: text, ip: anyFence(), network: anyNetwork() },
    ringer: optional({ volume: within(model.ringer?.volume), tone: anyTone(model) }),
    volume: anyVolume(model),
    ...(model.softkeys > 0 && { softkeys: anySoftkeys(model, world) }),
    codec: optional({ hdAudio: flag, video: flag }),
    purchaseInfo: anyPurchase(model, world),
  };
  return fc.record({ ...needs, ...may } as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: Object.keys(needs) });
}

function optional(properties: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  return fc.record(properties, { requiredKeys: [] }).filter((object) => Object.keys(object).length > 0);
}

/** A value of a range; where the model has none, any value. */
function within(range: Range | undefined): fc.Arbitrary<number> {
  return fc.integer({ min: range?.min ?? 0, max: range?.max ?? 100 });
}

function anyTone({ ringer, capabilities }: Model): fc.Arbitrary<number | string> {
  const builtIn = within(ringer?.tone);
  return capabilities.customRingtones ? fc.oneof(builtIn, fc.constant('0123456789abcdef01234567')) : builtIn;
}

function anyVolume({ volume }: Model): fc.Arbitrary<object> {
  const levels = TALK_PATHS.map((path) => [
    path,
    optional({ mic: within(volume[path]?.mic), speaker: within(volume[path]?.speaker) }),
  ]);
  return optional(Object.fromEntries(levels));
}

function anyFence(): fc.Arbitrary<object> {
  return fc.oneof(
    fc.constant({ mode: 'OPEN' }),
    fc.record({ mode: fc.constant('LOCKED'), address }),
    fc.record({ mode: fc.constant('ROAMING'), countries }),
  );
}

function anyNetwork(): fc.Arbitrary<object> {
  const vlan = fc.record({ vlanId: fc.nat(4_094), vlanPriority: fc.nat(7) }, { requiredKeys: [] });
  const dns = fc.record({ dns1: address, dns2: address }, { requiredKeys: ['dns1'] });
  const lan = fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 254 }), fc.integer({ min: 1, max: 254 }));
  const fixed = fc.tuple(lan, dns, vlan).map(([[net, own, gateway], names, tags]) => ({
    ...{ dhcp: false, ipAddress: `10.0.${net}.${own}`, subnet: '255.255.255.0', gateway: `10.0.${net}.${gateway}` },
    ...{ ...names, ...tags },
  }));
  return fc.oneof(
    fixed,
    vlan.map((tags) => ({ dhcp: true, ...tags })),
  );
}

function anySoftkeys(model: Model, { ids, things }: World): fc.Arbitrary<object[]> {
  const values: Partial<Record<SoftkeyFunction, fc.Arbitrary<string>>> = {
    SPEEDDIAL: fc.stringMatching(/^\+?[0-9]{1,15}$/),
    URL: url,
    SWITCH: name,
    BLF: fc.constant(ids['own extension'] as string),
    QUEUE: fc.constant(things.queue),
    DNDOTHER: fc.constant(things.device),
  };
  // A pickup group needs an extension that controls it, which not every phone has.
  const functions = model.softkeyCapabilities.filter((type) => type !== 'PICKUPGROUP');
  const key = fc
    .constantFrom(...functions)
    .chain((type) =>
      fc.record(
        { index: fc.nat(model.softkeys - 1), function: fc.constant(type), value: values[type] ?? text, label: text },
        { requiredKeys: ['index', 'function', ...(values[type] ? (['value'] as const) : [])] },
      ),
    );
  return fc.uniqueArray(key, { selector: ({ index }) => index, maxLength: 12 });
}

function anyPurchase({ sidePanels }: Model, { things }: World): fc.Arbitrary<object> {
  const bought = { orderId: text, date, paymentOption: fc.constantFrom('NONE', 'BOUGHT', 'RENTED') };
  const panel = optional({
    ...{ ...bought, serial: fc.constant('unique'), product: fc.constant(things.product) },
    paymentOption: fc.constantFrom('NONE', 'BOUGHT', 'RENTED', 'SELF_OWNED'),
  });
  return optional({
    ...bought,
    ...(sidePanels && { sidePanels: fc.array(panel, { minLength: 1, maxLength: sidePanels.count }) }),
  });
}
