import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Violation } from '@ringfence/phone';
import type { FastifySchema, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { errorResponses } from '../error-responses.js';
import { ErrorSchema } from '../errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What can be wrong with the properties of a request, for its description. */
    errors?: readonly Violation[];
  }
}

/** Describes the API as OpenAPI 3.1, for people at `/docs` and for programs at `/docs/json`. */
export default fp(async (app) => {
  app.addSchema(ErrorSchema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Ringfence',
        version: '1.0.0',
        description: INTRODUCTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: TAGS,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of the API' } } },
      security: [{ token: [] }],
    },
    refResolver: { buildLocalReference: (json, _, __, index) => String(json.$id ?? `schema-${index}`) },
    transform: ({ schema, url, route }) => ({ url, schema: describe(schema, route) }),
  });
  app.register(async (page) => {
    page.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
    });
    await page.register(swaggerUi, { routePrefix: '/docs', staticCSP: POLICY, theme: { title: 'Ringfence API' } });
  });
});

/** The schema of a route with everything that its description has beside it: errors, and whether it needs a token. */
function describe(schema: FastifySchema | undefined, { method, config }: RouteOptions): FastifySchema {
  const { access, errors: violations = [] } = config ?? {};
  const isPublic = access === 'public';
  const errors = errorResponses({ method, schema: schema ?? {}, isPublic, violations });
  const levels = isPublic || access === undefined ? '' : `\n\nAccess levels: ${access.join(', ')}.`;
  return {
    ...schema,
    ...(schema?.summary === undefined ? {} : { operationId: operationId(schema.summary) }),
    ...(schema?.description === undefined ? {} : { description: schema.description + levels }),
    ...(isPublic ? { security: [] } : {}),
    response: { ...(schema?.response as object | undefined), ...errors },
  };
}

/** The name of a request in a program: `createPhone` of `Create a phone`. */
function operationId(summary: string): string {
  const words = summary.split(' ').filter((word) => !['a', 'an', 'for'].includes(word));
  return words
    .map((word, at) => (at === 0 ? word.toLowerCase() : `${word[0]?.toUpperCase()}${word.slice(1)}`))
    .join('');
}

const INTRODUCTION = `Manages the phones of a hosted PBX and what belongs to them.

Every request but \`/health\` needs a token: \`Authorization: Bearer …\`. What a token may do follows from its level: ADMIN
may do everything, RESELLER looks after the customers of its reseller, OWNER and MANAGER look after their own customer,
VIEWER reads what its customer has, without passwords. What a caller may not see answers as if it did not exist.

Every error has one form, see the schema \`Error\`. When more than one thing is wrong with a request, all of it is told at
once: status 422, message \`multiple\`, and the errors in \`inner\`.`;

const TAGS = [
  { name: 'SIP phones', description: 'The phones, with their credentials, their fence and their status' },
  { name: 'Phone models', description: 'What is known of each model of phone' },
  { name: 'Directory', description: 'Customers, extensions, groups, queues and products' },
  { name: 'Live', description: 'What happens, and how things stand' },
  { name: 'Webhooks', description: 'Where events are sent as they happen' },
  { name: 'Bans', description: 'Who is kept out of SIP for a time' },
  { name: 'Audit', description: 'Who changed what' },
  { name: 'Tokens', description: 'The keys of this API' },
  { name: 'Service', description: 'The state of the API itself' },
];

/** What the page may load: itself, and nothing from elsewhere. */
const POLICY = [
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'",
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join('; ');
