import { CATALOGUE, type Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { call, store, clock } = await startApi(t);
const idOf = (name: string) => CATALOGUE.find(({ model }) => model === name)?._id;

/** A phone that is registered at a server `a`. */
async function online(model: string, more: object): Promise<Phone> {
  const phone: Phone = (await call('OWNER', 'POST', '/pbx/sipphone', { sipPhoneModel: idOf(model), ...more })).json();
  const binding = {
    contact: 'sip:x',
    server: 'a',
    protocol: 'udp',
    address: '192.0.2.1',
    expiresAt: clock.now + 60_000,
  };
  await store.redis.hset(keys.bindings(phone._id), 'x', JSON.stringify(binding));
  return phone;
}

const desk = await online('D785', { macAddress: '000413000001' });
const base = await online('N510 IP PRO', { macAddress: '7C2F80000001', handsetAddress: '0123456789' });
const soft = await online('Softphone', {});

const ask = async (phone: Phone, action: string, method: 'GET' | 'POST' = 'POST') => {
  const { statusCode, ...response } = await call('MANAGER', method, `/pbx/sipphone/${phone._id}/${action}`);
  const { success, message } = response.json();
  return [statusCode, success ?? message];
};

t.test('a phone is told in the words of its vendor, what its model cannot be told is refused', async (t) => {
  t.same(await ask(desk, 'reboot'), [503, 'unavailable'], 'no edge runs');
  await store.notices.claim('a', 0);
  const table: [phone: Phone, action: string, answer: unknown[], event?: string][] = [
    [desk, 'reboot', [200, true], 'check-sync;reboot=true'],
    [desk, 'configreload', [200, true], 'check-sync;reboot=false'],
    [base, 'configreload', [200, true], 'check-sync'],
    [base, 'reboot', [409, 'sipPhoneModel']],
    [soft, 'reboot', [409, 'sipPhoneModel']],
    [soft, 'configreload', [409, 'sipPhoneModel']],
  ];
  for (const [phone, action, answer, event] of table) {
    for (const method of ['GET', 'POST'] as const)
      t.same(await ask(phone, action, method), answer, `${method} ${action}`);
    const notices = await store.notices.claim('a', 50);
    t.match(
      notices,
      event === undefined ? [] : [{ phone: phone._id, action, event }],
      'once, however often it was asked',
    );
    t.equal(notices.length, event === undefined ? 0 : 1);
  }
});

t.test('one that is not registered is told of as offline', async (t) => {
  await call('OWNER', 'DELETE', `/pbx/sipphone/${desk._id}/bindings`);
  t.same(await ask(desk, 'reboot'), [409, 'offline']);
  t.same(await ask(desk, 'configreload', 'GET'), [409, 'offline']);
});
