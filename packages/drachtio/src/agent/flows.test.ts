import t from 'tap';
import { SipResponse } from '../sip/message.js';
import { parseUri, type SipUri } from '../sip/uri.js';
import { request } from '../testing/messages.js';
import type { Hop } from '../transport/hop.js';
import { Flows } from './flows.js';

const hop: Hop = {
  transport: 'udp',
  local: { transport: 'udp', host: '127.0.0.1', port: 5060 },
  address: '192.0.2.1',
  port: 40_000,
};
const uri = (text: string) => parseUri(text) as SipUri;

function start(limit = 10) {
  const clock = { now: 0 };
  const flows = new Flows({ limit, now: () => clock.now });
  const register = (contact: string, expires?: number, granted?: number) => {
    const more = [`Contact: ${contact}`, ...(expires === undefined ? [] : [`Expires: ${expires}`])];
    const headers = granted === undefined ? [] : [{ name: 'Expires', value: String(granted) }];
    flows.learn(request({ method: 'REGISTER', more }), new SipResponse(200, 'OK', headers), hop);
  };
  return { clock, flows, register };
}

t.test('a Contact nobody can resolve leads back to where it was registered from, while it lasts', async (t) => {
  const { clock, flows, register } = start();
  register('<sip:Alice@x1.invalid;transport=tcp>', 60);
  t.equal(flows.find(uri('sip:Alice@X1.invalid;transport=tcp')), hop);
  t.equal(flows.find(uri('sip:bob@x1.invalid')), undefined);
  clock.now = 60_000;
  t.equal(flows.find(uri('sip:Alice@x1.invalid')), undefined);
  t.equal(flows.size, 0);
});

t.test('one that can be resolved does not: nobody takes over a host by registering it', async (t) => {
  const { flows, register } = start();
  register('<sip:alice@carrier.example.com>');
  register('<sip:alice@192.0.2.7>');
  register('*');
  t.equal(flows.size, 0);
});

t.test('unregistering ends it, the longer of asked and granted counts, and there is a limit', async (t) => {
  const { clock, flows, register } = start(2);
  register('<sip:a@x.invalid>;expires=0', 300);
  register('<sip:b@x.invalid>', 10, 300);
  clock.now = 200_000;
  t.equal(flows.find(uri('sip:a@x.invalid')), undefined);
  t.equal(flows.find(uri('sip:b@x.invalid')), hop);
  register('<sip:b@x.invalid>', 0);
  t.equal(flows.find(uri('sip:b@x.invalid')), undefined);
  for (const user of ['c', 'd', 'e']) register(`<sip:${user}@x.invalid>`);
  t.equal(flows.size, 2);
  t.equal(flows.find(uri('sip:c@x.invalid')), undefined, 'the oldest makes room');
});
