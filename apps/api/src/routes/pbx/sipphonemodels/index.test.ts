import { CATALOGUE, type Model } from '@ringfence/phone';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { call, store } = await startApi(t);
const list = async (query: string) => (await call('VIEWER', 'GET', `/pbx/sipphonemodels${query}`)).json();

t.test('models are listed in short, by brand and name', async (t) => {
  const { offset, limit, total, sipPhoneModels } = await list('');
  t.same({ offset, limit, total }, { offset: 0, limit: 50, total: CATALOGUE.length });
  t.equal(sipPhoneModels.length, CATALOGUE.length);
  t.same(Object.keys(sipPhoneModels[0]), ['_id', 'brand', 'brandName', 'model', 'description']);
  t.same((await list('?offset=1&limit=2')).sipPhoneModels, sipPhoneModels.slice(1, 3));
  t.same((await list('?offset=999')).sipPhoneModels, []);
});

t.test('they are found by brand, name and description', async (t) => {
  const found = async (filter: string) => (await list(`?filter=${filter}`)).sipPhoneModels.map((m: Model) => m.model);
  t.same(await found('SNOM'), ['370', 'D385', 'D785', 'M300']);
  t.same(await found('t46u'), ['T46U']);
  t.same(await found('browser'), ['WebRTC']);
  t.same(await found('nothing%20like%20it'), []);
});

t.test('in full they tell everything, in the list and one by one', async (t) => {
  const [model] = CATALOGUE as [Model];
  t.same((await call('VIEWER', 'GET', `/pbx/sipphonemodels/${model._id.toUpperCase()}`)).json(), model);
  const { sipPhoneModels } = await list('?full=true');
  t.same(
    sipPhoneModels.find(({ _id }: Model) => _id === model._id),
    model,
  );
});

t.test("an operator's model is one of them", async (t) => {
  const own = { ...(CATALOGUE[0] as Model), _id: 'f'.repeat(24), model: 'Own', picture: 'https://example.com/own.png' };
  await store.models.put(own);
  t.same((await call('VIEWER', 'GET', `/pbx/sipphonemodels/${own._id}`)).json(), own);
  t.match((await list('?filter=own')).sipPhoneModels, [{ picture: own.picture }]);
});

t.test('a query that makes no sense is told so', async (t) => {
  const table: [query: string, message: string, description: string][] = [
    ['?limit=0', 'limit', 'Value is invalid'],
    ['?limit=501', 'limit', 'Value is invalid'],
    ['?limit=1e99', 'limit', 'Value is invalid'],
    ['?limit=1&limit=2', 'limit', 'Value is invalid'],
    ['?offset=-1', 'offset', 'Value is invalid'],
    ['?offset=1.5', 'offset', 'Value is invalid'],
    ['?full=perhaps', 'full', 'Value is invalid'],
    ['?nonsense=1', 'nonsense', 'Unknown property'],
    ['?__proto__=1', '__proto__', 'Unknown property'],
  ];
  for (const [query, message, description] of table) {
    t.same(await list(query), { code: 422, message, description }, query);
  }
});
