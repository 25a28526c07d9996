import { createServer, type DrachtioServer } from '@ringfence/drachtio';
import { type Countries, openCountries } from '@ringfence/geoip';
import type { IpMode } from '@ringfence/phone';
import { type Event, type Extension, openStore, type Store } from '@ringfence/store';
import { type RedisServer, startRedis } from '@ringfence/store/testing';
import { type Edge, startEdge } from '../edge.js';
import type { EdgeOptions } from '../edge-options.js';
import { type Account, TestPhone } from './phone.js';

const SECRET = 'test';
const MASTER_KEY = Buffer.alloc(32, 7);

/** A phone of a test: its account, and where it stands in the store. */
export interface StoredAccount extends Account {
  id: string;
}

/** Redis, drachtio server, store and edge in one process, each on ports of its own. */
export class Bench {
  readonly redis: RedisServer;
  readonly store: Store;
  readonly countries: Countries;
  readonly customer: string;
  server: DrachtioServer;
  edge: Edge;
  readonly warnings: string[] = [];
  readonly #phones: TestPhone[] = [];
  #numbers = 500;
  #changes: Partial<EdgeOptions>;
  readonly #isServerLocal: boolean;
  #ports: { sip: number; admin: number };

  /**
   * Starts everything.
   * @param isServerLocal whether the edge is told that the drachtio server runs in its process
   * @param t1 ms that the server takes for a round trip (RFC 3261 section 17.1.1.1); all its patience follows from it
   */
  static async start(changes: Partial<EdgeOptions> = {}, isServerLocal = true, t1 = 500): Promise<Bench> {
    const redis = await startRedis();
    const store = openStore({ url: redis.url, masterKey: MASTER_KEY, onError: () => {} });
    const countries = await openCountries({ provider: 'maxmind', networks: '127.0.0.3/32=DK,127.0.0.4/32=SE' });
    const { _id: customer } = await store.directory.createCustomer({ name: 'Test' });
    const [server, ports] = await startServer({ sip: 0, admin: 0 }, t1);
    return new Bench({ redis, store, countries, customer, server, ports, changes, isServerLocal }).#startEdge();
  }

  private constructor(parts: {
    redis: RedisServer;
    store: Store;
    countries: Countries;
    customer: string;
    server: DrachtioServer;
    ports: { sip: number; admin: number };
    changes: Partial<EdgeOptions>;
    isServerLocal: boolean;
  }) {
    this.redis = parts.redis;
    this.store = parts.store;
    this.countries = parts.countries;
    this.customer = parts.customer;
    this.server = parts.server;
    this.edge = undefined as unknown as Edge;
    this.#ports = parts.ports;
    this.#changes = parts.changes;
    this.#isServerLocal = parts.isServerLocal;
  }

  /** Ends the edge in order and starts another, with further changes if given. */
  async restartEdge(changes: Partial<EdgeOptions> = {}): Promise<void> {
    this.#changes = { ...this.#changes, ...changes };
    await this.edge.close();
    await this.#startEdge();
  }

  /** Ends the drachtio server and, after a while, starts another on the same ports. */
  async restartServer(pause: number): Promise<void> {
    await this.server.close();
    await new Promise((resolve) => setTimeout(resolve, pause));
    [this.server] = await startServer(this.#ports);
  }

  async close(): Promise<void> {
    for (const phone of this.#phones) phone.close();
    await this.edge.close();
    await this.server.close();
    await this.store.close();
    this.countries.close();
    await this.redis.close();
  }

  /** Stores a phone. */
  async account(
    options: {
      mode?: IpMode;
      address?: string;
      countries?: string;
      extension?: string;
      customer?: string;
      model?: string;
      callWaiting?: boolean;
      pbxCluster?: 1 | 2;
    } = {},
  ): Promise<StoredAccount> {
    const { mode = 'OPEN', address, countries, extension, customer = this.customer, callWaiting = true } = options;
    const { model = '0'.repeat(24), pbxCluster = 1 } = options;
    const { _id, username, password } = await this.store.phones.create({
      settings: {
        ...{ customer, pbxCluster, sipPhoneModel: model, callWaiting },
        ip: { mode, ...(address ? { address } : {}), ...(countries ? { countries } : {}) },
        ...(extension ? { extension } : {}),
      },
      places: 1,
      handsets: false,
    });
    return { id: _id, username, password: password as string };
  }

  /** Opens a phone's socket. */
  async phone(account: Account, address?: string): Promise<TestPhone> {
    const phone = await TestPhone.open(this.#ports.sip, account, address);
    this.#phones.push(phone);
    return phone;
  }

  /** A number that no extension has. */
  number(): string {
    return `${this.#numbers++}`;
  }

  /** Makes an extension. */
  extension(number: string, name = `Name ${number}`): Promise<Extension> {
    return this.store.directory.createExtension({ customer: this.customer, number, name });
  }

  /** Makes a phone that is linked to an extension and registered. */
  async online(
    extension: Extension,
    options: { address?: string; callWaiting?: boolean; pbxCluster?: 1 | 2 } = {},
  ): Promise<TestPhone & { id: string }> {
    const account = await this.account({ ...options, extension: extension._id });
    const phone = await this.phone(account, options.address);
    const response = await phone.register();
    if (response.status !== 200) throw new Error(response.text);
    return Object.assign(phone, { id: account.id });
  }

  /** The events of a phone so far, or those that a test waits for. */
  async events(phone: string): Promise<Event[]> {
    return (await this.store.events.read('0', 100_000)).filter((event) => event.phone === phone);
  }

  /** Waits until a phone has an event that matches. */
  async event(phone: string, wants: Partial<Event>, time = 3_000): Promise<Event> {
    const until = Date.now() + time;
    for (;;) {
      const events = await this.events(phone);
      const found = events.find((event) =>
        Object.entries(wants).every(([name, value]) => event[name as keyof Event] === value),
      );
      if (found) return found;
      if (Date.now() > until) throw new Error(`no ${JSON.stringify(wants)} in ${JSON.stringify(events)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #startEdge(): Promise<this> {
    const warn = (fields: object, message: string) => void this.warnings.push(`${message} ${JSON.stringify(fields)}`);
    this.edge = await startEdge({
      ...{ store: this.store, countries: this.countries, realm: 'ringfence', nonceAge: 300 },
      drachtio: { host: '127.0.0.1', port: this.#ports.admin, secret: SECRET },
      localServer: this.#isServerLocal ? this.server : undefined,
      ...{ trustedProxies: ['127.0.0.9'], serviceRoute: undefined },
      ...{ trustedNetworks: ['127.0.0.1'], banTime: 600, requestsPerSource: 1_000 },
      expires: { jitter: 0, min: 60, max: 3_600, default: 3_600 },
      ...{ contactsPerPhone: 10, ringTime: 30, callsMax: 100 },
      sessionTimes: { expires: 1_800, min: 90 },
      ...{ clusters: {}, emergencyNumbers: ['112'], rtpengines: [] },
      callLimits: { perPhone: 10, perCustomer: 100, ratePerPhone: 100 },
      subscriptions: { max: 1_000, perPhone: 150 },
      log: { info: () => {}, warn, error: warn },
      ...this.#changes,
    });
    return this;
  }
}

async function startServer(
  ports: { sip: number; admin: number },
  t1?: number,
): Promise<[DrachtioServer, { sip: number; admin: number }]> {
  const server = createServer({
    sip: { contacts: [`sip:127.0.0.1:${ports.sip}`] },
    admin: { host: '127.0.0.1', port: ports.admin, secret: SECRET },
    ...(t1 && { durations: { t1 } }),
  });
  const { port, admin } = await server.listen();
  return [server, { sip: port, admin: admin.port }];
}
