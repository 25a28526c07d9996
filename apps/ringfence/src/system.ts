import { makeCertificate, readCredentials } from '@ringfence/drachtio';
import type { Logger, Settings } from '@ringfence/service';
import { contactsOf, needCertificate, offerableContacts, portsOf, type WantedContact } from './contacts.js';
import { DataDir } from './data-dir.js';
import { planNodeProcess } from './node-process.js';
import { findTakenPorts, type WantedPort } from './ports.js';
import { endOrphanedRedis, ownRedisUrl, planRedis } from './redis-process.js';
import { type Seeded, seed } from './seed.js';
import { type ProcessPlan, Supervised } from './supervised.js';

/** Milliseconds that the processes of an earlier run, which was killed, have to give back their ports. */
const PATIENCE_AFTER_CRASH = 4_000;

/** Everything, running on this machine. */
export interface System {
  /** What its users find in it. */
  seeded: Seeded;
  /** Where SIP is listened for, such as `udp/127.0.0.1:5060`; empty when a drachtio server of the operator's does it. */
  sip: string[];
  /** Ends it in order: first what takes requests, the store last. */
  stop(): Promise<void>;
}

/**
 * Starts what the settings ask for: Redis unless another is to be used, the edge, with the embedded drachtio server in it
 * unless another is to be used, and the API. The API comes last, so that its health check answers when everything does.
 * @throws Error with a line for each reason why it cannot start; what was started is ended again
 */
export async function startSystem(settings: Settings, log: Logger): Promise<System> {
  const wanted = settings.DRACHTIO_HOST === undefined ? contactsOf(settings) : [];
  const dataDir = new DataDir(settings.DATA_DIR);
  const { unclean } = dataDir.lock();
  const running: Supervised[][] = [];
  const stop = async () => {
    for (const stage of running.reverse()) await Promise.all(stage.map((process) => process.stop()));
    dataDir.unlock();
  };
  const start = async (plan: ProcessPlan, stage: Supervised[] = []) => {
    const process = new Supervised(plan, log);
    if (stage.push(process) === 1) running.push(stage);
    await process.start();
    return stage;
  };

  try {
    const others = otherPorts(settings);
    await checkPorts(
      settings,
      [...portsOf(wanted.filter(({ isOptional }) => !isOptional)), ...others],
      dataDir,
      unclean,
    );
    const contacts = await offerableContacts(wanted, others, (reason) =>
      log.warn(`${reason}; SIP is not offered there`),
    );
    if (settings.REDIS_URL === undefined) await start(planRedis(dataDir.folder('redis'), settings.REDIS_PORT));
    const environment = childEnvironment(settings, dataDir);
    const seeded = await seed(settings, dataDir, {
      url: environment.REDIS_URL,
      masterKey: Buffer.from(environment.RINGFENCE_KEY, 'hex'),
    });
    let sip: string[] = [];
    const onReady = (message: unknown) => {
      ({ sip = [] } = message as { sip?: string[] });
    };
    const sipEnvironment =
      settings.DRACHTIO_HOST === undefined ? await listeningEnvironment(settings, contacts, dataDir) : {};
    const front = await start(
      planNodeProcess('edge', '@ringfence/edge/main', { ...environment, ...sipEnvironment }, onReady),
    );
    await start(planNodeProcess('api', '@ringfence/api/main', environment), front);
    return { seeded, sip, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The environment of the processes: ours, with the addresses and secrets that were found or made here. */
function childEnvironment(settings: Settings, dataDir: DataDir) {
  return {
    ...process.env,
    REDIS_URL: settings.REDIS_URL ?? ownRedisUrl(settings.REDIS_PORT),
    RINGFENCE_KEY: settings.RINGFENCE_KEY?.toString('hex') ?? dataDir.key().toString('hex'),
    DRACHTIO_PORT: String(settings.DRACHTIO_PORT),
    DRACHTIO_SECRET: settings.DRACHTIO_SECRET ?? dataDir.secret('drachtio-secret', 16),
  };
}

/** What the embedded drachtio server listens on, with the operator's certificate or one made here. */
async function listeningEnvironment(settings: Settings, contacts: readonly WantedContact[], dataDir: DataDir) {
  const environment = { SIP_CONTACTS: contacts.map(({ text }) => text).join(' ') };
  if (!needCertificate(contacts)) return environment;
  const own = settings.TLS_CERT === undefined ? await dataDir.certificate(makeCertificate) : undefined;
  const files = { cert: own?.cert ?? settings.TLS_CERT, key: own?.key ?? settings.TLS_KEY, ca: settings.TLS_CA };
  await readCredentials(files);
  return { ...environment, TLS_CERT: files.cert, TLS_KEY: files.key, TLS_CA: files.ca };
}

/** The ports of all but SIP. */
function otherPorts({
  API_HOST,
  API_PORT,
  DRACHTIO_HOST,
  DRACHTIO_PORT,
  REDIS_URL,
  REDIS_PORT,
}: Settings): WantedPort[] {
  const local = { protocol: 'tcp', host: '127.0.0.1' } as const;
  return [
    { setting: 'API_PORT', protocol: 'tcp', host: API_HOST, port: API_PORT },
    ...(DRACHTIO_HOST === undefined ? [{ ...local, setting: 'DRACHTIO_PORT', port: DRACHTIO_PORT }] : []),
    ...(REDIS_URL === undefined ? [{ ...local, setting: 'REDIS_PORT', port: REDIS_PORT }] : []),
  ];
}

/** @throws Error with a line for each port that cannot be listened on */
async function checkPorts(
  { REDIS_URL, REDIS_PORT }: Settings,
  wanted: readonly WantedPort[],
  dataDir: DataDir,
  unclean: boolean,
): Promise<void> {
  if (REDIS_URL === undefined) await endOrphanedRedis(dataDir.folder('redis'), REDIS_PORT);
  const problems = await findTakenPorts(wanted, unclean ? PATIENCE_AFTER_CRASH : 0);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
