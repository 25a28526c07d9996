import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Model } from '@ringfence/phone';
import { MODEL_CONFLICTS, type Store, type WrittenModel } from '@ringfence/store';
import { Type } from 'typebox';
import { ADMINS, READERS } from '../../../access.js';
import { apiError, violationError } from '../../../errors.js';
import { IdParams, pageAnswer, pageQuery, pathId } from '../../../schemas.js';

const Query = Type.Object(
  { ...pageQuery, filter: Type.Optional(Type.String({ maxLength: 256 })), full: Type.Boolean({ default: false }) },
  { additionalProperties: false },
);
const FullModel = Type.Unsafe<Model>(Type.Object({}, { additionalProperties: true }));
const ShortModel = Type.Unsafe<Pick<Model, '_id' | 'brand' | 'brandName' | 'model' | 'picture' | 'description'>>(
  Type.Object({}, { additionalProperties: true }),
);
const List = Type.Object({ ...pageAnswer, sipPhoneModels: Type.Array(Type.Union([FullModel, ShortModel])) });

/** Any object: the store finds everything that is wrong with it. */
const Body = Type.Object({}, { additionalProperties: true });

/** `GET`, `POST /pbx/sipphonemodels` and `GET`, `PUT /pbx/sipphonemodels/:id`: the phone models there are. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store: { models } }) => {
  const config = { access: READERS };

  app.get(
    '/pbx/sipphonemodels',
    { config, schema: { querystring: Query, response: { 200: List } } },
    async (request) => {
      const { offset, limit, filter = '', full } = request.query;
      const matching = (await models.list()).filter((model) => matches(model, filter));
      const page = matching.slice(offset, offset + limit);
      return { offset, limit, total: matching.length, sipPhoneModels: full ? page : page.map(shorten) };
    },
  );

  app.get(
    '/pbx/sipphonemodels/:id',
    { config, schema: { params: IdParams, response: { 200: FullModel } } },
    async (request) => {
      const model = await models.get(pathId(request.params));
      if (model === undefined) throw apiError('not_found');
      return model;
    },
  );

  app.post(
    '/pbx/sipphonemodels',
    { config: { access: ADMINS, errors: MODEL_CONFLICTS }, schema: { body: Body, response: { 201: FullModel } } },
    async ({ body }, reply) => {
      const model = modelOf(await models.add(body));
      return reply.code(201).header('location', `/pbx/sipphonemodels/${model._id}`).send(model);
    },
  );

  app.put(
    '/pbx/sipphonemodels/:id',
    {
      config: { access: ADMINS, errors: MODEL_CONFLICTS },
      schema: { params: IdParams, body: Body, response: { 200: FullModel } },
    },
    async ({ params, body }) => {
      const written = await models.change(pathId(params), body);
      if (written === undefined) throw apiError('not_found');
      return modelOf(written);
    },
  );
};

export default routes;

/**
 * The model that was written.
 * @throws ApiError with everything that is wrong with it, when it was not
 */
function modelOf(written: WrittenModel): Model {
  if ('violations' in written) throw violationError(written.violations);
  return written.model;
}

function matches({ brand, brandName, model, description }: Model, filter: string): boolean {
  return [brand, brandName, model, description].some((text) => text.toLowerCase().includes(filter.toLowerCase()));
}

function shorten({ _id, brand, brandName, model, picture, description }: Model) {
  return { _id, brand, brandName, model, ...(picture === undefined ? {} : { picture }), description };
}
