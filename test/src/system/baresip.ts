import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@ringfence/store/testing';
import { end } from './child.js';
import { until } from './until.js';

/** What a baresip phone is set up with. */
export interface BaresipOptions {
  username: string;
  password: string;
  /** Where it registers. */
  server: { address: string; port: number };
  /** The address it binds to, 127.0.0.1 unless given. */
  address?: string;
  /** `udp` unless given. */
  transport?: 'udp' | 'tcp' | 'tls';
  /** Seconds it asks to be registered for. */
  expires?: number;
  /** Whether it encrypts its media where the other side does (SDES). */
  encrypts?: boolean;
  /** Whether it subscribes to its message summary. */
  messages?: boolean;
}

/** An event that baresip reports on its control port. */
interface ControlEvent {
  event?: true;
  type?: string;
  param?: string;
  peeruri?: string;
}

/** A real phone: Debian's baresip with a tone as microphone, driven through its control port. */
export class Baresip {
  /** Every event so far, oldest first. */
  readonly events: ControlEvent[] = [];
  readonly #options: BaresipOptions;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #control: Socket | undefined;

  private constructor(options: BaresipOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  /** Starts a phone; it begins to register at once. */
  static async start(options: BaresipOptions): Promise<Baresip> {
    const phone = new Baresip(options, await mkdtemp(join(tmpdir(), 'baresip-')));
    const [port, controlPort] = (await freePorts(2)) as [number, number];
    await phone.#configure(port, controlPort);
    phone.#process = spawn('baresip', ['-f', phone.#folder], { stdio: ['pipe', 'ignore', 'ignore'] });
    await phone.#connect(controlPort);
    // The account comes over the control port, so that no event of its registration is missed.
    const { username, password, server, transport = 'udp', expires = 60, encrypts = false } = options;
    const uri = `sip:${username}@${server.address}:${server.port};transport=${transport}`;
    phone.#command('uanew', `<${uri}>;auth_pass=${password};regint=${expires}${encrypts ? ';mediaenc=srtp' : ''}`);
    return phone;
  }

  /** Waits for an event of this type that has not been waited for yet, and takes it. */
  async event(type: string, limit = 5_000): Promise<ControlEvent> {
    return until(
      `baresip event ${type} (had ${this.events.map((event) => event.type).join(' ')})`,
      () => {
        const at = this.events.findIndex((event) => event.type === type);
        return at === -1 ? undefined : this.events.splice(at, 1)[0];
      },
      limit,
    );
  }

  /** Calls a number of its own PBX. */
  dial(number: string | number): void {
    const { address, port } = this.#options.server;
    this.#command('dial', `sip:${number}@${address}:${port}`);
  }

  /** Answers the call that rings. */
  answer(): void {
    this.#command('accept');
  }

  /** Ends, declines or cancels the call. */
  hangUp(): void {
    this.#command('hangup');
  }

  /** Puts the call on hold, by a re-INVITE. */
  hold(): void {
    this.#command('hold');
  }

  /** Takes the call back from hold. */
  resume(): void {
    this.#command('resume');
  }

  /** Sends the other side of the call to a number, by REFER. */
  transfer(number: number): void {
    const { address, port } = this.#options.server;
    this.#command('transfer', `sip:${number}@${address}:${port}`);
  }

  /** Waits until something loud was heard after now. */
  async hears(): Promise<void> {
    const before = (await this.#heard()).length;
    await until('a sound', async () => isLoud((await this.#heard()).subarray(before)) || undefined, 10_000);
  }

  /** Ends the program at once, without de-registering. */
  async kill(): Promise<void> {
    this.#control?.destroy();
    await end(this.#process, 'SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The samples that all calls so far brought, in 16 bits each. */
  async #heard(): Promise<Buffer> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('-dec.wav')).sort();
    const files = await Promise.all(names.map((name) => readFile(join(this.#folder, name))));
    return Buffer.concat(files.map((file) => file.subarray(44, file.length & ~1)));
  }

  async #configure(port: number, controlPort: number): Promise<void> {
    const { address = '127.0.0.1', messages = false, encrypts = false } = this.#options;
    const config = [
      `sip_listen ${address}:${port}`,
      `net_interface ${address}`,
      'module_path /usr/lib/baresip/modules',
      'module g711.so',
      'module aufile.so',
      'module_tmp account.so',
      'module_app menu.so',
      'module_app ctrl_tcp.so',
      ...(encrypts ? ['module srtp.so'] : []),
      ...(messages ? ['module_app mwi.so'] : []),
      `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
      `audio_source aufile,${join(this.#folder, 'voice.wav')}`,
      // What is heard is kept in a file.
      'module sndfile.so',
      `snd_path ${this.#folder}`,
      'call_local_timeout 60',
    ];
    await writeFile(join(this.#folder, 'config'), `${config.join('\n')}\n`);
    await writeFile(join(this.#folder, 'accounts'), '');
    await writeFile(join(this.#folder, 'voice.wav'), voice());
    await writeFile(join(this.#folder, 'contacts'), '');
  }

  async #connect(controlPort: number): Promise<void> {
    const socket = await until('baresip control port', async () => {
      const attempt = connect(controlPort, '127.0.0.1');
      return once(attempt, 'connect').then(
        () => attempt,
        () => undefined,
      );
    });
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received = this.#read(received + chunk);
    });
    socket.on('error', () => {});
    this.#control = socket;
  }

  /** Takes the complete netstrings off the text, and gives what is left. */
  #read(text: string): string {
    const colon = text.indexOf(':');
    const end = colon + 1 + Number(text.slice(0, colon));
    if (colon === -1 || text.length <= end) return text;
    const message = JSON.parse(text.slice(colon + 1, end)) as ControlEvent;
    if (message.event) this.events.push(message);
    return this.#read(text.slice(end + 1));
  }

  #command(command: string, params = ''): void {
    const text = JSON.stringify({ command, params });
    this.#control?.write(`${Buffer.byteLength(text)}:${text},`);
  }
}

/** Whether there is sound in samples of 16 bits, of which there must be a tenth of a second. */
function isLoud(bytes: Buffer): boolean {
  const loud = Array.from({ length: bytes.length >> 1 }, (_, i) => Math.abs(bytes.readInt16LE(2 * i)) > 1_000);
  return loud.filter((isOne) => isOne).length > 200;
}

/** The pitch of its voice, in Hz. */
export const PITCH = 400;

/** A tone of 400 Hz, half a minute long, as a WAV file: PCM, 16 bits, mono, 8 kHz. */
function voice(): Buffer {
  const rate = 8_000;
  const samples = Int16Array.from({ length: 30 * rate }, (_, i) => 8_000 * Math.sin((2 * Math.PI * PITCH * i) / rate));
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(2 * rate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}
