import { bool, type CleanedEnv, cleanEnv, type ValidatorSpec } from 'envalid';
import {
  address,
  addresses,
  choice,
  file,
  hostPorts,
  key,
  name,
  networks,
  numbers,
  port,
  portOrNone,
  redisUrl,
  servers,
  sipTargets,
  text,
  token,
  whole,
} from './validators.js';

/** Every setting of Ringfence: an environment variable each, with what it is for and what holds when it is not set. */
const SETTINGS = {
  SIP_HOST: addresses({
    default: ['0.0.0.0'],
    desc: 'addresses to listen on for SIP, separated by commas; 0.0.0.0 and :: mean all',
  }),
  SIP_PORT: port({ default: 5060, desc: 'port to listen on for SIP, UDP and TCP' }),
  SIP_TLS_PORT: portOrNone({
    default: undefined,
    desc: 'port for SIP over TLS; SIP_PORT + 1 if that is free when not set, 0 for none',
  }),
  SIP_WS_PORT: portOrNone({
    default: undefined,
    desc: 'port for SIP over WebSockets; SIP_PORT + 2 if that is free when not set, 0 for none',
  }),
  SIP_WSS_PORT: portOrNone({
    default: undefined,
    desc: 'port for SIP over secure WebSockets; SIP_PORT + 3 if that is free when not set, 0 for none',
  }),
  SIP_CONTACTS: text({
    default: undefined,
    desc: "where to listen for SIP in drachtio's notation, in place of the settings before: sip:*:5060;transport=udp,tcp …",
  }),
  TLS_CERT: file({
    default: undefined,
    desc: 'PEM file of the certificate for TLS, with its chain; a self-signed one is made when not set',
  }),
  TLS_KEY: file({ default: undefined, desc: 'PEM file of its key' }),
  TLS_CA: file({
    default: undefined,
    desc: 'PEM file of the CAs that phones must have a certificate from; they need none when not set',
  }),
  DNS_SERVERS: servers({
    default: undefined,
    desc: "name servers to ask for SIP targets, separated by commas; the system's when not set",
  }),
  SIP_REALM: name({ default: 'ringfence', desc: 'digest realm and the host part of the identities that phones see' }),
  API_HOST: address({ default: '127.0.0.1', desc: 'address to listen on for the management API' }),
  API_PORT: port({ default: 3000, desc: 'port to listen on for the management API' }),
  CREDENTIALS_OVERLAP: whole(
    0,
    2_592_000,
  )({
    default: 86_400,
    desc: 'seconds that replaced SIP credentials stay good unless the phone uses the new ones before, 0 for none',
  }),
  DATA_DIR: text({ default: '.ringfence', desc: 'folder for the data, the keys and the admin token' }),
  REDIS_URL: redisUrl({ default: undefined, desc: 'Redis to use; a Redis of its own is started when not set' }),
  REDIS_PORT: port({ default: 6390, desc: 'port of the own Redis, on 127.0.0.1' }),
  DRACHTIO_HOST: text({ default: undefined, desc: 'drachtio server to use; the embedded one is started when not set' }),
  DRACHTIO_PORT: port({ default: 9022, desc: "drachtio's application port (the embedded server's is on 127.0.0.1)" }),
  DRACHTIO_SECRET: text({ default: undefined, desc: "drachtio's secret; made for the embedded server when not set" }),
  RINGFENCE_ADMIN_TOKEN: token({
    default: undefined,
    desc: 'admin token of the API; made at the first start when not set',
  }),
  RINGFENCE_KEY: key({
    default: undefined,
    desc: 'key that encrypts secrets, 64 hex digits; made at the first start when not set',
  }),
  TRUSTED_PROXIES: networks({
    default: [],
    desc: 'addresses and networks of SIP proxies that are believed where a request came from, separated by commas',
  }),
  TRUSTED_NETWORKS: networks({
    default: [],
    desc: 'addresses and networks that are never banned nor limited, separated by commas',
  }),
  WEBHOOK_NETWORKS: networks({
    default: [],
    desc: 'private addresses and networks that webhooks may be sent to, also over http, separated by commas',
  }),
  BAN_TIME: whole(
    0,
    604_800,
  )({ default: 600, desc: 'seconds that whoever guesses passwords is banned from SIP, 0 for no bans' }),
  REQUESTS_PER_SOURCE: whole(
    1,
    100_000,
  )({ default: 1_000, desc: 'SIP requests a second that one address may send without proving a password' }),
  SERVICE_ROUTE: text({
    default: undefined,
    desc: 'route that phones are told to send their requests by (RFC 3608), such as <sip:edge.example.com;lr>',
  }),
  REGISTER_MIN_EXPIRES: whole(
    1,
    86_400,
  )({ default: 60, desc: 'shortest registration or subscription granted, seconds; shorter is answered 423' }),
  REGISTER_MAX_EXPIRES: whole(
    1,
    604_800,
  )({ default: 3600, desc: 'longest registration or subscription granted, seconds' }),
  REGISTER_DEFAULT_EXPIRES: whole(
    1,
    604_800,
  )({
    default: undefined,
    desc: 'registration or subscription granted when the phone asks for no time, seconds; the longest when not set',
  }),
  CONTACTS_PER_PHONE: whole(1, 100)({ default: 10, desc: 'simultaneous contacts of one phone' }),
  NONCE_AGE: whole(1, 86_400)({ default: 300, desc: 'seconds a digest nonce is good for' }),
  RING_TIME: whole(1, 600)({ default: 120, desc: 'seconds a call may ring' }),
  SESSION_EXPIRES: whole(
    90,
    86_400,
  )({ default: 1_800, desc: 'seconds until a call is over of which a phone has died, at most' }),
  CALLS_MAX: whole(1, 100_000)({ default: 2_000, desc: 'simultaneous calls of one edge' }),
  CALLS_PER_PHONE: whole(1, 1_000)({ default: 10, desc: 'simultaneous calls of one phone' }),
  CALLS_PER_CUSTOMER: whole(1, 100_000)({ default: 200, desc: 'simultaneous calls of one customer' }),
  CALL_RATE_PER_PHONE: whole(1, 10_000)({ default: 60, desc: 'calls that one phone may make in a minute' }),
  PBX_CLUSTER_1: sipTargets({
    default: [],
    desc: 'SIP targets of PBX cluster 1 (production), separated by commas: sip:host:port;transport=udp …',
  }),
  PBX_CLUSTER_2: sipTargets({ default: [], desc: 'SIP targets of PBX cluster 2 (development)' }),
  EMERGENCY_NUMBERS: numbers({
    default: ['112'],
    desc: 'numbers that always go to the PBX cluster, whatever limits there are, separated by commas',
  }),
  RTPENGINE: hostPorts({
    default: [],
    desc: 'control ports (host:port) of rtpengines that carry the media of calls, separated by commas',
  }),
  SUBSCRIPTIONS_MAX: whole(1, 40_000)({ default: 20_000, desc: 'simultaneous subscriptions of one edge' }),
  SUBSCRIPTIONS_PER_PHONE: whole(
    1,
    1_000,
  )({ default: 200, desc: 'simultaneous subscriptions of one phone; beyond, its stalest one ends' }),
  GEOIP_PROVIDER: choice(
    'maxmind',
    'geoip-lite',
  )({ default: 'maxmind', desc: 'country look-up: maxmind or geoip-lite' }),
  GEOIP_DATABASE: text({ default: undefined, desc: 'path of an MMDB country file; a public-domain one is built in' }),
  GEOIP_NETWORKS: text({
    default: '',
    desc: 'countries of networks, such as 10.1.0.0/16=DK,fd00::/8=SE; goes before the database',
  }),
  DEMO: bool({ default: true, desc: 'make a demo customer with extensions 100-109 at the first start' }),
  LOG_LEVEL: choice(
    'fatal',
    'error',
    'warn',
    'info',
    'debug',
    'trace',
  )({ default: 'info', desc: 'least severe log line written' }),
};

type Specs = typeof SETTINGS;

/** Name of a setting. */
export type SettingName = keyof Specs;

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The values of all settings; a setting without default that was not given is undefined. */
export type Settings = { [K in SettingName]: CleanedEnv<Specs>[K] };

/** Thrown by {@link readSettings}: one line for each mistake. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Reads and validates settings. An empty variable counts as not set.
 * @param names the settings that the process uses
 * @param env the environment to read
 * @throws SettingsError naming every mistake
 */
export function readSettings<K extends SettingName>(
  names: readonly K[],
  env: NodeJS.ProcessEnv = process.env,
): Pick<Settings, K> {
  const table: Record<string, ValidatorSpec<unknown>> = SETTINGS;
  const specs = Object.fromEntries(names.map((setting) => [setting, table[setting] as ValidatorSpec<unknown>]));
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const problems: string[] = [];
  // Spread, since the object itself throws on names it doesn't know.
  const values: Record<string, unknown> = {
    ...cleanEnv(given, specs, {
      reporter: ({ errors }) => {
        for (const [setting, error] of Object.entries(errors)) problems.push(`${setting}: ${error?.message}`);
      },
    }),
  };
  problems.push(...contradictions(values));
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.fromEntries(names.map((setting) => [setting, values[setting]])) as Pick<Settings, K>;
}

/** Settings that must not be above one another, lower first. */
const ORDERED: [SettingName, SettingName][] = [
  ['REGISTER_MIN_EXPIRES', 'REGISTER_DEFAULT_EXPIRES'],
  ['REGISTER_DEFAULT_EXPIRES', 'REGISTER_MAX_EXPIRES'],
  ['REGISTER_MIN_EXPIRES', 'REGISTER_MAX_EXPIRES'],
];

/** Settings that are nothing without one another. */
const PAIRS: [SettingName, SettingName][] = [
  ['TLS_CERT', 'TLS_KEY'],
  ['TLS_KEY', 'TLS_CERT'],
];

function contradictions(values: Readonly<Record<string, unknown>>): string[] {
  const outOfOrder = ORDERED.flatMap(([lower, upper]) =>
    Number(values[lower]) > Number(values[upper]) ? [`${lower}: must not be above ${upper}`] : [],
  );
  const alone = PAIRS.flatMap(([one, other]) =>
    values[one] !== undefined && values[other] === undefined ? [`${one}: needs ${other} too`] : [],
  );
  return [...outOfOrder, ...alone];
}

/** One setting in words. */
export interface SettingDescription {
  name: SettingName;
  /** What it is for. */
  purpose: string;
  /** What holds when it is not set; empty when nothing does. */
  fallback: string;
}

/** All settings in words, in the order of their table. */
export function describeSettings(): SettingDescription[] {
  return SETTING_NAMES.map((name) => {
    const { desc = '', default: fallback = '' } = SETTINGS[name];
    return { name, purpose: desc, fallback: String(fallback) };
  });
}
