import t from 'tap';
import type { SipRequest } from '../sip/stack.js';
import { askForTerms, grantTerms, keepTerms, readMinSe, readTerms } from './session-terms.js';

const TIMES = { expires: 1_800, min: 90 };

function message(headers: Record<string, string>) {
  return { headers, get: (name: string) => headers[name.toLowerCase()] } as unknown as SipRequest;
}

t.test('the caller refreshes unless it wants the edge to (RFC 4028 9)', (t) => {
  for (const [headers, interval, refresher, agreed] of [
    [{}, 1_800, undefined, undefined],
    [{ 'session-expires': '600' }, 1_800, undefined, undefined],
    [{ supported: 'timer' }, 1_800, 'other', '1800;refresher=uac'],
    [{ supported: '100rel, timer', 'session-expires': '600' }, 600, 'other', '600;refresher=uac'],
    [{ supported: 'timer', 'session-expires': '600;refresher=uas' }, 600, 'edge', '600;refresher=uas'],
    [{ supported: 'timer', 'session-expires': '600 ; x=y; Refresher=UAC' }, 600, 'other', '600;refresher=uac'],
    [{ supported: 'timer', 'session-expires': '7200' }, 1_800, 'other', '1800;refresher=uac'],
    [{ supported: 'timer', 'session-expires': '7200', 'min-se': '3600' }, 3_600, 'other', '3600;refresher=uac'],
    [{ supported: 'timer', 'session-expires': 'nonsense' }, 1_800, 'other', '1800;refresher=uac'],
    [{ supported: 'timer', 'session-expires': '999999999' }, 1_800, 'other', '1800;refresher=uac'],
  ] as const) {
    const granted = grantTerms(message(headers), TIMES);
    t.strictSame(granted.terms, { interval, refresher }, JSON.stringify(headers));
    t.equal(granted.headers['Session-Expires'], agreed);
    t.equal(granted.headers.Require, refresher === 'other' ? 'timer' : undefined);
  }
  t.throws(() => grantTerms(message({ supported: 'timer', 'session-expires': '89' }), TIMES), {
    message: 'SIP 422',
    headers: { 'Min-SE': '90' },
  });
  t.end();
});

t.test('the other side says who refreshes, or knows no session timers (RFC 4028 7.2)', (t) => {
  t.strictSame(readTerms(message({}), TIMES), { interval: 1_800, refresher: undefined });
  t.strictSame(readTerms(message({ 'session-expires': '300;refresher=uas' }), TIMES), {
    interval: 300,
    refresher: 'other',
  });
  t.strictSame(readTerms(message({ 'session-expires': '300' }), TIMES), { interval: 300, refresher: 'edge' });
  t.end();
});

t.test('requests of the edge keep what was agreed on', (t) => {
  t.strictSame(keepTerms({ interval: 300, refresher: undefined }), {});
  t.equal(keepTerms({ interval: 300, refresher: 'edge' })['Session-Expires'], '300;refresher=uac');
  t.equal(keepTerms({ interval: 300, refresher: 'other' })['Session-Expires'], '300;refresher=uas');
  t.strictSame(askForTerms(TIMES), { Supported: 'timer', 'Session-Expires': '1800' });
  t.match(askForTerms(TIMES, readMinSe(message({ 'min-se': '3600;x' }))), {
    'Session-Expires': '3600',
    'Min-SE': '3600',
  });
  t.equal(readMinSe(message({ 'min-se': 'x' })), 0);
  t.end();
});
