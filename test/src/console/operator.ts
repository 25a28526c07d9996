import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** Milliseconds that the page may take for what it does at once on a calm machine. */
const PATIENCE = 30_000;

/** Where screenshots are kept. */
const SCREENSHOTS = fileURLToPath(new URL('../../../apps/console/screenshots/', import.meta.url));

/** The rules that pages are held to: WCAG 2.2 A and AA, and what is known to be good. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The rule that another colour scheme may break. */
export const CONTRAST = ['color-contrast'];

/** Somebody who works with the console in a browser. */
export class Operator {
  readonly page: Page;
  /** What went wrong in the page. */
  readonly complaints: string[] = [];
  readonly #base: string;
  readonly #context: BrowserContext;

  private constructor(page: Page, context: BrowserContext, base: string) {
    this.page = page;
    this.#context = context;
    this.#base = base;
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      // What the network does is seen in the page; a policy that was broken is not.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.complaints.push(message.text());
      }
    });
  }

  /**
   * Opens a window.
   * @param base the URL of the API
   */
  static async open(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Operator> {
    const size = { width: 1_440, height: 900 };
    const context = await browser.newContext({ viewport: size, locale: 'en-GB', reducedMotion: 'reduce', ...options });
    return new Operator(await context.newPage(), context, base);
  }

  /** Opens a page of the console by its address: as a link does when the console is open already. */
  async visit(path = '/'): Promise<void> {
    const url = `${this.#base}/console${path}`;
    if (this.page.url().startsWith(`${this.#base}/console/`)) {
      await this.page.evaluate(`history.pushState(null, '', ${JSON.stringify(url)})`);
    } else {
      await this.page.goto(url);
    }
  }

  /** Waits until everything on the page has been read. */
  async loaded(): Promise<void> {
    await this.page.getByLabel('Loading').first().waitFor({ state: 'hidden' });
  }

  async signIn(token: string): Promise<void> {
    await this.visit();
    await this.page.getByLabel('Token').fill(token);
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  }

  /** Goes to a page by the menu. */
  async go(title: string): Promise<void> {
    const menu = this.page.getByRole('button', { name: 'Menu' });
    if (await menu.isVisible()) await menu.click();
    await this.page.getByRole('navigation').getByRole('link', { name: title }).click();
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  /** Waits until something is there that has a text. */
  async sees(text: string | RegExp, within: Locator | Page = this.page): Promise<void> {
    await within.getByText(text).first().waitFor();
  }

  /** The row of a table that has a text. */
  row(text: string | RegExp): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  /** Makes the page dark or light by its own button. */
  async make(scheme: 'dark' | 'light'): Promise<void> {
    await this.page.getByRole('button', { name: `Make it ${scheme}` }).click();
  }

  /**
   * What is wrong with how the page can be used, as axe finds it; one line each.
   * @param rules the rules to hold it to
   */
  async barriers(rules: string[] = RULES): Promise<string[]> {
    await this.page.evaluate(await axe());
    const options = JSON.stringify({ runOnly: rules, resultTypes: ['violations'] });
    const found = await this.page.evaluate(`axe.run(document, ${options}).then(({ violations }) => violations)`);
    return (found as { id: string; nodes: { html: string }[] }[]).flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`),
    );
  }

  /** Keeps a picture of the page, when pictures are wanted. */
  async keepPicture(name: string): Promise<void> {
    if (!process.env.SCREENSHOTS) return;
    await this.page.mouse.move(this.page.viewportSize()?.width ?? 0, 0);
    await this.page.locator('.mantine-Notification-root').first().waitFor({ state: 'hidden' });
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}

let source: string | undefined;

async function axe(): Promise<string> {
  source ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return source;
}
