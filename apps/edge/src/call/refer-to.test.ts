import t from 'tap';
import { readReferTo } from './refer-to.js';

function read(text: string | undefined) {
  return readReferTo({ headers: { 'refer-to': text } });
}

t.test('Refer-To names a number, and the dialog that it replaces (RFC 3515 2.1, RFC 3891)', (t) => {
  for (const text of ['sip:101@h', '<sip:101@h>', '"A" <sip:101@h;user=phone>;x=y', '  <sips:101@h>  ']) {
    t.strictSame(read(text), { number: '101', replaces: undefined }, text);
  }
  const replaces = { callId: 'a@b', toTag: '1', fromTag: '2' };
  t.strictSame(read('<sip:101@h?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>'), { number: '101', replaces });
  t.strictSame(read('<sip:101@h?x=y&replaces=a%40b%3Bfrom-tag%3D2%3Bto-tag%3D1%3Bearly-only>')?.replaces, replaces);
  t.strictSame(read('<sip:101@h?Replaces=>')?.replaces, { callId: '', toTag: '', fromTag: '' });
  t.end();
});

t.test('what names nobody, or several, is refused', (t) => {
  const wrong = [undefined, '', 'x', 'tel:1', '<sip:1@h>, <sip:2@h>', '<sip:1@h>,<sip:2@h>', '<sip:1@h', '<<sip:1@h>>'];
  for (const text of [...wrong, '<sip:1@h?Replaces=%GG>', `<sip:${'1'.repeat(3_000)}@h>`]) {
    t.throws(() => read(text), { message: 'SIP 400' }, `${text}`.slice(0, 40));
  }
  t.end();
});
