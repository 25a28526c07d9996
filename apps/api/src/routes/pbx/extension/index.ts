import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Store } from '@ringfence/store';
import { Type } from 'typebox';
import { chooseCustomer, maySeeCustomer, READERS } from '../../../access.js';
import { apiError, violationError } from '../../../errors.js';
import { IdParams, pageAnswer, pageQuery, pathId } from '../../../schemas.js';

const Extension = Type.Object({
  _id: Type.String(),
  customer: Type.String(),
  number: Type.String(),
  name: Type.String(),
});
const Query = Type.Object({ ...pageQuery, customer: Type.Optional(Type.String()) }, { additionalProperties: false });
const List = Type.Object({ ...pageAnswer, extensions: Type.Array(Extension) });

/** `GET /pbx/extension` and `GET /pbx/extension/:id`: the extensions of one customer. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store: { directory } }) => {
  const config = { access: READERS };

  app.get('/pbx/extension', { config, schema: { querystring: Query, response: { 200: List } } }, async (request) => {
    const { customer: named, offset, limit } = request.query;
    const id = await chooseCustomer(request.caller, named, directory);
    const customer = id === undefined ? undefined : await directory.customer(id);
    if (customer === undefined) throw violationError([CUSTOMER_NOT_FOUND]);
    const { total, entries } = await directory.extensions.list(customer._id, { offset, limit });
    return { offset, limit, total, extensions: entries };
  });

  app.get(
    '/pbx/extension/:id',
    { config, schema: { params: IdParams, response: { 200: Extension } } },
    async (request) => {
      const extension = await directory.extension(pathId(request.params));
      if (extension === undefined || !(await maySeeCustomer(request.caller, extension.customer, directory))) {
        throw apiError('not_found');
      }
      return extension;
    },
  );
};

export default routes;

const CUSTOMER_NOT_FOUND = { code: 404, message: 'customer', description: 'Customer not found or not active' } as const;
