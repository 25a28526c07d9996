import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { apiError } from '../errors.js';

/** How files are sent whose names change with their content: browsers keep them for a year. */
const UNCHANGING = { cacheControl: true, immutable: true, maxAge: 365 * 24 * 3_600_000 };

/** What is served to anybody, and is no part of the API's description. */
const PAGE = { config: { access: 'public' }, schema: { hide: true } } as const;

/** The folder with the operators' page; undefined when it was not built. */
export function findConsole(): string | undefined {
  const index = fileURLToPath(import.meta.resolve('@ringfence/console/site/index.html'));
  return existsSync(index) ? fileURLToPath(new URL('.', `file://${index}`)) : undefined;
}

/**
 * Serves the operators' page under `/console/`, and leads browsers there that ask for `/`. Paths inside the page that are no
 * files are the page's own to understand.
 */
const routes: FastifyPluginAsync<{ folder: string }> = async (app, { folder }) => {
  const files = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }));
  await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false });

  app.get('/', PAGE, async ({ headers }, reply) => {
    if (!headers.accept?.includes('text/html')) throw apiError('not_found');
    return reply.redirect('/console/');
  });
  app.get('/console', PAGE, async (_request, reply) => reply.redirect('/console/'));
  app.get('/console/*', PAGE, async (request, reply) => {
    const path = (request.params as { '*': string })['*'];
    const isFile = /\.\w+$/.test(path);
    if (isFile && !files.has(path)) throw apiError('not_found');
    if (path.startsWith('assets/')) return reply.sendFile(path, UNCHANGING);
    return reply.headers(PAGE_HEADERS).sendFile(isFile ? path : 'index.html');
  });
};

export default routes;

/**
 * What the page may load and do: itself, nothing from elsewhere, no script inside the page. Its component library writes
 * style elements, which hold no text of others.
 */
const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': [
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'",
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};
