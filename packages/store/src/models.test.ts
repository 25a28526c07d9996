import { CATALOGUE, type Model } from '@ringfence/phone';
import t from 'tap';
import { keys } from './keys.js';
import { Models, type WrittenModel } from './models.js';
import { connectRedis } from './redis.js';
import { startRedis } from './testing.js';

const server = await startRedis();
const redis = connectRedis(server.url, () => {});
const models = new Models(redis);
t.teardown(async () => {
  redis.disconnect();
  await server.close();
});
t.beforeEach(() => redis.flushall());

const [builtIn, other] = CATALOGUE as [Model, Model];
const { _id, ...properties } = builtIn;
const taken = {
  violations: [{ code: 409, message: 'model', description: 'A model with the same brand and name already exists' }],
};

/** The model that was written. */
function written(result: WrittenModel | undefined): Model {
  if (result === undefined || 'violations' in result) throw new Error(JSON.stringify(result));
  return result.model;
}

t.test('the built-in models are there', async (t) => {
  t.same(await models.get(builtIn._id), builtIn);
  t.equal((await models.list()).length, CATALOGUE.length);
  t.equal(await models.get('f'.repeat(24)), undefined);
});

t.test("an operator's model stands beside the built-in ones, or in the place of one", async (t) => {
  const own = written(await models.add({ ...properties, brandName: 'Aaa', model: 'Own' }));
  t.match(own, { _id: /^[0-9a-f]{24}$/, model: 'Own' });
  t.equal(written(await models.change(builtIn._id, { description: 'changed' })).description, 'changed');
  t.same(await models.get(own._id), own);
  t.same(await models.get(builtIn._id), { ...builtIn, description: 'changed' });
  t.same(await models.change('f'.repeat(24), { description: 'changed' }), undefined);
  const list = await models.list();
  t.equal(list.length, CATALOGUE.length + 1);
  t.same(list[0], own, 'listed by brand and name');
});

t.test('models of one spelling are always listed in the same order', async (t) => {
  const ids: string[] = [];
  for (const brand of ['GENERIC', 'SNOM', 'LG']) {
    ids.push(written(await models.add({ ...properties, brand, brandName: 'Aaa', model: 'Same' }))._id);
  }
  t.same(
    (await models.list()).slice(0, 3).map(({ _id }) => _id),
    ids.sort(),
  );
});

t.test('what is wrong is told, and nothing is written', async (t) => {
  t.match(await models.add({ ...properties, model: 'Own', extensions: 0 }), {
    violations: [{ message: 'extensions' }],
  });
  t.match(await models.change(builtIn._id, { extensions: 0 }), { violations: [{ message: 'extensions' }] });
  t.equal(await redis.dbsize(), 0);
});

t.test('no two models have one name', async (t) => {
  const own = written(await models.add({ ...properties, model: 'Own' }));
  t.same(await models.add({ ...properties, model: 'oWN' }), taken, 'of an own one, in any case');
  t.same(await models.add({ ...properties, model: other.model }), taken, 'of a built-in one');
  t.same(await models.change(own._id, { model: other.model }), taken);
  t.same(await models.change(other._id, { model: 'Own' }), taken);
  t.equal(written(await models.add({ ...properties, brand: 'LG', model: 'Own' })).brand, 'LG', 'but of another brand');
  t.equal(written(await models.change(own._id, { model: 'OWN' })).model, 'OWN', 'its own is no other');
  t.equal(written(await models.change(builtIn._id, { softkeys: 9 })).model, builtIn.model);
  t.equal(written(await models.change(builtIn._id, { softkeys: 8 })).model, builtIn.model);
});

t.test('a name that a model gave up is free', async (t) => {
  written(await models.change(builtIn._id, { model: 'Renamed' }));
  const heir = written(await models.add(properties));
  t.same(await models.change(builtIn._id, { model: builtIn.model }), taken, 'until another has it');
  written(await models.change(heir._id, { model: 'Renamed again' }));
  t.equal(written(await models.change(builtIn._id, { model: builtIn.model })).model, builtIn.model);
  t.same(Object.keys(await redis.hgetall(keys.modelNames)).length, 2);
});

t.test('of simultaneous models with one name exactly one is added', async (t) => {
  const results = await Promise.all(Array.from({ length: 4 }, () => models.add({ ...properties, model: 'Race' })));
  t.equal(results.filter((result) => 'model' in result).length, 1);
  t.same(
    results.filter((result) => 'violations' in result),
    [taken, taken, taken],
  );
  t.equal(await redis.hlen(keys.models), 1);
});

t.test('of simultaneous changes none is lost', async (t) => {
  await Promise.all([
    models.change(builtIn._id, { description: 'changed' }),
    models.change(builtIn._id, { extensions: 3 }),
    models.change(builtIn._id, { capabilities: { video: true } }),
  ]);
  t.match(await models.get(builtIn._id), { description: 'changed', extensions: 3, capabilities: { video: true } });
});

t.test('there are no more than 500 of them', async (t) => {
  const many = Array.from({ length: 499 }, (_, at) => [`id ${at}`, JSON.stringify({ ...builtIn, _id: `id ${at}` })]);
  await redis.hset(keys.models, ...many.flat());
  const last = written(await models.add({ ...properties, model: 'Last' }));
  t.match(await models.add({ ...properties, model: 'One more' }), { violations: [{ code: 409, message: 'model' }] });
  t.match(
    await models.change(builtIn._id, { softkeys: 1 }),
    { violations: [{ code: 409 }] },
    'not even a built-in one',
  );
  t.equal(written(await models.change(last._id, { softkeys: 1 })).softkeys, 1, 'those there are can be changed');
});
