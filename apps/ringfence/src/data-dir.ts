import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MASTER_KEY_BYTES } from '@ringfence/store';

/** The file of the key of everything secret. */
const KEY = 'secret.key';

/** Where one Ringfence keeps its data: keys, the admin token, the files of its own Redis. */
export class DataDir {
  readonly path: string;

  /** Opens the folder, and makes it when it is missing; only its owner may read it. */
  constructor(path: string) {
    this.path = resolve(path);
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  /** The key of the Ringfence whose data is in a folder; undefined when there is none. Nothing is made. */
  static keptKey(path: string): Buffer | undefined {
    try {
      return Buffer.from(readFileSync(join(path, KEY), 'utf8').trim(), 'hex');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** The key of everything secret, made at the first call. */
  key(): Buffer {
    return Buffer.from(this.secret(KEY, MASTER_KEY_BYTES), 'hex');
  }

  /** Path of a file or folder in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** A folder in it, made when it is missing. */
  folder(name: string): string {
    const path = this.file(name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  /** The random secret kept in file `name`, as hex digits; made at the first call. */
  secret(name: string, bytes: number): string {
    const path = this.file(name);
    try {
      return readFileSync(path, 'utf8').trim();
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    const secret = randomBytes(bytes).toString('hex');
    writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
    return secret;
  }

  /**
   * The certificate kept in the folder; made at the first call.
   * @returns the paths of the certificate and its key
   */
  async certificate(make: () => Promise<{ cert: string; key: string }>): Promise<{ cert: string; key: string }> {
    const paths = { cert: this.file('tls-cert.pem'), key: this.file('tls-key.pem') };
    if (!existsSync(paths.cert) || !existsSync(paths.key)) {
      const { cert, key } = await make();
      writeFileSync(paths.key, key, { mode: 0o600, flush: true });
      writeFileSync(paths.cert, cert, { mode: 0o600, flush: true });
    }
    return paths;
  }

  /**
   * Takes the folder for this process, so that no two run on the same data.
   * @returns whether the one before ended without giving it back
   * @throws Error when another process has it
   */
  lock(): { unclean: boolean } {
    const holder = this.#holder();
    if (holder !== undefined && isRingfence(holder)) {
      throw new Error(`DATA_DIR: ${this.path} is in use by process ${holder}`);
    }
    writeFileSync(this.file('lock'), `${process.pid}\n`, { mode: 0o600 });
    return { unclean: holder !== undefined };
  }

  /** Gives the folder back. */
  unlock(): void {
    rmSync(this.file('lock'), { force: true });
  }

  #holder(): number | undefined {
    try {
      return Number(readFileSync(this.file('lock'), 'utf8'));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

/** The command line of `npm start`, or of `ringfence start`. */
const START = /ringfence(\/setup\/start\.js|(\.js)?\0start)\0/;

/** A process id is reused after a crash, so the process behind it must be one of ours. */
function isRingfence(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return START.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
