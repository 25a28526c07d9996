import fp from 'fastify-plugin';

/** The headers of every answer: answers hold credentials, so nobody keeps them, and they are what they say they are. */
export default fp(async (app) => {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
});
