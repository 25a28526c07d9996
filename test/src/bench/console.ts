// Measures the console in Chromium with a large fleet: how soon rows are there, how it scrolls, and what events cost it.
// Usage: node test/dist/bench/console.js [phones] [events a second] [seconds of them]
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApi } from '@ringfence/api';
import { findConsole } from '@ringfence/api/console';
import { openCountries } from '@ringfence/geoip';
import { openStore } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';
import { launch } from '../browser/browser.js';
import { Operator } from '../console/operator.js';
import { type FleetPhone, writeFleet } from './large-fleet.js';

const [phones = 50_000, rate = 500, seconds = 10] = process.argv.slice(2).map(Number);
const CUSTOMERS = 50;
const ROUNDS = 5;

/** Height of a row in pixels. */
const ROW = 34;

const redis = await startRedis();
const store = openStore({ url: redis.url, masterKey: randomBytes(32), onError: console.error });
const countries = await openCountries({ provider: 'maxmind' });
const app = buildApi({ store, countries, credentialsOverlap: 0, consoleFolder: findConsole() });
const browser = await launch();
const fleet = await writeFleet(store, phones, CUSTOMERS);
const { text } = await store.tokens.create({ level: 'ADMIN', name: 'benchmark' });
await app.listen({ host: '127.0.0.1', port: 0 });
const operator = await Operator.open(browser, `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
const { page } = operator;

try {
  await operator.signIn(text);
  await rows(2);
  await time('a reload, until rows are there', async () => {
    await page.reload();
    return 2;
  });
  const grid = page.getByRole('grid', { name: 'Phones' });
  const expires = page.getByRole('button', { name: 'Expires' });
  await time('to a place in the middle that was not read yet', async () => {
    const index = Math.floor(Math.random() * (phones - 100));
    await grid.evaluate((element, top) => Object.assign(element, { scrollTop: top }), index * ROW);
    return index + 5;
  });
  await grid.focus();
  await page.keyboard.press('Home');
  await time('in another order', async () => {
    await expires.click();
    return 2;
  });
  await measureFrames('scrolling through 30,000 pixels', scroll);
  const all = () => fleet[Math.floor(Math.random() * phones)] as FleetPhone;
  await measureFrames(`${rate} registrations a second, of any phones`, () => happen(all));
  const first = () => fleet[Math.floor(Math.random() * 100)] as FleetPhone;
  await page.getByRole('button', { name: 'Expires' }).click({ clickCount: 2 });
  await measureFrames(`${rate} registrations a second, all of phones on screen`, () => happen(first));
} finally {
  await browser.close();
  await app.close();
  await store.close();
  await redis.close();
  countries.close();
}

/** Waits until a row is there with what it shows, and no other is still being read. */
async function rows(index: number): Promise<void> {
  await page
    .locator(`[aria-rowindex="${index}"]`)
    .getByText(/Online|Offline/)
    .waitFor();
  await page.locator('[role=grid] [class*=bone]').first().waitFor({ state: 'hidden' });
}

/**
 * Prints the median time until a row is there after something was done.
 * @param act does it, and tells which row is waited for
 */
async function time(what: string, act: () => Promise<number>): Promise<void> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await rows(await act());
    took.push(performance.now() - began);
    await sleep(500);
  }
  console.log(`${what}: ${took.sort((a, b) => a - b)[ROUNDS >> 1]?.toFixed(0)} ms`);
}

async function scroll(): Promise<void> {
  await page.mouse.move(700, 700);
  for (let step = 0; step < 100; step++) await page.mouse.wheel(0, 300);
}

/** Appends registrations, as the edge does. */
async function happen(choose: () => FleetPhone): Promise<void> {
  const began = performance.now();
  for (let sent = 0; performance.now() - began < seconds * 1_000; await sleep(20)) {
    const due = ((performance.now() - began) / 1_000) * rate;
    for (; sent < due; sent++) {
      void store.events.append({
        ...{ type: 'phone.registered', at: Date.now(), ...choose() },
        ...{ address: '198.51.100.7', port: 5060, protocol: 'udp', country: 'DK', userAgent: 'Benchmark 1.0' },
        ...{ contact: 'sip:benchmark@198.51.100.7', expires: 600 },
      });
    }
  }
}

/** Prints how smoothly the page is drawn while something goes on, and how busy it is. */
async function measureFrames(what: string, go: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  await page.evaluate(`{
    const frames = (window.frames_ = []);
    const drawn = (at) => { if (window.frames_ === frames) { frames.push(at); requestAnimationFrame(drawn); } };
    requestAnimationFrame(drawn);
  }`);
  const [began, before] = [performance.now(), await busy()];
  await go();
  const share = (((await busy()) - before) / (performance.now() - began)) * 100_000;
  const times = (await page.evaluate('window.frames_')) as number[];
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  gaps.sort((a, b) => a - b);
  const at = (part: number) => gaps[Math.floor(gaps.length * part)]?.toFixed(0);
  console.log(
    `${what}: frames of ${at(0.5)} ms, p95 ${at(0.95)}, p99 ${at(0.99)}; the page is busy ${share.toFixed(0)} %`,
  );
}
