import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type BrowserContext, type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { until } from '../system/until.js';
import type { Account } from './page.js';

/** The libraries that phones in a browser are made of. */
export const LIBRARIES = ['JsSIP', 'SIP.js'] as const;
export type Library = (typeof LIBRARIES)[number];

/** Milliseconds that a page may take for what happens at once on a calm machine. */
const PATIENCE = 30_000;

/** No camera, no microphone, nothing but the network of this machine; any certificate will do. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** Starts Debian's Chromium with a fresh profile. */
export function launch(): Promise<Chromium> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
}

/** A real Chromium with a page of its own for each phone. */
export class Browser {
  readonly #chromium: Chromium;
  readonly #context: BrowserContext;
  readonly #server: Server;

  private constructor(browser: Chromium, context: BrowserContext, server: Server) {
    this.#chromium = browser;
    this.#context = context;
    this.#server = server;
  }

  /** Starts Debian's Chromium with a fresh profile, and a web server for the page. */
  static async start(): Promise<Browser> {
    const script = await bundle();
    const server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.writeHead(200, { 'Content-Type': `text/${isScript ? 'javascript' : 'html'}; charset=utf-8` });
      response.end(isScript ? script : '<!doctype html><title>Phone</title><script src="/page.js"></script>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await launch();
    return new Browser(browser, await browser.newContext(), server);
  }

  /** Opens a page with a phone of a library, which connects and registers. */
  async open(library: Library, account: Account): Promise<BrowserPhone> {
    const page = await this.#context.newPage();
    await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
    const phone = new BrowserPhone(page);
    await phone.run(`start(${JSON.stringify(library)}, ${JSON.stringify(account)})`);
    return phone;
  }

  async close(): Promise<void> {
    await this.#chromium.close();
    this.#server.close();
  }
}

/** A phone in a page of the browser. */
export class BrowserPhone {
  readonly #page: Page;
  #seen = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Evaluates an expression in the page, where `phone` is the phone. */
  run(expression: string): Promise<unknown> {
    return this.#page.evaluate(expression);
  }

  /** Waits for an event that begins with this, passing over others, and gives it. */
  async event(start: string): Promise<string> {
    let events: string[] = [];
    return until(
      `event "${start}"`,
      async () => {
        events = (await this.run('events')) as string[];
        const at = events.findIndex((event, index) => index >= this.#seen && event.startsWith(start));
        if (at === -1) return undefined;
        this.#seen = at + 1;
        return events[at];
      },
      PATIENCE,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; there were ${events.join(', ')}`);
    });
  }

  /** Waits until voice has come from the other end. */
  async hears(): Promise<void> {
    await until('voice', async () => ((await this.run('heard()')) as number) > 0 || undefined, PATIENCE);
  }

  /** Waits until a tone of a pitch in Hz is heard from the other end. */
  async hearsTone(pitch: number): Promise<void> {
    const isIt = async () => Math.abs(((await this.run('pitch()')) as number) - pitch) < pitch / 8 || undefined;
    await until(`a tone of ${pitch} Hz`, isIt, PATIENCE);
  }

  /** The session description that its peer connection has made, or was given. */
  async sdp(end: 'local' | 'remote'): Promise<string> {
    return String(await this.run(`phone.connection.${end}Description.sdp`));
  }

  /** Closes the page, as a user does: its WebSocket goes with it. */
  close(): Promise<void> {
    return this.#page.close();
  }
}

/** The script of the page with the libraries in it. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.js', import.meta.url))],
    ...{ bundle: true, minify: true, write: false, platform: 'browser', format: 'iife' },
  });
  return outputFiles[0]?.text ?? '';
}
