import t from 'tap';
import { startApi } from '../testing.js';

const { app } = await startApi(t);
const document = (await app.inject('/docs/json')).json();

/** The schema of a value, as far as its completeness goes. */
interface Schema {
  $ref?: string;
  description?: string;
  examples?: unknown[];
  type?: string;
  const?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  operationId?: string;
  security?: object[];
  parameters?: { name: string; description?: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema; examples?: object }> }>;
}

const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

/** The paths of the values of a schema that have neither a description nor an example of their own. */
function bare(schema: Schema, path: string): string[] {
  if (schema.$ref !== undefined || schema.const !== undefined) return [];
  if (schema.anyOf !== undefined && schema.description === undefined) {
    return schema.anyOf.flatMap((choice, at) => bare(choice, `${path}|${at}`));
  }
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, inner]) => bare(inner, `${path}.${name}`));
  }
  if (schema.items !== undefined && schema.description === undefined) return bare(schema.items, `${path}[]`);
  return schema.description === undefined ? [path] : [];
}

t.test('the description is OpenAPI 3.1 with every request that there is', async (t) => {
  t.equal(document.openapi, '3.1.0');
  t.same(operations.map(({ name }) => name).sort(), [
    'DELETE /bans',
    'DELETE /bans/{id}',
    'DELETE /customer/{id}',
    'DELETE /pbx/extension/{id}',
    'DELETE /pbx/group/{id}',
    'DELETE /pbx/queue/{id}',
    'DELETE /pbx/sipphone/{id}',
    'DELETE /pbx/sipphone/{id}/bindings',
    'DELETE /pbx/sipphone/{id}/bindings/{binding}',
    'DELETE /product/{id}',
    'DELETE /token/{id}',
    'DELETE /webhook/{id}',
    'DELETE /webhook/{id}/dead',
    'DELETE /webhook/{id}/dead/{delivery}',
    'GET /audit',
    'GET /bans',
    'GET /calls',
    'GET /counts',
    'GET /customer',
    'GET /customer/{id}',
    'GET /events',
    'GET /health',
    'GET /history',
    'GET /overview',
    'GET /pbx/extension',
    'GET /pbx/extension/{id}',
    'GET /pbx/group',
    'GET /pbx/group/{id}',
    'GET /pbx/queue',
    'GET /pbx/queue/{id}',
    'GET /pbx/sipphone',
    'GET /pbx/sipphone/{id}',
    'GET /pbx/sipphone/{id}/bindings',
    'GET /pbx/sipphone/{id}/configreload',
    'GET /pbx/sipphone/{id}/history',
    'GET /pbx/sipphone/{id}/reboot',
    'GET /pbx/sipphone/{id}/resetcredentials',
    'GET /pbx/sipphonemodels',
    'GET /pbx/sipphonemodels/{id}',
    'GET /product',
    'GET /product/{id}',
    'GET /token',
    'GET /token/self',
    'GET /webhook',
    'GET /webhook/{id}',
    'GET /webhook/{id}/dead',
    'POST /customer',
    'POST /pbx/extension',
    'POST /pbx/group',
    'POST /pbx/queue',
    'POST /pbx/sipphone',
    'POST /pbx/sipphone/{id}',
    'POST /pbx/sipphone/{id}/configreload',
    'POST /pbx/sipphone/{id}/reboot',
    'POST /pbx/sipphone/{id}/resetcredentials',
    'POST /pbx/sipphone/{id}/unlock',
    'POST /pbx/sipphonemodels',
    'POST /product',
    'POST /token',
    'POST /webhook',
    'POST /webhook/{id}/dead/{delivery}',
    'PUT /customer/{id}',
    'PUT /pbx/extension/{id}',
    'PUT /pbx/group/{id}',
    'PUT /pbx/queue/{id}',
    'PUT /pbx/sipphone/{id}',
    'PUT /pbx/sipphonemodels/{id}',
    'PUT /product/{id}',
    'PUT /webhook/{id}',
  ]);
});

t.test('each request is explained, with every property that it takes and gives', async (t) => {
  const names = new Set<string>();
  for (const { name, operation } of operations) {
    t.ok(operation.summary && operation.description && operation.tags?.length === 1, name);
    t.match(operation.operationId, /^[a-z]+[A-Za-z]*$/, name);
    names.add(operation.operationId as string);
    for (const parameter of operation.parameters ?? []) t.ok(parameter.description, `${name} ${parameter.name}`);
    const body = operation.requestBody?.content['application/json']?.schema;
    t.same(body && bare(body, 'body'), body && [], name);
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      t.ok(description, `${name} ${status}`);
      const [one] = Object.values(content ?? {});
      t.same(one && bare(one.schema, status), [], name);
    }
  }
  t.equal(names.size, operations.length, 'no two have one name');
});

t.test('each request has its errors, with an example of each', async (t) => {
  for (const { name, operation } of operations) {
    const expected = [
      ...(operation.security?.length === 0 ? [] : ['401', '403']),
      ...(name.includes('{id}') ? ['400', '404'] : []),
      ...(operation.requestBody ? ['400', '413', '415', '422'] : []),
      ...['500', '503'],
    ];
    for (const status of expected) {
      const content = operation.responses[status]?.content?.['application/json'];
      t.same(content?.schema, { $ref: '#/components/schemas/Error' }, `${name} ${status}`);
      t.ok(Object.keys(content?.examples ?? {}).length > 0, `${name} ${status}`);
    }
  }
  const create = operations.find(({ name }) => name === 'POST /pbx/sipphone')?.operation.responses;
  const told = Object.values(create ?? {}).flatMap(({ content }) =>
    Object.keys(content?.['application/json']?.examples ?? {}),
  );
  t.ok(told.includes('purchaseInfo.sidePanels: More sidepanels configured than possible for the SIP phone model.'));
});

t.test('people find a page to try it, which loads nothing from elsewhere', async (t) => {
  const page = await app.inject('/docs/');
  t.equal(page.statusCode, 200);
  t.match(page.headers['content-type'], /^text\/html/);
  t.match(page.headers['content-security-policy'], /default-src 'self'|default-src 'none'/);
  const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source as string);
  t.ok(sources.length > 3);
  for (const source of sources) {
    t.notMatch(source, /^(https?:)?\/\//);
    t.equal((await app.inject(new URL(source, 'http://x/docs/').pathname)).statusCode, 200, source);
  }
});
