import { Ajv } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import fp from 'fastify-plugin';

/**
 * Checks requests: queries and paths against their schemas, a body only for being an object. What is wrong inside a body
 * is found by the rules that also look things up, so that all of it is told at once; its schema is for the description.
 */
export default fp(async (app) => {
  const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, strict: false });
  const compile: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
    httpPart === 'body' ? checkBody : ajv.compile(schema);
  app.setValidatorCompiler(compile);
});

function checkBody(body: unknown): { value: unknown } | { error: Error } {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject ? { value: body } : { error: new Error('Body must be a JSON object') };
}
