import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { findTakenPorts } from './ports.js';

t.test('ports that are taken are named with their setting, free ones are not', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(socket, 'listening')]);
  const tcp = (server.address() as AddressInfo).port;
  const udp = socket.address().port;
  const problems = await findTakenPorts(
    [
      { setting: 'API_PORT', protocol: 'tcp', host: '127.0.0.1', port: tcp },
      { setting: 'SIP_PORT', protocol: 'udp', host: '0.0.0.0', port: udp },
      { setting: 'SIP_PORT', protocol: 'udp', host: '192.0.2.1', port: 5060 },
      { setting: 'REDIS_PORT', protocol: 'tcp', host: '127.0.0.2', port: tcp },
    ],
    0,
  );
  t.same(problems, [
    `API_PORT: TCP port ${tcp} on 127.0.0.1 is already taken by another program`,
    `SIP_PORT: UDP port ${udp} on 0.0.0.0 is already taken by another program`,
    'SIP_PORT: UDP port 5060 on 192.0.2.1 cannot be used: this machine has no such address',
  ]);
  setTimeout(() => server.close(), 300);
  const wanted = { setting: 'API_PORT', protocol: 'tcp', host: '127.0.0.1', port: tcp } as const;
  t.same(await findTakenPorts([wanted], 2_000), [], 'a port given back in time is free');
  socket.close();
});
