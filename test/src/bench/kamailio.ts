import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts, startRedis } from '@ringfence/store/testing';
import { Redis } from 'ioredis';
import { end } from '../system/child.js';
import { childrenOf } from '../system/ringfence.js';
import { until } from '../system/until.js';
import type { Account } from './digest.js';
import { LoadSocket } from './load-socket.js';
import type { Subject } from './subject.js';

/** Processes of Kamailio that take messages: as many as there are processors. */
const WORKERS = 2;

/** The database that the product looks countries up in. */
const COUNTRIES = import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');

const CONFIG = new URL('../../src/bench/kamailio/kamailio.cfg', import.meta.url);

/** Starts what the product is measured next to: Debian's Kamailio. When it is not installed, that is said, and there is none. */
export async function startPeers(): Promise<Subject[]> {
  const isInstalled = await promisify(execFile)('kamailio', ['-v']).catch(() => undefined);
  if (isInstalled !== undefined) return [await startKamailio()];
  console.log(
    'Kamailio is not installed (Debian: kamailio, kamailio-redis-modules, kamailio-geoip2-modules); left out.',
  );
  return [];
}

/** Starts Kamailio, with a Redis of its own that writes to disk before it answers. */
async function startKamailio(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'kamailio-'));
  const redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always');
  const { port: redisPort } = new URL(redis.url);
  const [port] = (await freePorts(1)) as [number];
  const config = join(folder, 'kamailio.cfg');
  const template = await readFile(CONFIG, 'utf8');
  await writeFile(
    config,
    template.replace('REDIS_PORT;', `${redisPort};`).replace('COUNTRIES"', `${fileURLToPath(COUNTRIES)}"`),
  );
  const options = ['-f', config, '-DD', '-E', '-w', folder, '-Y', folder, '-m', '256', '-n', `${WORKERS}`];
  const kamailio = spawn('kamailio', [...options, '-l', `udp:127.0.0.1:${port}`], { stdio: 'ignore' });
  const sip = { address: '127.0.0.1', port };
  const store = new Redis(redis.url);
  const close = async () => {
    store.disconnect();
    await end(kamailio, 'SIGTERM');
    await redis.close();
    await rm(folder, { recursive: true });
  };
  await until('kamailio', () => answers(sip), 10_000).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    name: `Kamailio, ${WORKERS} workers`,
    sip,
    accounts: (count) => addAccounts(store, count),
    callee: async () => {
      const [account] = (await addAccounts(store, 1)) as [Account];
      return { account, dialled: account.username };
    },
    processes: async () => ({
      kamailio: [kamailio.pid as number, ...(await childrenOf(kamailio.pid as number))],
      redis: [await redisPid(store)],
    }),
    close,
  };
}

async function addAccounts(store: Redis, count: number): Promise<Account[]> {
  const first = await store.incrby('accounts', count);
  const accounts = Array.from({ length: count }, (_, i) => ({
    username: `${first + i}`.padStart(32, 'u'),
    password: `${first + i}`.padStart(32, 'p'),
  }));
  const pipeline = store.pipeline();
  for (const { username, password } of accounts) pipeline.hset(`account:${username}`, 'password', password);
  await pipeline.exec();
  return accounts;
}

async function redisPid(store: Redis): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await store.info('server'))?.[1]);
}

/** A request that needs no account is answered. */
async function answers(sip: Subject['sip']): Promise<true | undefined> {
  const socket = await LoadSocket.open(sip);
  const server = `${sip.address}:${sip.port}`;
  const answer = await socket.ask(
    'ready',
    `OPTIONS sip:${server} SIP/2.0\r\nVia: SIP/2.0/UDP ${socket.local};branch=z9hG4bKready;rport\r\nMax-Forwards: 70\r\n` +
      `From: <sip:a@${server}>;tag=1\r\nTo: <sip:a@${server}>\r\nCall-ID: ready\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
  );
  socket.close();
  return answer === undefined ? undefined : true;
}
