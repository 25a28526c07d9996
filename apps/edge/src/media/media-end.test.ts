import t from 'tap';
import { AT_CLUSTER, MediaEnd } from './media-end.js';

const ADDRESS = '192.0.2.7';
const at = (transport: string) => new MediaEnd({ transport, address: ADDRESS });

t.test('an end that has said nothing is offered what its transport tells', async (t) => {
  for (const [transport, wanted] of [
    ['udp', { 'transport-protocol': 'RTP/AVP', ICE: 'remove', DTLS: 'off', SDES: ['off'] }],
    ['tcp', { 'transport-protocol': 'RTP/AVP', ICE: 'remove', DTLS: 'off', SDES: ['off'] }],
    ['tls', { 'transport-protocol': 'RTP/AVP', ICE: 'remove', DTLS: 'off', OSRTP: ['offer'] }],
    ['ws', { 'transport-protocol': 'UDP/TLS/RTP/SAVPF', ICE: 'force', DTLS: 'passive' }],
    ['wss', { 'transport-protocol': 'UDP/TLS/RTP/SAVPF', ICE: 'force', DTLS: 'passive' }],
  ] as const) {
    t.match(at(transport).takes, wanted, transport);
  }
  t.match(new MediaEnd(AT_CLUSTER).takes, { 'transport-protocol': 'RTP/AVP', ICE: 'remove' });
});

t.test('an end is offered what it uses itself', async (t) => {
  const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n';
  for (const [transport, sdp, wanted] of [
    ['udp', `m=audio 4000 RTP/SAVP 0\r\n${crypto}`, { 'transport-protocol': 'RTP/SAVP', DTLS: 'off' }],
    ['udp', `m=audio 4000 RTP/AVP 0\r\n${crypto}`, { 'transport-protocol': 'RTP/AVP', OSRTP: ['offer'] }],
    ['tls', 'm=audio 4000 RTP/AVP 0\r\n', { 'transport-protocol': 'RTP/AVP', SDES: ['off'] }],
    ['tcp', 'm=audio 4000 RTP/AVPF 0\r\n', { 'transport-protocol': 'RTP/AVPF', SDES: ['off'] }],
    ['wss', 'm=audio 4000 RTP/AVP 0\r\n', { 'transport-protocol': 'RTP/AVP', ICE: 'remove' }],
    ['udp', 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 AA\r\n', { ICE: 'force', DTLS: 'passive' }],
    ['ws', 'm=image 4000 udptl t38\r\n', { 'transport-protocol': 'UDP/TLS/RTP/SAVPF' }],
  ] as const) {
    const end = at(transport);
    end.heard(`v=0\r\n${sdp}`);
    t.match(end.takes, wanted, sdp);
  }
});

t.test('only a browser is answered with ICE, and begins DTLS itself', async (t) => {
  const [phone, browser] = [at('udp'), at('wss')];
  phone.heard('m=audio 4000 RTP/AVP 0\r\n');
  browser.heard('m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 AA\r\n');
  t.match(phone.takesBack, { ICE: 'remove' });
  t.match(browser.takesBack, { ICE: 'force' });
  t.strictSame(phone.offers, {});
  t.strictSame(browser.offers, { 'DTLS-reverse': 'passive' });
});

t.test('an end in another session takes the same, with another tag and a fingerprint of another kind', async (t) => {
  const end = at('udp');
  end.heard('m=audio 4000 RTP/SAVP 0\r\n');
  const again = end.again();
  t.not(again.tag, end.tag);
  t.strictSame({ ...again.takes, 'DTLS-fingerprint': 'SHA-256' }, end.takes);
  t.equal(again.takes['DTLS-fingerprint'], 'SHA-384');
  t.equal(again.again().takes['DTLS-fingerprint'], 'SHA-256');
});

t.test('a private address that is not where its SIP comes from is not believed', async (t) => {
  const BELIEVED = {};
  const NOT_BELIEVED = { flags: ['SIP-source-address'], 'received-from': ['IP4', ADDRESS] };
  for (const [said, wanted] of [
    ['IP4 10.1.2.3', NOT_BELIEVED],
    ['IP4 192.168.1.2', NOT_BELIEVED],
    ['IP4 100.64.0.1', NOT_BELIEVED],
    ['IP6 fd00::1', NOT_BELIEVED],
    ['IP4 127.0.0.1', NOT_BELIEVED],
    [`IP4 ${ADDRESS}`, BELIEVED],
    ['IP4 8.8.8.8', BELIEVED],
    ['IP4 0.0.0.0', BELIEVED],
    ['IP4 phone.example', BELIEVED],
    ['', BELIEVED],
  ] as const) {
    t.strictSame(at('udp').sourceOf(`v=0\r\nc=IN ${said}\r\n`), wanted, said);
    t.strictSame(new MediaEnd(AT_CLUSTER).sourceOf(`c=IN ${said}\r\n`), BELIEVED);
  }
  const six = new MediaEnd({ transport: 'udp', address: '2001:db8::1' });
  t.match(six.sourceOf('c=IN IP4 10.0.0.1\r\n'), { 'received-from': ['IP6', '2001:db8::1'] });
  t.match(six.takes, { 'address-family': 'IP6' });
});
