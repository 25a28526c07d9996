import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Model } from '@ringfence/phone';
import type { Store } from '@ringfence/store';
import { Type } from 'typebox';
import { READERS } from '../../../access.js';
import { apiError } from '../../../errors.js';
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

/** `GET /pbx/sipphonemodels` and `GET /pbx/sipphonemodels/:id`: the phone models there are. */
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
};

export default routes;

function matches({ brand, brandName, model, description }: Model, filter: string): boolean {
  return [brand, brandName, model, description].some((text) => text.toLowerCase().includes(filter.toLowerCase()));
}

function shorten({ _id, brand, brandName, model, picture, description }: Model) {
  return { _id, brand, brandName, model, ...(picture === undefined ? {} : { picture }), description };
}
