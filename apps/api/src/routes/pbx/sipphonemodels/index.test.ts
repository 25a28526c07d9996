import { CATALOGUE, type Model, type Phone } from '@ringfence/phone';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { app, call, server, tokens } = await startApi(t);
const PATH = '/pbx/sipphonemodels';
const list = async (query: string) => (await call('VIEWER', 'GET', `${PATH}${query}`)).json();
const read = async (id: string) => (await call('VIEWER', 'GET', `${PATH}/${id}`)).json();
const find = (name: string) => CATALOGUE.find(({ model }) => model === name) as Model;
const { _id: _, ...D785 } = find('D785');
const ALL = CATALOGUE.length;

t.test('models are listed in short, by brand and name', async (t) => {
  const { sipPhoneModels, ...page } = await list('');
  t.same(page, { offset: 0, limit: 50, total: ALL });
  t.equal(sipPhoneModels.length, 50);
  t.same(Object.keys(sipPhoneModels[0]), ['_id', 'brand', 'brandName', 'model', 'description']);
  t.same((await list('?offset=1&limit=2')).sipPhoneModels, sipPhoneModels.slice(1, 3));
  t.same((await list('?offset=999')).sipPhoneModels, []);
  const all = (await list('?limit=500')).sipPhoneModels.map(({ brandName, model }: Model) => `${brandName} ${model}`);
  t.equal(all.length, ALL);
  t.same(
    all,
    [...all].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
  );
});

t.test('they are found by brand, name and description', async (t) => {
  const found = async (filter: string) => (await list(`?filter=${filter}`)).sipPhoneModels.map((m: Model) => m.model);
  t.same(await found('GIGASET'), ['N510 IP PRO', 'N610 IP PRO', 'N670 IP PRO', 'N870 IP PRO', 'N870E IP PRO']);
  t.same(await found('ericsson'), ['1010i', '1020i', '1030i', '1040i', 'IP8802E', 'IP8820', 'IP8830E']);
  t.same(await found('t46u'), ['T46U']);
  t.same(await found('browser'), ['WebRTC']);
  t.same(await found('nothing%20like%20it'), []);
  t.match(await list('?filter=gigaset&offset=1&limit=2'), { offset: 1, limit: 2, total: 5, sipPhoneModels: [{}, {}] });
});

t.test('in full they tell everything, in the list and one by one', async (t) => {
  const model = find('D785');
  t.same(await read(model._id.toUpperCase()), model);
  t.same((await list('?full=true&filter=D785')).sipPhoneModels, [model]);
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

t.test('an operator adds a model, which is one of them from then on', async (t) => {
  const body = { ...D785, _id: 'mine', model: 'Own 1', picture: 'https://example.com/1.png', source: null };
  const response = await call('ADMIN', 'POST', PATH, body);
  t.equal(response.statusCode, 201);
  const model = response.json<Model>();
  const { source, ...kept } = D785;
  t.match(model._id, /^[0-9a-f]{24}$/);
  t.same(model, { ...kept, _id: model._id, model: 'Own 1', picture: body.picture });
  t.equal(response.headers.location, `${PATH}/${model._id}`);
  t.same(await read(model._id), model);
  t.equal((await list('')).total, ALL + 1);
  const { _id, brand, brandName, picture, description } = model;
  t.same(await list('?filter=own%201'), {
    ...{ offset: 0, limit: 50, total: 1 },
    sipPhoneModels: [{ _id, brand, brandName, model: 'Own 1', picture, description }],
  });
  t.same((await list('?filter=own%201&full=true')).sipPhoneModels, [model]);
  const before = (await list(`?filter=snom&limit=500`)).sipPhoneModels.map(({ model }: Model) => model);
  t.ok(before.indexOf('Own 1') > before.indexOf('M900'), 'in its place');
});

t.test('a changed model is what the next phone is checked against', async (t) => {
  const { _id } = (await call('ADMIN', 'POST', PATH, { ...D785, model: 'Own 2' })).json<Model>();
  let macs = 0;
  const create = async (body: object) => {
    const macAddress = `0004139000${(macs++).toString(16).padStart(2, '0')}`;
    return (await call('OWNER', 'POST', '/pbx/sipphone', { sipPhoneModel: _id, macAddress, ...body })).json();
  };
  t.match(await create({ ringer: { tone: 10 } }), { sipPhoneModel: _id, ringer: { tone: 10, volume: 8 } });
  const change = { ringer: { tone: { max: 3 }, volume: { default: 2 } }, capabilities: { customRingtones: false } };
  t.equal((await call('ADMIN', 'PUT', `${PATH}/${_id}`, change)).statusCode, 200);
  t.match(await create({ ringer: { tone: 10 } }), { code: 422, message: 'ringer.tone' });
  t.match(await create({ ringer: { tone: 'a'.repeat(24) } }), { code: 422, message: 'ringer.tone' });
  t.match(await create({}), { ringer: { tone: 1, volume: 2 } });
  await call('ADMIN', 'PUT', `${PATH}/${_id}`, { capabilities: { multipleHandsets: true } });
  t.match(await create({}), { code: 422, message: 'handsetAddress' });
  t.equal((await create({ handsetAddress: '1' })).handsetIndex, 0);
});

t.test('a built-in model is covered by the changed one', async (t) => {
  const model = find('WebRTC');
  const url = `${PATH}/${model._id.toUpperCase()}`;
  const changed = await call('ADMIN', 'PUT', url, { digest: ['SHA-256', 'MD5'], display: null });
  t.same(changed.json(), { ...model, digest: ['SHA-256', 'MD5'] });
  t.same(await read(model._id), changed.json());
  t.same((await list('?filter=webrtc&full=true')).sipPhoneModels, [changed.json()]);
  const { total } = await list('');
  t.same((await call('ADMIN', 'PUT', url, model)).json(), model, 'and what was read before can be sent back');
  t.equal((await list('')).total, total);
});

t.test('a whole model takes the place of the old one, properties without a value and all', async (t) => {
  const { _id } = (await call('ADMIN', 'POST', PATH, { ...D785, model: 'Own 3' })).json<Model>();
  const { sidePanels, ringer, ...rest } = D785;
  const whole = { ...rest, model: 'Own 3', description: 'without panels' };
  t.same((await call('ADMIN', 'PUT', `${PATH}/${_id}`, whole)).json(), { _id, ...whole });
  t.same(await read(_id), { _id, ...whole });
});

t.test('everything that is wrong is told, and nothing is kept', async (t) => {
  const { total } = await list('');
  const one = await call('ADMIN', 'POST', PATH, { ...D785, model: 'Own 4', extensions: 0 });
  t.equal(one.statusCode, 422);
  t.same(one.json(), { code: 422, message: 'extensions', description: 'Value is invalid' });
  const { digest, ...incomplete } = { ...D785, model: 'Own 4', colour: 'red', ringer: { tone: { min: 'x' } } };
  const many = await call('ADMIN', 'POST', PATH, incomplete);
  t.equal(many.statusCode, 422);
  const { inner, ...multiple } = many.json();
  t.same(multiple, { code: 422, message: 'multiple', description: 'Multiple errors' });
  t.same(
    new Set(inner.map((error: { message: string; description: string }) => `${error.message}: ${error.description}`)),
    new Set([
      'digest: Property is missing',
      'colour: Unknown property',
      'ringer.tone.min: Value is invalid',
      'ringer.tone.max: Property is missing',
      'ringer.tone.default: Property is missing',
    ]),
  );
  const { _id } = find('D785');
  t.same((await call('ADMIN', 'PUT', `${PATH}/${_id}`, { softkeys: -1 })).json(), {
    ...{ code: 422, message: 'softkeys', description: 'Value is invalid' },
  });
  t.same((await call('ADMIN', 'PUT', `${PATH}/${_id}`, { description: null })).json(), {
    ...{ code: 422, message: 'description', description: 'Property is missing' },
  });
  t.same(await read(_id), find('D785'));
  t.equal((await list('')).total, total);
});

t.test('a name that another model of the brand has is a conflict', async (t) => {
  const conflict = {
    ...{ code: 409, message: 'model', description: 'A model with the same brand and name already exists' },
  };
  for (const [method, url] of [
    ['POST', PATH],
    ['PUT', `${PATH}/${find('D735')._id}`],
  ] as const) {
    const response = await call('ADMIN', method, url, { ...D785, model: 'd785' });
    t.equal(response.statusCode, 409, method);
    t.same(response.json(), conflict, method);
  }
});

t.test('a model that is not there, or no id, or no object', async (t) => {
  t.match((await call('ADMIN', 'PUT', `${PATH}/${'f'.repeat(24)}`, D785)).json(), { code: 404, message: 'not_found' });
  t.match((await call('ADMIN', 'PUT', `${PATH}/d785`, D785)).json(), { code: 400, message: 'bad_request' });
  const headers = { authorization: `Bearer ${tokens.ADMIN}`, 'content-type': 'application/json' };
  for (const payload of ['[]', '"x"', 'null', '{', '']) {
    const response = await app.inject({ method: 'POST', url: PATH, headers, payload });
    t.match(response.json(), { code: 400, message: 'bad_request' }, payload);
  }
});

t.test('VIEWER and up read, ADMIN alone writes', async (t) => {
  const { _id } = find('D385');
  const table: [method: 'GET' | 'POST' | 'PUT', url: string, body: object | undefined, allowed: string[]][] = [
    ['GET', PATH, undefined, ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER']],
    ['GET', `${PATH}/${_id}`, undefined, ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER']],
    ['POST', PATH, { ...D785, model: 'Own 5' }, ['ADMIN']],
    ['PUT', `${PATH}/${_id}`, { description: 'mine' }, ['ADMIN']],
  ];
  for (const [method, url, body, allowed] of table) {
    for (const level of ['PERSONAL', 'VIEWER', 'MANAGER', 'OWNER', 'RESELLER', 'ADMIN']) {
      const { statusCode } = await call(level, method, url, body);
      const expected = allowed.includes(level) ? (method === 'POST' ? 201 : 200) : 403;
      t.equal(statusCode, expected, `${level} ${method} ${url}`);
    }
    t.equal((await call('nobody', method, url, body)).statusCode, 401, `nobody ${method} ${url}`);
  }
  t.equal((await read(_id)).description, 'mine');
});

t.test('a phone of an own model is read and made again', async (t) => {
  const { _id } = (await call('ADMIN', 'POST', PATH, { ...D785, model: 'Own 6', extensions: 1 })).json<Model>();
  const body = { sipPhoneModel: _id.toUpperCase(), macAddress: '000413800001' };
  const phone = (await call('OWNER', 'POST', '/pbx/sipphone', body)).json<Phone>();
  t.equal(phone.sipPhoneModel, _id);
  t.match((await call('OWNER', 'POST', '/pbx/sipphone', body)).json(), { code: 409, message: 'macAddress' });
  await call('ADMIN', 'PUT', `${PATH}/${_id}`, { extensions: 2 });
  t.equal((await call('OWNER', 'POST', '/pbx/sipphone', body)).statusCode, 201, 'there is a second place now');
});

t.test('without the store it is told so', async (t) => {
  await server.stop();
  for (const [method, url] of [
    ['GET', PATH],
    ['POST', PATH],
  ] as const) {
    t.match((await call('ADMIN', method, url, method === 'POST' ? D785 : undefined)).json(), { code: 503 }, method);
  }
});
