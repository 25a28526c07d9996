import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { start } from '../testing/world.js';
import { answerStun } from './stun.js';

/** A binding request without attributes (RFC 8489 section 5). */
const REQUEST = Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex');

t.test('a binding request is answered with the address that it came from (the vectors of RFC 5769)', (t) => {
  const v4 = answerStun(REQUEST, '192.0.2.1', 32853);
  t.equal(v4?.toString('hex'), '0101000c2112a442b7e7a701bc34d686fa87dfae002000080001a147e112a643');
  const v6 = answerStun(REQUEST, '2001:db8:1234:5678:11:2233:4455:6677', 32853);
  t.equal(
    v6?.toString('hex'),
    '010100182112a442b7e7a701bc34d686fa87dfae002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9',
  );
  t.equal(answerStun(REQUEST, '::1', 1)?.length, 44);
  t.end();
});

t.test('what is no binding request is not answered', (t) => {
  const changed = (at: number, byte: number) => {
    const copy = Buffer.from(REQUEST);
    copy[at] = byte;
    return copy;
  };
  for (const datagram of [
    REQUEST.subarray(0, 19),
    changed(1, 2),
    changed(3, 4),
    changed(4, 0),
    Buffer.from('\r\n\r\n'),
  ]) {
    t.equal(answerStun(datagram, '192.0.2.1', 1), undefined, datagram.toString('hex'));
  }
  t.end();
});

t.test('the SIP port answers STUN over UDP (RFC 5626 section 8)', async (t) => {
  const { port } = await start(t);
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.send(REQUEST, port, '127.0.0.1');
  const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(3_000) })) as [Buffer];
  t.same(answer, answerStun(REQUEST, '127.0.0.1', socket.address().port));
});
