import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Model, type Violation } from '@ringfence/phone';
import { MODEL_CONFLICTS, type Store, type WrittenModel } from '@ringfence/store';
import { Type } from 'typebox';
import { ADMINS, READERS } from '../../../access.js';
import { apiError, violationError } from '../../../errors.js';
import { created, filterQuery, IdParams, pageAnswer, pageQuery, pathId } from '../../../schemas.js';

const Query = Type.Object(
  {
    ...{ ...pageQuery, ...filterQuery },
    full: Type.Boolean({ default: false, description: 'Whether everything is told of each model' }),
  },
  { additionalProperties: false },
);

const { _id, ...settable } = Model.properties;

/** A model in short. */
const ShortModel = Type.Pick(Model, ['_id', 'brand', 'brandName', 'model', 'picture', 'description']);
const List = Type.Object(
  { ...pageAnswer, sipPhoneModels: Type.Array(Type.Union([Model, ShortModel])) },
  { description: 'The models, by brand and name' },
);

const DESCRIPTION = `What is known of each model of phone: what its phones may be set to follows from it.`;
const CHANGE = `A body with all that a model must have takes the model's place. Any other is a merge patch (RFC 7396): an
object changes what it names, \`null\` takes a property away. A built-in model is covered by what is made of it.`;

/** `GET`, `POST /pbx/sipphonemodels` and `GET`, `PUT /pbx/sipphonemodels/:id`: the phone models there are. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store: { models } }) => {
  const reading = { config: { access: READERS } };
  const writing = { config: { access: ADMINS, errors: MODEL_ERRORS } };
  const tags = ['Phone models'];

  app.get(
    '/pbx/sipphonemodels',
    {
      ...reading,
      schema: {
        ...{ tags, summary: 'List phone models', description: DESCRIPTION },
        ...{ querystring: Query, response: { 200: List } },
      },
    },
    async (request) => {
      const { offset, limit, filter = '', full } = request.query;
      const matching = (await models.list()).filter((model) => matches(model, filter));
      const page = matching.slice(offset, offset + limit);
      return { offset, limit, total: matching.length, sipPhoneModels: full ? page : page.map(shorten) };
    },
  );

  app.get(
    '/pbx/sipphonemodels/:id',
    {
      ...reading,
      schema: {
        ...{ tags, summary: 'Read a phone model', description: DESCRIPTION },
        ...{ params: IdParams, response: { 200: Model } },
      },
    },
    async (request) => {
      const model = await models.get(pathId(request.params));
      if (model === undefined) throw apiError('not_found');
      return model;
    },
  );

  app.post(
    '/pbx/sipphonemodels',
    {
      ...writing,
      schema: {
        ...{
          tags,
          summary: 'Create a phone model',
          description: 'Everything that is wrong with the body is told at once.',
        },
        ...{ body: Type.Object(settable), response: { 201: created(Model.properties) } },
      },
    },
    async ({ body }, reply) => {
      const model = modelOf(await models.add(body));
      return reply.code(201).header('location', `/pbx/sipphonemodels/${model._id}`).send(model);
    },
  );

  app.put(
    '/pbx/sipphonemodels/:id',
    {
      ...writing,
      schema: {
        ...{ tags, summary: 'Change a phone model', description: CHANGE },
        ...{ params: IdParams, body: Type.Partial(Type.Object(settable)), response: { 200: Model } },
      },
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

/** What can be wrong with a model, by examples. */
const MODEL_ERRORS: readonly Violation[] = [
  { code: 422, message: 'model', description: 'Property is missing' },
  { code: 422, message: 'ringer.volume.max', description: 'Value is invalid' },
  ...MODEL_CONFLICTS,
];

function matches({ brand, brandName, model, description }: Model, filter: string): boolean {
  return [brand, brandName, model, description].some((text) => text.toLowerCase().includes(filter.toLowerCase()));
}

function shorten({ _id, brand, brandName, model, picture, description }: Model) {
  return { _id, brand, brandName, model, ...(picture === undefined ? {} : { picture }), description };
}
