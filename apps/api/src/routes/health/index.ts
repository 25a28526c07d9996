import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Store } from '@ringfence/store';
import { Type } from 'typebox';
import { apiError } from '../../errors.js';

const Health = Type.Object({ status: Type.Literal('ok', { description: 'Always ok' }) }, { description: 'It can' });

/** `GET /health`: whether the API can do its work, for those who watch it. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  const schema = {
    ...{
      tags: ['Service'],
      summary: 'Ask for health',
      description: 'Whether the API can do its work. Needs no token.',
    },
    response: { 200: Health },
  };
  app.get('/health', { config: { access: 'public' }, schema }, async () => {
    if (!(await store.answers())) throw apiError('unavailable');
    return { status: 'ok' } as const;
  });
};

export default routes;
