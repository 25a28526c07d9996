// What runs in the browser: a phone of JsSIP or of SIP.js, that does what the test tells it and keeps what happens.
import * as JsSIP from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession.js';
import { SessionState, Web } from 'sip.js';

/** Who the phone is, and where it registers. */
export interface Account {
  readonly url: string;
  readonly domain: string;
  readonly username: string;
  readonly password: string;
}

/** A peer connection of the browser, as far as the test looks at it. */
interface PeerConnection {
  readonly iceConnectionState: string;
  readonly localDescription: { sdp: string } | null;
  readonly remoteDescription: { sdp: string } | null;
  getReceivers(): { track: unknown }[];
  getStats(): Promise<Map<string, { type: string; bytesReceived?: number }>>;
}

/** What the browser listens with, as far as the test looks at it. */
declare const MediaStream: new (tracks: unknown[]) => object;
declare const Audio: new () => { srcObject: object; play(): Promise<void> };
declare const AudioContext: new () => {
  readonly sampleRate: number;
  createMediaStreamSource(stream: object): { connect(to: object): void };
  createAnalyser(): { readonly frequencyBinCount: number; getFloatFrequencyData(levels: Float32Array): void };
};

/** A phone in the page. */
interface BrowserPhone {
  /** Opens the WebSocket and registers. */
  start(): Promise<void>;
  call(target: string): Promise<void>;
  answer(): Promise<void>;
  hangUp(): Promise<void>;
  /** De-registers. */
  leave(): Promise<void>;
  readonly connection: PeerConnection | undefined;
}

/** What happened, oldest first: registered, connected, disconnected, ringing, answered, ended and the like. */
const events: string[] = [];
const note = (event: string) => void events.push(event);
let phone: BrowserPhone | undefined;

const AUDIO = { audio: true, video: false };
/** A loopback network has no STUN server. */
const PEERS = { iceServers: [] };

function jsSip({ url, domain, username, password }: Account): BrowserPhone {
  const uri = `sip:${username}@${domain}`;
  const agent = new JsSIP.UA({
    ...{ sockets: [new JsSIP.WebSocketInterface(url)], uri, password, register: true, register_expires: 120 },
    ...{ session_timers: false, connection_recovery_min_interval: 1 },
  });
  let session: RTCSession | undefined;
  for (const event of ['connected', 'disconnected', 'registered', 'unregistered'] as const)
    agent.on(event, () => note(event));
  agent.on('registrationFailed', ({ cause }: { cause?: string }) => note(`registrationFailed ${cause}`));
  agent.on('newRTCSession', (event: { originator: string; session: RTCSession }) => {
    session = event.session;
    if (event.originator === 'remote') note(`ringing ${session.remote_identity.uri.user}`);
    session.on('accepted', () => note('answered'));
    session.on('ended', ({ cause }: { cause: string }) => note(`ended ${cause}`));
    session.on('failed', ({ cause }: { cause: string }) => note(`failed ${cause}`));
  });
  return {
    start: async () => agent.start(),
    call: async (target) => void agent.call(target, { mediaConstraints: AUDIO, pcConfig: PEERS }),
    answer: async () => session?.answer({ mediaConstraints: AUDIO, pcConfig: PEERS }),
    hangUp: async () => session?.terminate(),
    leave: async () => agent.unregister(),
    get connection() {
      return session?.connection as PeerConnection | undefined;
    },
  };
}

function sipJs({ url, domain, username, password }: Account): BrowserPhone {
  const agent = new Web.SessionManager(url, {
    ...{ aor: `sip:${username}@${domain}`, media: { constraints: AUDIO }, reconnectionDelay: 1 },
    registererOptions: { expires: 120 },
    userAgentOptions: {
      ...{ authorizationUsername: username, authorizationPassword: password, logLevel: 'error' as const },
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: PEERS, iceGatheringTimeout: 500 },
    },
    delegate: {
      onServerConnect: () => note('connected'),
      onServerDisconnect: () => note('disconnected'),
      onRegistered: () => note('registered'),
      onUnregistered: () => note('unregistered'),
      onCallReceived: (session) => note(`ringing ${session.remoteIdentity.uri.user}`),
      onCallAnswered: () => note('answered'),
      onCallHangup: () => note('ended'),
    },
  });
  const current = () => agent.managedSessions.find(({ session }) => session.state !== SessionState.Terminated)?.session;
  return {
    start: async () => {
      await agent.connect();
      await agent.register();
    },
    call: async (target) => void (await agent.call(target)),
    answer: async () => {
      const session = current();
      if (session) await agent.answer(session);
    },
    hangUp: async () => {
      const session = current();
      if (session) await agent.hangup(session);
    },
    leave: () => agent.unregister(),
    get connection() {
      return (current()?.sessionDescriptionHandler as { peerConnection?: PeerConnection } | undefined)?.peerConnection;
    },
  };
}

/** Listens to what comes from the other end. */
async function listen(): Promise<() => number> {
  const stream = new MediaStream(phone?.connection?.getReceivers().map(({ track }) => track) ?? []);
  // The browser decodes only what it plays.
  const audio = Object.assign(new Audio(), { srcObject: stream });
  await audio.play();
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  return () => {
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.reduce((best, level, at) => (level > (levels[best] ?? 0) ? at : best), 0);
    const isSilent = (levels[loudest] ?? 0) < SILENCE;
    return isSilent ? 0 : (loudest * context.sampleRate) / 2 / levels.length;
  };
}

/** Decibels below which there is no sound. */
const SILENCE = -60;

let pitchNow: (() => number) | undefined;

Object.assign(globalThis, {
  events,
  start(library: 'JsSIP' | 'SIP.js', account: Account): Promise<void> {
    phone = library === 'JsSIP' ? jsSip(account) : sipJs(account);
    Object.assign(globalThis, { phone });
    return phone.start();
  },
  /** The pitch of what is heard now, in Hz; 0 for silence. */
  async pitch(): Promise<number> {
    pitchNow ??= await listen();
    return pitchNow();
  },
  /** Bytes of voice that have arrived. */
  async heard(): Promise<number> {
    const stats = (await phone?.connection?.getStats()) ?? new Map();
    return [...stats.values()].reduce(
      (sum, { type, bytesReceived = 0 }) => sum + (type === 'inbound-rtp' ? bytesReceived : 0),
      0,
    );
  },
});
