import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import t from 'tap';
import { gatherWrites } from './gather-writes.js';

/** A server, and a client of it; what the server receives is collected by packet as the client's system sent it. */
async function pair() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<[client: Socket, peer: Socket]> => {
    const accepted = once(server, 'connection');
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    const [peer] = (await accepted) as [Socket];
    t.teardown(() => client.destroy());
    return [client, peer];
  };
  return { port, open };
}

/** What a system call for each message would have written apart, counted at the handle. */
function countWrites(client: Socket): () => number {
  const handle = (client as unknown as { _handle: Record<string, (...args: unknown[]) => unknown> })._handle;
  let count = 0;
  for (const name of ['writev', 'writeUtf8String', 'writeLatin1String', 'writeBuffer', 'writeAsciiString']) {
    const write = handle[name]?.bind(handle);
    handle[name] = (...args) => {
      count++;
      return write?.(...args);
    };
  }
  return () => count;
}

t.test('what is written in one turn, promises and all, is sent at once and in order', async (t) => {
  const { port, open } = await pair();
  t.teardown(gatherWrites(port));
  const [client, peer] = await open();
  const writes = countWrites(client);
  const written = Array.from({ length: 50 }, (_, i) => Promise.resolve().then(() => client.write(`${i} æ,`)));
  await Promise.all(written);
  let received = '';
  while (!received.endsWith('49 æ,')) received += (await once(peer, 'data'))[0];
  t.equal(received, Array.from({ length: 50 }, (_, i) => `${i} æ,`).join(''));
  t.equal(writes(), 1);
  client.write('later');
  t.equal(String((await once(peer, 'data'))[0]), 'later');
  client.end('the end');
  t.equal(String((await once(peer, 'data'))[0]), 'the end');
  await once(peer, 'end');
});

t.test('connections to other ports, and those after its end, are left alone', async (t) => {
  const [one, other] = [await pair(), await pair()];
  const end = gatherWrites(one.port);
  const elsewhere = await other.open();
  end();
  for (const [client] of [elsewhere, await one.open()]) {
    const writes = countWrites(client);
    client.write('a');
    client.write('b');
    t.equal(writes(), 2);
  }
});
