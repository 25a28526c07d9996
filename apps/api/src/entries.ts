import type { Violation } from '@ringfence/phone';
import type { AccessLevel, CheckedEntry, Entries, Entry, Page, Part, Token } from '@ringfence/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type TObject, type TProperties, Type } from 'typebox';
import { apiError, violationError } from './errors.js';
import { created, filterQuery, IdParams, pageAnswer, pageQuery, pathId, Removed } from './schemas.js';

/** What the query of a list can hold. */
export interface ListQuery extends Page {
  customer?: string;
}

/** One kind of thing that the API lists, reads, makes, changes and removes, and who may do that. */
export interface EntryRoutes<T extends Entry> {
  path: string;
  /** The words for one, and for many: also the name of the list. */
  one: string;
  many: string;
  /** One as it is shown, with a description; all but `_id` may be set. */
  schema: TObject;
  /** Properties that a new one must have. */
  required: readonly string[];
  entries: Entries<T>;
  levels: { read: readonly AccessLevel[]; edit: readonly AccessLevel[]; remove: readonly AccessLevel[] };
  /** Query properties of the list beside its part and the filter. */
  query?: TProperties;
  /** What can be wrong with the query of the list. */
  listErrors?: readonly Violation[];
  /** What can be wrong with the properties of one. */
  errors: readonly Violation[];
  /** The part of the list that a caller may see. */
  show(caller: Token, query: ListQuery): Promise<Part<T>>;
  /**
   * Lets a caller go on who may know about an entry.
   * @throws ApiError
   */
  guard(caller: Token, entry: T | undefined): Promise<void>;
  /**
   * What a caller is about to write: the body, completed with what follows from the token, and the customer of a new one.
   * @throws ApiError when the caller has no right to it
   */
  prepare?(caller: Token, body: object, isNew: boolean): Promise<{ body: object; customer?: string | undefined }>;
  /** Clears out of the way what no longer counts, before one is removed. */
  beforeRemoval?(): Promise<void>;
}

/** Serves the five requests of one kind of thing. */
export function serveEntries<T extends Entry>(app: FastifyInstance, routes: EntryRoutes<T>): void {
  serveReading(app, routes);
  serveWriting(app, routes);
  serveRemoving(app, routes);
}

function serveReading<T extends Entry>(app: FastifyInstance, routes: EntryRoutes<T>): void {
  const { path, one, many, schema, listErrors = [] } = routes;
  const { description = '' } = schema as { description?: string };
  const config = { access: routes.levels.read };
  const querystring = Type.Object({ ...pageQuery, ...filterQuery, ...routes.query }, { additionalProperties: false });
  const list = Type.Object({ ...pageAnswer, [many]: Type.Array(schema) }, { description: `The ${many}` });

  app.get(
    path,
    {
      config: { ...config, errors: listErrors },
      schema: { ...words(`List ${many}`, description), querystring, response: { 200: list } },
    },
    async ({ caller, query }) => {
      const { offset, limit } = query as ListQuery;
      const { total, entries } = await routes.show(caller, query as ListQuery);
      return { offset, limit, total, [many]: entries };
    },
  );

  app.get(
    `${path}/:id`,
    { config, schema: { ...words(`Read ${one}`, description), params: IdParams, response: { 200: schema } } },
    async (request) => {
      const entry = await routes.entries.get(idOf(request));
      await routes.guard(request.caller, entry);
      return entry;
    },
  );
}

function serveWriting<T extends Entry>(app: FastifyInstance, routes: EntryRoutes<T>): void {
  const { path, one, schema, entries, errors } = routes;
  const { _id, ...settable } = schema.properties;
  const config = { access: routes.levels.edit, errors };
  const prepare: NonNullable<typeof routes.prepare> = routes.prepare ?? (async (_, body) => ({ body }));

  app.post(
    path,
    {
      config: { ...config, errors: [...errors, ...routes.required.map(missing)] },
      schema: {
        ...words(`Create ${one}`, 'Everything that is wrong with the body is told at once.'),
        body: { ...Type.Partial(Type.Object(settable)), required: routes.required },
        response: { 201: created(schema.properties) },
      },
    },
    async ({ caller, body }, reply) => {
      const { customer, body: prepared } = await prepare(caller, body as object, true);
      const entry = entryOf(await entries.add(prepared, customer));
      return reply.code(201).header('location', `${path}/${entry._id}`).send(entry);
    },
  );

  app.put(
    `${path}/:id`,
    {
      config,
      schema: {
        ...words(`Change ${one}`, 'Any property may be sent alone; `null` takes its value away.'),
        params: IdParams,
        body: Type.Partial(Type.Object(settable)),
        response: { 200: schema },
      },
    },
    async (request) => {
      const id = idOf(request);
      await routes.guard(request.caller, await entries.get(id));
      const { body } = await prepare(request.caller, request.body as object, false);
      return entryOf(await entries.change(id, body));
    },
  );
}

function serveRemoving<T extends Entry>(app: FastifyInstance, routes: EntryRoutes<T>): void {
  const { path, one, entries } = routes;
  app.delete(
    `${path}/:id`,
    {
      config: { access: routes.levels.remove, errors: [IN_USE] },
      schema: {
        ...words(`Remove ${one}`, 'Refused with 409 `in_use` while something depends on it.'),
        params: IdParams,
        response: { 200: Removed },
      },
    },
    async (request) => {
      const id = idOf(request);
      await routes.guard(request.caller, await entries.get(id));
      await routes.beforeRemoval?.();
      if (!(await entries.remove(id))) throw apiError('not_found');
      return { success: true } as const;
    },
  );
}

const IN_USE: Violation = { code: 409, message: 'in_use', description: 'Something depends on it' };

function words(summary: string, description: string) {
  return { summary, description, tags: ['Directory'] };
}

function idOf({ params }: FastifyRequest): string {
  return pathId(params as { id: string });
}

/**
 * The entry that was written.
 * @throws ApiError with everything that is wrong, or `not_found` when it is gone
 */
function entryOf<T>(checked: CheckedEntry<T> | undefined): T {
  if (checked === undefined) throw apiError('not_found');
  if ('violations' in checked) throw violationError(checked.violations);
  return checked.entry;
}

function missing(name: string): Violation {
  return { code: 422, message: name, description: `${name[0]?.toUpperCase()}${name.slice(1)} is missing` };
}
