import t from 'tap';
import { parseNameAddr } from '../sip/name-addr.js';
import type { SipRequest } from '../sip/stack.js';
import { wantsPrivacy } from './privacy.js';

t.test('a caller is unknown when it asks for that (RFC 3323 4.2)', (t) => {
  for (const [privacy, from, unknown] of [
    [undefined, 'sip:100@h', false],
    ['', 'sip:100@h', false],
    ['id', 'sip:100@h', true],
    ['ID', 'sip:100@h', true],
    ['header; user', 'sip:100@h', true],
    ['user,critical', 'sip:100@h', true],
    ['session', 'sip:100@h', true],
    ['history', 'sip:100@h', false],
    ['critical', 'sip:100@h', false],
    ['none', 'sip:100@h', false],
    ['none', 'sip:anonymous@anonymous.invalid', false],
    [undefined, 'sip:anonymous@anonymous.invalid', true],
  ] as const) {
    t.equal(wantsPrivacy(...request(privacy, from)), unknown, `${privacy} ${from}`);
  }
  t.end();
});

t.test('one who insists on what cannot be given is refused (RFC 3323 4.2)', (t) => {
  t.throws(() => wantsPrivacy(...request('session;critical', 'sip:100@h')), { message: 'SIP 500' });
  t.throws(() => wantsPrivacy(...request('x'.repeat(200), 'sip:100@h')), { message: 'SIP 400' });
  t.end();
});

function request(privacy: string | undefined, from: string) {
  const address = parseNameAddr(`<${from}>`);
  if (address === undefined) throw new Error(from);
  return [{ headers: { privacy } } as unknown as SipRequest, address] as const;
}
