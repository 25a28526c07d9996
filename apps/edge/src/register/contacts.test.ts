import t from 'tap';
import { SipFailure } from '../sip/failure.js';
import type { SipRequest } from '../sip/stack.js';
import { readContacts } from './contacts.js';

const SOURCE = { address: '192.0.2.7', port: 5060, protocol: 'udp', country: undefined, userAgent: undefined };
const LIMITS = { jitter: 0, min: 60, max: 3_600, default: 1_800 };

function read(contact: string | undefined, expires?: string) {
  const headers: Record<string, string | undefined> = { contact, expires };
  return readContacts({ headers } as SipRequest, LIMITS, SOURCE);
}

t.test('each contact gets what it asks for, else what Expires says, else the default (RFC 3261 10.3)', (t) => {
  for (const [contact, expires, granted] of [
    ['<sip:a@h>', undefined, 1_800],
    ['<sip:a@h>', '120', 120],
    ['<sip:a@h>;expires=90', '120', 90],
    ['<sip:a@h>;expires=90', undefined, 90],
    ['<sip:a@h>;expires=0', '120', 0],
    ['<sip:a@h>', '0', 0],
    ['<sip:a@h>', '60', 60],
    ['<sip:a@h>', '3601', 3_600],
    ['<sip:a@h>', '4294967295', 3_600],
  ] as const) {
    t.match(read(contact, expires), [{ uri: 'sip:a@h', expires: granted }], `${contact} ${expires}`);
  }
  t.end();
});

t.test('longer times are granted up to a tenth shorter, each time another, so that phones come back apart', (t) => {
  const headers = { contact: '<sip:a@h>', expires: '3600' };
  const granted = Array.from({ length: 200 }, () => {
    const [update] = readContacts({ headers } as unknown as SipRequest, { ...LIMITS, jitter: 0.1 }, SOURCE);
    return typeof update === 'object' ? update.expires : 0;
  });
  t.ok(granted.every((seconds) => seconds >= 3_240 && seconds <= 3_600));
  t.ok(new Set(granted).size > 50);
  const short = readContacts(
    { headers: { ...headers, expires: '600' } } as unknown as SipRequest,
    {
      ...LIMITS,
      jitter: 0.1,
    },
    SOURCE,
  );
  t.match(short, [{ expires: 600 }], 'up to ten minutes are granted as asked');
  t.end();
});

t.test('less than the shortest time is answered 423 with the time that would do (RFC 3261 10.3)', (t) => {
  t.throws(() => read('<sip:a@h>;expires=59'), new SipFailure(423, { 'Min-Expires': '60' }));
  t.throws(() => read('<sip:a@h>', '1'), new SipFailure(423, { 'Min-Expires': '60' }));
  t.throws(() => read('<sip:a@h>;expires=600, <sip:b@h>;expires=1'), new SipFailure(423, { 'Min-Expires': '60' }));
  t.end();
});

t.test('no Contact asks, * with Expires 0 removes all', (t) => {
  t.strictSame(read(undefined), []);
  t.equal(read('*', '0'), '*');
  t.equal(read(' * ', ' 0 '), '*');
  t.end();
});

t.test('a malformed or overlarge expiry stands for 3600 seconds (RFC 3261 section 20.10)', (t) => {
  for (const [contact, expires] of [
    ['<sip:a@h>', 'soon'],
    ['<sip:a@h>', '-1'],
    ['<sip:a@h>', '1.5'],
    ['<sip:a@h>', '4294967296'],
    ['<sip:a@h>', '9'.repeat(10_000)],
    ['<sip:a@h>;expires=x', undefined],
    ['<sip:a@h>;expires', '60'],
  ] as const) {
    t.match(read(contact, expires), [{ expires: 3_600 }], `${contact} ${expires?.slice(0, 20)}`);
  }
  t.end();
});

t.test('a malformed Contact is answered 400', (t) => {
  for (const [contact, expires] of [
    ['*', undefined],
    ['*', '60'],
    ['*', 'x'],
    ['*, <sip:a@h>', '0'],
    ['<sip:a@h>, *', '0'],
    ['*;expires=0', '0'],
    ['nonsense', undefined],
    ['<sip:a@h>;q=2', undefined],
    ['<sip:a@h>;q=0.1234', undefined],
    [Array(101).fill('<sip:a@h>').join(), undefined],
    [`<sip:a@h>;x=${'y'.repeat(5_000)}`, undefined],
  ] as const) {
    t.throws(() => read(contact, expires), new SipFailure(400), `${contact?.slice(0, 50)} ${expires?.slice(0, 20)}`);
  }
  t.end();
});

t.test('a binding is named by instance and reg-id when both are there, by its URI otherwise', (t) => {
  const key = (contact: string) => (read(contact) as { key: string }[])[0]?.key;
  const instance = '+sip.instance="<urn:uuid:1>"';
  t.equal(key(`<sip:a@h>;${instance};reg-id=1`), key(`<sip:b@h2>;reg-id=1;${instance}`));
  t.not(key(`<sip:a@h>;${instance};reg-id=1`), key(`<sip:a@h>;${instance};reg-id=2`));
  for (const alone of [instance, 'reg-id=1', `${instance};reg-id=0`, `${instance};reg-id=x`]) {
    t.equal(key(`<sip:a@h>;${alone}`), key('<sip:a@h>'), alone);
  }
  t.equal(key('<sip:a@H;b=1;Transport=UDP>'), key('<sip:%61@h;transport=udp;b=1>'));
  for (const other of ['sips:a@h', 'sip:A@h', 'sip:a@h:5060', 'sip:a@h2', 'sip:a@h;line=1', 'sip:h']) {
    t.not(key(`<${other}>`), key('<sip:a@h>'), other);
  }
  t.end();
});

t.test('of the same contact twice the last counts', (t) => {
  t.match(read('<sip:a@h>;expires=100, <sip:a@h>;expires=200'), [{ expires: 200 }]);
  t.equal((read('<sip:a@h>, <sip:a@h>') as unknown[]).length, 1);
  t.end();
});

t.test('q is kept', (t) => {
  t.match(read('<sip:a@h>;q=0.5, <sip:b@h>;q=1.0, <sip:c@h>'), [{ q: 0.5 }, { q: 1 }, { q: undefined }]);
  t.end();
});
