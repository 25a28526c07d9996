import fp from 'fastify-plugin';

/** Writes a line to the log for each answer: to whom, what was asked, the status and the milliseconds it took. */
export default fp(async (app) => {
  app.addHook('onResponse', async ({ log, caller, ip, method, url }, { statusCode: status, elapsedTime }) => {
    log.info({ ip, caller: caller?._id, method, url, status, ms: Math.round(elapsedTime) }, 'answered');
  });
});
