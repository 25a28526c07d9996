import type { IncomingHttpHeaders } from 'node:http';
import { RateLimit } from '@ringfence/service';
import type { AccessLevel, Store, Token } from '@ringfence/store';
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

/** Requests without a valid token that one address may send at once, and each second from then on. */
const STRANGERS = { burst: 1_000, perSecond: 20, keys: 10_000 };

/** Lets nobody in without a token whose level the route is for, before anything of the body is read. */
export default fp<{ store: Store }>(async (app, { store }) => {
  const strangers = new RateLimit(STRANGERS);
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    const text = bearer(request.headers);
    const caller = text === undefined ? undefined : await store.tokens.find(text);
    if (caller === undefined) {
      throw apiError(strangers.take(request.ip, performance.now()) ? 'unauthorized' : 'too_many_requests');
    }
    request.caller = caller;
    if (access !== undefined && !access.includes(request.caller.level)) throw apiError('access_denied');
  });
});

/** Characters that a bearer token may have (RFC 6750 section 2.1), and how many. */
const BEARER = /^bearer +([\w.~+/=-]{1,256})$/i;

/** The text of the token that a request comes with. */
export function bearer({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return BEARER.exec(authorization)?.[1];
}
