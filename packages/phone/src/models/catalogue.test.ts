import t from 'tap';
import { parseId } from '../ids.js';
import { CATALOGUE } from './catalogue.js';
import { type Range, SOFTKEY_FUNCTIONS } from './model.js';

t.test('every model has an id and a name of its own', async (t) => {
  t.equal(new Set(CATALOGUE.map(({ _id }) => _id)).size, CATALOGUE.length);
  t.equal(new Set(CATALOGUE.map(({ brand, model }) => `${brand} ${model}`)).size, CATALOGUE.length);
  for (const { _id, model } of CATALOGUE) t.equal(parseId(_id), _id, model);
});

t.test('every model makes sense', async (t) => {
  const sound = (range: Range | undefined) =>
    range === undefined ||
    (Object.values(range).every(Number.isInteger) && range.min <= range.default && range.default <= range.max);
  for (const { model, extensions, softkeys, softkeyCapabilities, ringer, volume, digest, capabilities } of CATALOGUE) {
    t.ok(Number.isInteger(extensions) && extensions >= 1, `${model}: extensions`);
    t.ok(!capabilities.multipleHandsets || extensions > 1, `${model}: handsets`);
    t.equal(softkeys > 0, softkeyCapabilities.length > 0, `${model}: softkeys`);
    t.ok(
      softkeyCapabilities.every((name) => SOFTKEY_FUNCTIONS.includes(name)),
      `${model}: functions`,
    );
    t.ok(
      [ringer?.volume, ringer?.tone, ...Object.values(volume).flatMap(({ mic, speaker }) => [mic, speaker])].every(
        sound,
      ),
      `${model}: ranges`,
    );
    t.ok(digest.includes('MD5'), `${model}: digest`);
  }
});
