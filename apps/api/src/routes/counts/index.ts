import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { COUNTED, type Counted, CUSTOMER_NOT_FOUND, OVERALL, type Store } from '@ringfence/store';
import { Type } from 'typebox';
import { READERS } from '../../access.js';
import { violationError } from '../../errors.js';
import { chooseScope, ownerOf, scopeQuery } from '../../scope.js';

const COUNTS = `How often what happened, step by step, for charts: of a customer, or of all customers that the caller may see.
Minutes are kept for 48 hours, hours for 90 days. A registration counts when it begins, not when it is refreshed.`;

const DESCRIPTIONS: Record<Counted, string> = {
  registered: 'Registrations that began',
  deregistered: 'Registrations that phones or operators ended',
  expired: 'Registrations that ran out',
  disconnected: 'Registrations whose connection was lost',
  refused: 'Requests that were refused',
  locked: 'Phones that were locked to an address',
  calls: 'Calls that began',
  online: 'How many phones were online at the end of the step',
};

const time = (description: string) => Type.Integer({ description, examples: [1_893_456_000_000] });
const Step = Type.Object({
  at: time('When the step begins, in milliseconds since 1970'),
  ...(Object.fromEntries(
    COUNTED.map((counted) => [counted, Type.Integer({ description: DESCRIPTIONS[counted] })]),
  ) as Record<Counted, ReturnType<typeof Type.Integer>>),
});

const step = Type.Unsafe<60 | 3_600>(
  Type.Integer({ enum: [60, 3_600], default: 60, description: 'Seconds of a step: 60 or 3600' }),
);
const moment = (description: string) => Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000, description });
const Query = Type.Object(
  {
    ...scopeQuery,
    from: Type.Optional(
      moment('Beginning, in milliseconds since 1970; 60 minutes or 24 hours before the end when left out'),
    ),
    to: Type.Optional(moment('End, in milliseconds since 1970; now when left out')),
    step,
  },
  { additionalProperties: false },
);

const Counts = Type.Object(
  {
    from: time('Beginning, in milliseconds since 1970'),
    to: time('End, in milliseconds since 1970'),
    step,
    counts: Type.Array(Step, { description: 'The steps that begin between the two, in order' }),
  },
  { description: 'How often what happened' },
);

/** Steps that are answered with at most: more than are kept of either kind. */
const STEPS_MAX = 3_000;

/** Seconds that are told of when a request doesn't say from when on. */
const SPAN = { 60: 3_600, 3600: 86_400 } as const;

const TOO_LONG = { code: 422, message: 'from', description: 'Too many steps between from and to' } as const;

/** `GET /counts`: numbers for charts. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/counts',
    {
      config: { access: READERS, errors: [CUSTOMER_NOT_FOUND, TOO_LONG] },
      schema: {
        ...{ tags: ['Live'], summary: 'Read counts', description: COUNTS },
        ...{ querystring: Query, response: { 200: Counts } },
      },
    },
    async ({ caller, query }) => {
      const { step, to = store.now() } = query;
      const { from = Math.max(0, to - SPAN[step] * 1_000) } = query;
      if (to - from > STEPS_MAX * step * 1_000) throw violationError([TOO_LONG]);
      const scope = await chooseScope(caller, query.customer, store.directory);
      const owner = ownerOf(caller, query.customer, scope) ?? OVERALL;
      return { from, to, step, counts: await store.counts.read(owner, from, to, step) };
    },
  );
};

export default routes;
