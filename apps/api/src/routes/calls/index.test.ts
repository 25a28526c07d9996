import { newId } from '@ringfence/phone';
import type { Call } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../testing.js';

const { call, ids, store, clock } = await startApi(t);

let calls = 0;

/** Begins a call between phones of a customer. */
async function begin(owner: string, phone: string, callee: Partial<Call['callee']> = {}): Promise<Call> {
  clock.now += 1_000;
  const customer = ids[owner] as string;
  const made: Call = {
    ...{ id: `${owner}-${calls++}`, customer, state: 'ringing', startedAt: clock.now, edge: `edge-${calls % 2}` },
    caller: { phone, number: '100', name: 'Reception' },
    callee: { number: '101', name: '', phones: [], ...callee },
  };
  await store.calls.start(made, undefined, { type: 'call.started', at: clock.now, customer });
  return made;
}

t.test('the calls that a caller may see are told, the newest first', async (t) => {
  const [one, other, third] = [newId(), newId(), newId()];
  const own = await begin('own', one, { phones: [other, third], answeredBy: other });
  const sibling = await begin('sibling', newId());
  const foreign = await begin('foreign', newId());
  const second = await begin('own', third);
  const table: [token: string, query: string, expected: Call[]][] = [
    ['ADMIN', '', [second, foreign, sibling, own]],
    ['ADMIN', `?customer=${ids.foreign}`, [foreign]],
    ['RESELLER', '', [second, sibling, own]],
    ['OWNER', '', [second, own]],
    ['VIEWER', `?phone=${one.toUpperCase()}`, [own]],
    ['VIEWER', `?phone=${other}`, [own]],
    ['VIEWER', `?phone=${third}`, [second, own]],
    ['VIEWER', `?phone=${foreign.caller.phone}`, []],
  ];
  for (const [token, query, calls] of table) {
    t.same((await call(token, 'GET', `/calls${query}`)).json(), { total: calls.length, calls }, `${token} ${query}`);
  }
  await store.calls.end(own, { type: 'call.ended', at: clock.now, customer: own.customer });
  t.same((await call('OWNER', 'GET', '/calls')).json(), { total: 1, calls: [second] });
});

t.test('of many calls the newest 500 are told, and how many there are', async (t) => {
  for (let i = 0; i < 600; i++) await begin('sibling', newId());
  const { total, calls } = (await call('RESELLER', 'GET', `/calls?customer=${ids.sibling}`)).json();
  t.equal(total, 601);
  t.equal(calls.length, 500);
  t.equal(calls[0].startedAt, clock.now);
});
