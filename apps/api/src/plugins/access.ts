import type { AccessLevel, Store, Token } from '@ringfence/store';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { apiError } from '../errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The levels that may use the route; `public` needs no token. */
    access?: readonly AccessLevel[] | 'public';
  }
  interface FastifyRequest {
    /** The token that the request came with; of a public route there is none. */
    caller: Token;
  }
}

/** Lets nobody in without a token whose level the route is for, before anything of the body is read. */
export default fp<{ store: Store }>(async (app, { store }) => {
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    request.caller = await identify(request, store);
    if (access !== undefined && !access.includes(request.caller.level)) throw apiError('access_denied');
  });
});

/** Characters that a bearer token may have (RFC 6750 section 2.1), and how many. */
const BEARER = /^bearer +([\w.~+/=-]{1,256})$/i;

async function identify(request: FastifyRequest, store: Store): Promise<Token> {
  const [, text] = BEARER.exec(request.headers.authorization ?? '') ?? [];
  const token = text === undefined ? undefined : await store.tokens.find(text);
  if (token === undefined) throw apiError('unauthorized');
  return token;
}
