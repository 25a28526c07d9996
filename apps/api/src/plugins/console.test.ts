import t from 'tap';
import { startApi } from '../testing.js';
import { findConsole } from './console.js';

const { app } = await startApi(t, { consoleFolder: findConsole() });
const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
const page = await get('/console/');
const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string);

t.test('the page is served to anybody, is asked for anew each time, and may load nothing from elsewhere', async (t) => {
  t.equal(page.statusCode, 200);
  t.match(page.headers, {
    'content-type': /^text\/html/,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, "default-src 'none'");
  t.match(policy, "script-src 'self';");
  t.notMatch(policy, /https?:|\*|unsafe-eval/);
  t.notMatch(page.body, /<script(?![^>]* src=)/, 'no script inside the page');
  t.ok(assets.length > 2);
  for (const url of assets) t.match(url, /^\/console\//);
});

t.test('files whose names change with their content are kept for ever, and sent compressed', async (t) => {
  for (const url of assets.filter((asset) => asset.includes('/assets/'))) {
    const { statusCode, headers } = await get(url, { 'accept-encoding': 'gzip, br' });
    t.equal(statusCode, 200, url);
    t.match(headers, { 'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'br' });
  }
});

t.test('a path inside the page is the page; a file that there is not is not found', async (t) => {
  t.equal((await get('/console/phones/65f0a1b2c3d4e5f601234567')).body, page.body);
  for (const url of ['/console/assets/none.js', '/console/none.js', '/console/..%2f..%2fpackage.json']) {
    const { statusCode, headers } = await get(url);
    t.equal(statusCode, 404, url);
    t.notMatch(headers['cache-control'], 'immutable');
  }
});

t.test('a browser that asks for nothing in particular is led to the page, a program is not', async (t) => {
  for (const url of ['/', '/console']) {
    const { statusCode, headers } = await get(url, { accept: 'text/html,application/xhtml+xml' });
    t.equal(statusCode, 302);
    t.equal(headers.location, '/console/');
  }
  const { statusCode, body } = await get('/');
  t.equal(statusCode, 404);
  t.match(JSON.parse(body), { message: 'not_found' });
});
