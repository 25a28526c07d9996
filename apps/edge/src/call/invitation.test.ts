import t from 'tap';
import type { SipRequest } from '../sip/stack.js';
import { identityOf } from './identity.js';
import { readInvitation } from './invitation.js';

function read(changes: { uri?: string; body?: string; headers?: Record<string, string | undefined> } = {}) {
  const { uri = 'sip:100@h', body = '', headers = {} } = changes;
  const all: Record<string, string | undefined> = { contact: '<sip:a@h>', ...headers };
  const request = { uri, body, headers: all, get: (name: string) => all[name] };
  return readInvitation(request as unknown as SipRequest, { expires: 1_800, min: 90 });
}

t.test('an INVITE with and without offer is read', (t) => {
  t.match(read(), { dialled: '100', offer: undefined, maxForwards: 69 });
  t.match(read({ body: 'v=0', headers: { 'content-type': 'Application/SDP;x=y', 'max-forwards': '5' } }), {
    dialled: '100',
    offer: 'v=0',
    maxForwards: 4,
  });
  t.equal(read({ headers: { 'max-forwards': '255' } }).maxForwards, 69);
  t.equal(read({ uri: 'sip:*72@h;user=phone' }).dialled, '*72');
  t.end();
});

t.test('an INVITE that cannot be served is answered with what is wrong with it', (t) => {
  for (const [changes, status] of [
    [{ uri: 'tel:+45' }, 416],
    [{ uri: 'sip:a b@h' }, 400],
    [{ headers: { contact: undefined } }, 400],
    [{ headers: { contact: '*' } }, 400],
    [{ headers: { contact: '<sip:a@h>,<sip:b@h>' } }, 400],
    [{ headers: { 'max-forwards': '0' } }, 483],
    [{ headers: { 'max-forwards': '-1' } }, 400],
    [{ body: 'x' }, 415],
    [{ body: 'x', headers: { 'content-type': 'text/plain' } }, 415],
    [{ body: 'v=0', headers: { 'content-type': 'application/sdp', 'content-encoding': 'gzip' } }, 415],
    [{ body: 'v'.repeat(20_000), headers: { 'content-type': 'application/sdp' } }, 513],
  ] as const) {
    t.throws(() => read(changes), { message: `SIP ${status}` }, JSON.stringify(changes).slice(0, 80));
  }
  t.end();
});

t.test('the caller is shown by name and number of the extension, safely written', (t) => {
  const shown = (name: string, number = '100') => identityOf({ number, name }, 'pbx.example');
  t.equal(shown('Ann'), '"Ann" <sip:100@pbx.example>');
  t.equal(shown('Åse "The\\Boss"'), '"Åse \\"The\\\\Boss\\"" <sip:100@pbx.example>');
  t.equal(shown('A\r\nVia: x\u0000'), '"AVia: x" <sip:100@pbx.example>');
  t.equal(shown(''), '<sip:100@pbx.example>');
  t.equal(shown('A', '1>2'), '"A" <sip:1%3E2@pbx.example>');
  t.end();
});
