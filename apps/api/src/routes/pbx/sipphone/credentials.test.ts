import { CATALOGUE, type Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { call, store, clock } = await startApi(t);
const generic = CATALOGUE.find(({ brand }) => brand === 'GENERIC')?._id;

t.test('a reset answers the phone with new credentials, as a change of its configuration', async (t) => {
  const created = await call('OWNER', 'POST', '/pbx/sipphone', { sipPhoneModel: generic, notes: 'mine' });
  const before: Phone = created.json();
  for (const method of ['POST', 'GET'] as const) {
    clock.now += 1_000;
    const reset = await call('MANAGER', method, `/pbx/sipphone/${before._id}/resetcredentials`);
    const after: Phone = reset.json();
    t.match(after, { username: /^[a-z0-9]{32}$/, password: /^[a-z0-9]{32}$/ });
    t.not(after.username, before.username);
    t.not(after.password, before.password);
    t.not(reset.headers.etag, created.headers.etag);
    t.equal(after.status.configSaved, new Date(clock.now).toISOString());
    const { username, password, status } = before;
    t.same({ ...after, username, password, status }, before, 'nothing else is changed');
    const read = await call('OWNER', 'GET', `/pbx/sipphone/${before._id}`);
    t.same(read.json(), after);
    t.equal(read.headers.etag, reset.headers.etag);
  }
});

t.test('the credentials that were replaced outlive changes of the phone, and are kept encrypted', async (t) => {
  const before: Phone = (await call('OWNER', 'POST', '/pbx/sipphone', { sipPhoneModel: generic })).json();
  await call('OWNER', 'POST', `/pbx/sipphone/${before._id}/resetcredentials`);
  await call('OWNER', 'PUT', `/pbx/sipphone/${before._id}`, { notes: 'changed' });
  const account = await store.bindings.findPhone(before.username);
  t.equal(store.secrets.open(account?.sealedPassword ?? '', before._id), before.password);
  t.notMatch(JSON.stringify(await store.redis.hgetall(keys.phone(before._id))), before.password);
  t.ok((await store.redis.pttl(keys.username(before.username))) > 0);
});
