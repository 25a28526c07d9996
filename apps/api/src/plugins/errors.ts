import { DirectoryConflict, EntryInUse, isUnavailable } from '@ringfence/store';
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import fp from 'fastify-plugin';
import { ApiError, apiError, type ErrorKind, violationError } from '../errors.js';

/** Answers every error in the one form the API has, and unknown paths with `not_found`. */
export default fp(async (app) => {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => answerError(apiError('not_found'), request, reply));
});

/** Turns whatever was thrown into a response; what is none of the client's business goes to the log. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { body, retryAfter } = toApiError(error);
  if (body.code >= 500) request.log.error({ err: error }, 'request failed');
  if (body.code === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  const requestId = body.code === 500 ? { requestId: request.id } : {};
  return reply
    .code(body.code)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ ...body, ...requestId }));
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof EntryInUse) return apiError('in_use', error.message);
  // Others were faster again and again: the same request may succeed when they are done.
  if (error instanceof DirectoryConflict) return apiError('unavailable');
  if (isUnavailable(error)) return apiError('unavailable');
  const { validation, validationContext, statusCode = 500 } = error as Partial<FastifyError>;
  if (validationContext === 'body') return apiError('bad_request', 'Body must be a JSON object');
  if (validation !== undefined) return violationError(validation.map(toViolation));
  return apiError(KINDS[statusCode] ?? (statusCode < 500 ? 'bad_request' : 'internal_error'));
}

/** The kinds of the errors that Fastify itself finds, by its status. */
const KINDS: Record<number, ErrorKind> = { 413: 'payload_too_large', 415: 'unsupported_media_type' };

function toViolation({ instancePath, keyword, params }: FastifySchemaValidationError) {
  const unknown = keyword === 'additionalProperties';
  return {
    code: 422,
    message: unknown ? String(params.additionalProperty) : instancePath.slice(1).replaceAll('/', '.'),
    description: unknown ? 'Unknown property' : 'Value is invalid',
  } as const;
}
