import t from 'tap';
import { parseId } from '../ids.js';
import { checkPhone } from '../rules/check.js';
import { CATALOGUE } from './catalogue.js';
import { checkModel } from './check.js';
import { BRANDS, type Model } from './model.js';

t.test('every model has an id and a name of its own', async (t) => {
  t.equal(new Set(CATALOGUE.map(({ _id }) => _id)).size, CATALOGUE.length);
  t.equal(new Set(CATALOGUE.map(({ brand, model }) => `${brand} ${model}`)).size, CATALOGUE.length);
  for (const { _id, model } of CATALOGUE) t.equal(parseId(_id), _id, model);
});

t.test('every brand has its models, and all of them together are many', async (t) => {
  const least = { SNOM: 20, MITEL: 16, LG: 7, YEALINK: 25, CISCO: 21, GIGASET: 5, GRANDSTREAM: 22, GENERIC: 3 };
  for (const brand of BRANDS) {
    const names = new Set(CATALOGUE.flatMap((model) => (model.brand === brand ? [model.brandName] : [])));
    t.equal(names.size, 1, `${brand}: one spelling`);
    t.ok(CATALOGUE.filter((model) => model.brand === brand).length >= least[brand], brand);
  }
});

t.test('every model is one that an operator could add, and says where it is from', async (t) => {
  for (const { _id, ...properties } of CATALOGUE) {
    t.same(await checkModel(properties), { model: properties }, properties.model);
    t.ok(properties.source, `${properties.model}: source`);
  }
});

t.test('what goes together is together', async (t) => {
  for (const { brand, model, softkeys, softkeyLabels, headset, ringer, display, capabilities, digest } of CATALOGUE) {
    const { provision, macRedirect, multipleHandsets, network, sipConfigReload, video, hdAudio } = capabilities;
    t.notOk(softkeyLabels && softkeys === 0, `${model}: labels need keys`);
    t.notOk(headset?.dhsg && !headset.button, `${model}: a wireless headset needs a headset button`);
    t.notOk(multipleHandsets && (ringer || headset || display || softkeys > 0), `${model}: handsets have their own`);
    t.notOk((macRedirect || sipConfigReload) && !provision, `${model}: nothing to fetch`);
    t.equal(provision, brand !== 'GENERIC', `${model}: provision`);
    t.equal(network, provision, `${model}: network`);
    t.equal(macRedirect, ['SNOM', 'MITEL', 'YEALINK'].includes(brand), `${model}: redirection`);
    t.notOk(display?.fontColor && brand !== 'MITEL', `${model}: font colour`);
    t.notOk(video && !hdAudio, `${model}: codecs`);
    t.same(digest, ['MD5'], `${model}: no manual promises SHA-256`);
  }
});

t.test('figures are those that the documents give', async (t) => {
  const find = (name: string) => CATALOGUE.find(({ model }) => model === name) as Model;
  const table: [model: string, extensions: number, softkeys: number, onPanels: number][] = [
    ['370', 12, 12, 3 * 42],
    ['6739i', 9, 55, 3 * 60],
    ['6865i', 9, 8, 3 * 84],
    ['6867i', 9, 38, 3 * 84],
    ['SPA509G', 12, 12, 2 * 32],
    ['SPA942', 4, 4, 0],
    ['T46S', 16, 27, 6 * 40],
    ['T54W', 16, 27, 3 * 60],
    ['W70B', 10, 0, 0],
    ['W90DM', 250, 0, 0],
    ['GXP2140', 4, 4, 4 * 40],
    ['IP8820', 1, 12, 0],
  ];
  for (const [name, extensions, softkeys, onPanels] of table) {
    const { sidePanels, ...model } = find(name);
    t.match(model, { extensions, softkeys }, name);
    t.equal((sidePanels?.count ?? 0) * (sidePanels?.softkeys ?? 0), onPanels, `${name}: panels`);
  }
  t.same(find('6757i').volume.headset, { mic: { min: -10, max: 10, default: 0 } });
  t.match(find('D785'), { ringer: { tone: { min: 1, max: 10 } }, volume: { handset: { mic: { min: 1, max: 8 } } } });
  t.match(find('8841-3PCC'), { ringer: { volume: { max: 15, default: 9 } } });
  t.match(find('GXP2160'), { ringer: { volume: { max: 7 }, tone: { max: 12 } } });
});

const CUSTOMER = 'c'.repeat(24);

/** A body that uses everything a model has, to the last. */
function fullBody({ _id, brand, softkeys, softkeyCapabilities, sidePanels, ringer, capabilities }: Model) {
  const panels = sidePanels && { sidePanel: sidePanels.models[0], sidePanelCount: sidePanels.count };
  const keys = softkeys + (sidePanels?.count ?? 0) * (sidePanels?.softkeys ?? 0);
  return {
    sipPhoneModel: _id,
    ...panels,
    ...(capabilities.provision && { macAddress: '000413AABBCC' }),
    ...(capabilities.multipleHandsets && { handsetAddress: '0123456789' }),
    ...(brand === 'GRANDSTREAM' && { serial: '20EZ1' }),
    ...(softkeyCapabilities.includes('DND') && { softkeys: [{ index: keys - 1, function: 'DND' }] }),
    ringer: { volume: ringer?.volume?.max, tone: ringer?.tone?.max },
  };
}

t.test('of every model a phone can be created', async (t) => {
  const none = async () => undefined;
  const lookups = {
    model: async (id: string) => CATALOGUE.find(({ _id }) => _id === id),
    customer: async () => ({ active: true }),
    ...{ extension: none, group: none, queue: none, phone: none, occupants: none },
    product: async () => undefined,
    takenSidePanels: async () => [],
  };
  for (const model of CATALOGUE) {
    for (const body of [fullBody(model), { ...fullBody(model), softkeys: undefined, ringer: undefined }]) {
      const checked = await checkPhone(body, CUSTOMER, lookups);
      if ('violations' in checked) t.fail(model.model, checked);
      else t.equal(checked.phone.settings.codec?.hdAudio, model.capabilities.hdAudio, model.model);
    }
  }
});
