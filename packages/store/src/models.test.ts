import { CATALOGUE, type Model } from '@ringfence/phone';
import t from 'tap';
import { Models } from './models.js';
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

const [builtIn] = CATALOGUE as [Model];

t.test('the built-in models are there', async (t) => {
  t.same(await models.get(builtIn._id), builtIn);
  t.equal((await models.list()).length, CATALOGUE.length);
  t.equal(await models.get('f'.repeat(24)), undefined);
});

t.test("an operator's model stands beside the built-in ones, or in the place of one", async (t) => {
  const own: Model = { ...builtIn, _id: 'f'.repeat(24), brandName: 'Aaa', model: 'Own' };
  await models.put(own);
  await models.put({ ...builtIn, description: 'changed' });
  t.same(await models.get(own._id), own);
  t.equal((await models.get(builtIn._id))?.description, 'changed');
  const list = await models.list();
  t.equal(list.length, CATALOGUE.length + 1);
  t.same(list[0], own, 'listed by brand and name');
});
