import type { Call } from '@ringfence/store';
import t from 'tap';
import { type ExtensionState, writeDialogInfo } from './dialog-info.js';

const ringing: Call = {
  ...{ id: 'c1', customer: 'c', state: 'ringing', startedAt: 1, edge: 'e' },
  caller: { phone: 'p1', extension: 'x1', number: '100', name: 'A "B" <C> & \'D\'\u0007' },
  callee: { extension: 'x2', number: '101', name: '', phones: ['p2'] },
};
const write = (state: Partial<ExtensionState>) =>
  writeDialogInfo({ id: 'x1', number: '100', calls: [], isOnline: true, ...state }, 'pbx.example', 3);
const inside = (text: string) => /<dialog-info [^>]*>(.*)<\/dialog-info>/s.exec(text)?.[1];

t.test('the document is full, of a version, and about the extension (RFC 4235 4.1)', async (t) => {
  t.equal(
    write({}).split('<dialog ')[0],
    '<?xml version="1.0" encoding="UTF-8"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" ' +
      'version="3" state="full" entity="sip:100@pbx.example">',
  );
});

t.test('idle and not registered are terminated dialogs, and told apart by the code', async (t) => {
  t.equal(inside(write({})), '<dialog id="idle"><state>terminated</state></dialog>');
  t.equal(
    inside(write({ isOnline: false })),
    '<dialog id="unregistered"><state event="error" code="480">terminated</state></dialog>',
  );
});

t.test('each call is a dialog with its direction, its state and both parties', async (t) => {
  const name = 'A &quot;B&quot; &lt;C&gt; &amp; &apos;D&apos;';
  const party = (number: string, display = '') =>
    `<identity${display}>sip:${number}@pbx.example</identity><target uri="sip:${number}@pbx.example"/>`;
  const [caller, callee] = [party('100', ` display="${name}"`), party('101')];
  t.equal(
    inside(write({ calls: [ringing], isOnline: false })),
    '<dialog id="c1-initiator" direction="initiator"><state>early</state>' +
      `<local>${caller}</local><remote>${callee}</remote></dialog>`,
  );
  t.equal(
    inside(write({ id: 'x2', number: '101', calls: [{ ...ringing, state: 'answered' }] })),
    '<dialog id="c1-recipient" direction="recipient"><state>confirmed</state>' +
      `<local>${callee}</local><remote>${caller}</remote></dialog>`,
  );
});

t.test('an extension that calls itself has two dialogs', async (t) => {
  const calls = [{ ...ringing, callee: { ...ringing.callee, extension: 'x1' } }];
  t.same(write({ calls }).match(/<dialog id="[^"]*"/g), ['<dialog id="c1-initiator"', '<dialog id="c1-recipient"']);
});
