import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Page, Part, Store, Customer as StoredCustomer, Token } from '@ringfence/store';
import { Type } from 'typebox';
import { maySee, READERS } from '../../access.js';
import { apiError } from '../../errors.js';
import { IdParams, pageAnswer, pageQuery, pathId } from '../../schemas.js';

const Customer = Type.Object({
  _id: Type.String(),
  name: Type.String(),
  active: Type.Boolean(),
  reseller: Type.Optional(Type.String()),
});
const Query = Type.Object(pageQuery, { additionalProperties: false });
const List = Type.Object({ ...pageAnswer, customers: Type.Array(Customer) });

/** `GET /customer` and `GET /customer/:id`: the customers that the caller may see. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  const config = { access: READERS };

  app.get('/customer', { config, schema: { querystring: Query, response: { 200: List } } }, async (request) => {
    const { total, entries } = await visibleCustomers(request.caller, request.query, store);
    return { ...request.query, total, customers: entries };
  });

  app.get('/customer/:id', { config, schema: { params: IdParams, response: { 200: Customer } } }, async (request) => {
    const customer = await store.directory.customer(pathId(request.params));
    if (customer !== undefined && maySee(request.caller, customer)) return customer;
    throw apiError(request.caller.level === 'ADMIN' ? 'not_found' : 'access_denied');
  });
};

export default routes;

async function visibleCustomers(caller: Token, page: Page, { directory }: Store): Promise<Part<StoredCustomer>> {
  if (caller.level === 'ADMIN') return directory.customers.list(undefined, page);
  if (caller.level === 'RESELLER') return directory.customers.list(caller.reseller ?? '', page);
  const own = caller.customer === undefined ? undefined : await directory.customer(caller.customer);
  const all = own === undefined ? [] : [own];
  return { total: all.length, entries: all.slice(page.offset, page.offset + page.limit) };
}
