import { runAs, type Token } from '@ringfence/store';
import fp from 'fastify-plugin';

/** Has every change that a request makes noted in the audit trail as the caller's: the store does so in the same step. */
export default fp(async (app) => {
  app.addHook('preHandler', (request, _reply, done) => {
    const { ip: address, method, url } = request;
    const caller = request.caller as Token | undefined;
    if (caller === undefined) return done();
    const { _id: token, name, level } = caller;
    runAs({ token, name, level, address, method, path: url.split('?')[0] ?? '' }, done);
  });
});
