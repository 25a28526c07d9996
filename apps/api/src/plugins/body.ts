import { parseJson } from '@ringfence/service';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { apiError } from '../errors.js';

/** Reads bodies: JSON and nothing else. */
export default fp(async (app) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: FastifyRequest, bytes: Buffer) => {
    try {
      return parseJson(bytes);
    } catch {
      throw apiError('bad_request', 'Body is not valid JSON');
    }
  });
});
