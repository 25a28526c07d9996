import type { Violation } from '@ringfence/phone';
import type { FastifySchema } from 'fastify';
import { apiError, type ErrorBody, type ErrorKind, violationError } from './errors.js';

/** A route as far as it decides which errors its requests can have. */
export interface DescribedRoute {
  method: string | string[];
  schema: FastifySchema;
  isPublic: boolean;
  /** What can be wrong with the properties of a request. */
  violations: readonly Violation[];
}

/** The responses of a route that are errors, by status, with an example of each error, as OpenAPI has them. */
export function errorResponses(route: DescribedRoute): Record<string, object> {
  const bodies = [...kindsOf(route).map((kind) => apiError(kind).body), ...violationsOf(route)];
  const statuses = new Set(bodies.map(({ code }) => code).sort((a, b) => a - b));
  return Object.fromEntries([...statuses].map((code) => [code, response(bodies.filter((body) => body.code === code))]));
}

/** Which routes an error of a kind can happen to. */
const OCCURRENCES: [ErrorKind, (route: DescribedRoute) => boolean][] = [
  ['bad_request', (route) => route.schema.params !== undefined || mayHaveBody(route)],
  ['unauthorized', ({ isPublic }) => !isPublic],
  ['access_denied', ({ isPublic }) => !isPublic],
  ['not_found', ({ schema }) => schema.params !== undefined],
  [
    'precondition_failed',
    ({ schema }) => 'if-match' in ((schema.headers as { properties?: object })?.properties ?? {}),
  ],
  ['payload_too_large', mayHaveBody],
  ['unsupported_media_type', mayHaveBody],
  ['too_many_requests', ({ isPublic }) => !isPublic],
  ['internal_error', () => true],
  ['unavailable', () => true],
];

function mayHaveBody({ method }: DescribedRoute): boolean {
  return method !== 'GET';
}

function kindsOf(route: DescribedRoute): ErrorKind[] {
  return OCCURRENCES.flatMap(([kind, happens]) => (happens(route) ? [kind] : []));
}

/** Everything that can be wrong with the properties of a request, and two of them together. */
function violationsOf({ schema, violations }: DescribedRoute): ErrorBody[] {
  if (schema.body === undefined && schema.querystring === undefined) return [...violations];
  const [one = WRONG, other = UNKNOWN] = violations;
  return [...violations, WRONG, UNKNOWN, violationError([one, other]).body];
}

const WRONG: Violation = { code: 422, message: 'limit', description: 'Value is invalid' };
const UNKNOWN: Violation = { code: 422, message: 'nonsense', description: 'Unknown property' };

function response(bodies: readonly ErrorBody[]): object {
  const examples = bodies.map((value) => [`${value.message}: ${value.description}`, { value }]);
  return {
    description: ['| message | description |', '|---|---|', ...bodies.map(row)].join('\n'),
    content: { 'application/json': { schema: { $ref: 'Error#' }, examples: Object.fromEntries(examples) } },
    ...headers(bodies[0]?.code),
  };
}

function row({ message, description }: ErrorBody): string {
  return `| \`${message}\` | ${description} |`;
}

function headers(code: number | undefined): object {
  const header = HEADERS[code ?? 0];
  return header === undefined
    ? {}
    : { headers: { [header.name]: { type: 'string', description: header.description } } };
}

const RETRY_AFTER = { name: 'Retry-After', description: 'Seconds after which to try again' };

/** The header that comes with a status. */
const HEADERS: Record<number, { name: string; description: string }> = {
  401: { name: 'WWW-Authenticate', description: 'How to authenticate' },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};
