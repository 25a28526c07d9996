import type { Binding } from '@ringfence/store';
import t from 'tap';
import { endedOf, writeReginfo } from './reginfo.js';

const at = 100_000;
const binding: Binding = {
  ...{ contact: 'sip:a@192.0.2.1;x="&"', expiresAt: at + 59_001, callId: 'c<1>', cseq: 7, protocol: 'udp' },
  ...{ address: '192.0.2.1', port: 5060, registeredAt: at - 10_000, updatedAt: at - 10_000 },
};
const write = (bindings: Binding[], ended: Binding[] = []) =>
  writeReginfo({ id: 'p1', username: 'alice', bindings, ended, at }, 'pbx.example', 2);

t.test('the registration of an address-of-record with its contacts (RFC 3680 5)', async (t) => {
  const text = write([binding]);
  t.match(text, 'xmlns="urn:ietf:params:xml:ns:reginfo" version="2" state="full">');
  t.match(text, '<registration aor="sip:alice@pbx.example" id="p1" state="active">');
  t.match(
    text,
    'state="active" event="registered" expires="60" duration-registered="10" callid="c&lt;1&gt;" cseq="7">',
  );
  t.match(text, '<uri>sip:a@192.0.2.1;x=&quot;&amp;&quot;</uri>');
  t.match(
    write([{ ...binding, updatedAt: at, q: 0.5 }]),
    'event="refreshed" expires="60" duration-registered="10" q="0.5"',
  );
  t.match(write([]), 'state="init"></registration>');
});

t.test('what ended is told with the reason, under the id that it had', async (t) => {
  const id = /<contact id="([0-9a-f]{16})"/;
  const [gone, expired] = [write([], [binding]), write([binding], [{ ...binding, expiresAt: at }])];
  t.match(gone, 'id="p1" state="terminated">');
  t.match(gone, 'state="terminated" event="unregistered"');
  t.match(expired, 'state="terminated" event="expired"');
  t.equal(id.exec(gone)?.[1], id.exec(write([binding]))?.[1]);

  const moved = { ...binding, contact: 'sip:a@192.0.2.9' };
  t.same(endedOf([binding], [moved]), [binding]);
  const named = { instance: '<urn:uuid:1>', regId: 1 };
  t.same(endedOf([{ ...binding, ...named }], [{ ...moved, ...named }]), [], 'an instance keeps its id wherever it is');
});
