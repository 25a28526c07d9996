import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import t from 'tap';
import { hostPort, sdp } from '../sip/index.js';
import { startApplication } from './application.js';
import { startTarget } from './target.js';

/** Peers that others wrote: SIPp and sipsak. */
const target = await startTarget(t);
const here = hostPort(target.sip);
const run = promisify(execFile);
const localSdp = sdp(target.sip, 41_000);

/** Binds a UDP port of 127.0.0.1, 0 for a free one, lets it go again and gives its number. Rejects when it is taken. */
async function tryPort(wanted = 0): Promise<number> {
  const socket = createSocket('udp4').bind(wanted, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Waits until a program has bound a UDP port. */
async function taken(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const free = await tryPort(port).then(
      () => true,
      () => false,
    );
    if (!free) return;
    await sleep(20);
  }
}

/** Runs a built-in SIPp scenario; rejects unless every call went as the scenario says. */
async function sipp(scenario: string, port: number, ...options: string[]): Promise<void> {
  const fixed = ['-sn', scenario, '-i', '127.0.0.1', '-p', String(port), '-nostdin', '-nr', '-timeout', '8s'];
  await run('sipp', [...fixed, ...options], { timeout: 10_000, env: { ...process.env, TERM: 'dumb' } });
}

for (const [transport, option] of [
  ['UDP', 'u1'],
  ['TCP', 't1'],
] as const) {
  t.test(`SIPp calls an application over ${transport}`, async (t) => {
    let ended = 0;
    const app = await startApplication(t, target, {
      invite: async (req, res) => {
        res.send(180);
        const leg = await app.srf.createUAS(req, res, { localSdp });
        leg.on('destroy', () => ended++);
      },
    });
    await sipp('uac', await tryPort(), '-t', option, '-m', '20', '-r', '50', '-d', '50', here);
    t.equal(ended, 20);
  });
}

t.test('an application calls SIPp and hangs up', async (t) => {
  const { srf } = await startApplication(t, target);
  const port = await tryPort();
  const serving = sipp('uas', port, '-m', '5', '-aa');
  await taken(port);
  for (let n = 0; n < 5; n++) {
    const leg = await srf.createUAC(`sip:service@127.0.0.1:${port}`, { localSdp });
    t.match(leg.remote.sdp, /m=audio/);
    await leg.destroy();
  }
  await serving;
  t.pass('every call went as the scenario says');
});

t.test('sipsak gets its OPTIONS answered', async (t) => {
  const seen: string[] = [];
  await startApplication(t, target, {
    options: (req, res) => {
      seen.push(req.get('user-agent'));
      res.send(200);
    },
  });
  const { stdout } = await run('sipsak', ['-vv', '-s', `sip:ping@${here}`], { timeout: 5_000 });
  t.match(stdout, /SIP\/2\.0 200 OK/);
  t.match(seen, [/^sipsak/]);
});
