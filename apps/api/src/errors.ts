import type { Violation } from '@ringfence/phone';
import { Type } from 'typebox';

/** What the API answers instead of what was asked for. */
export interface ErrorBody {
  /** The HTTP status. */
  code: number;
  /** What kind of error, or the path of the property that is wrong. */
  message: string;
  description: string;
  /** With `multiple`: every error of the request. */
  inner?: Violation[];
  /** With `internal_error`: what to look for in the log. */
  requestId?: string;
}

const single = {
  code: Type.Integer({ description: 'The HTTP status', examples: [422] }),
  message: Type.String({
    description: 'The kind of error, or the path of the property that is wrong',
    examples: ['macAddress'],
  }),
  description: Type.String({ description: 'The error in words', examples: ['MAC address is invalid'] }),
};

/** The schema of an {@link ErrorBody}. */
export const ErrorSchema = Type.Object(
  {
    ...single,
    inner: Type.Optional(
      Type.Array(Type.Object(single), { description: 'With `multiple`: every error of the request' }),
    ),
    requestId: Type.Optional(Type.String({ description: 'With `internal_error`: what to look for in the log' })),
  },
  { $id: 'Error' },
);

/** The errors that are not about a property: status, description, and the seconds after which to try again. */
const KINDS = {
  bad_request: { code: 400, description: 'Bad request' },
  unauthorized: { code: 401, description: 'Token is missing, unknown or expired' },
  access_denied: { code: 403, description: 'Insufficient access level' },
  not_found: { code: 404, description: 'Not found' },
  in_use: { code: 409, description: 'Something depends on it' },
  precondition_failed: { code: 412, description: 'It is no longer as If-Match says' },
  payload_too_large: { code: 413, description: 'Body is too large' },
  unsupported_media_type: { code: 415, description: 'Body must be application/json' },
  too_many_requests: { code: 429, description: 'Too many requests', retryAfter: 1 },
  internal_error: { code: 500, description: 'Internal error' },
  unavailable: { code: 503, description: 'Temporarily unavailable', retryAfter: 1 },
} as const satisfies Record<string, { code: number; description: string; retryAfter?: number }>;

/** The kind of an error that is not about a property. */
export type ErrorKind = keyof typeof KINDS;

/** An error that the client is told; thrown where it is found, answered in one place. */
export class ApiError extends Error {
  readonly body: ErrorBody;
  /** Seconds after which the request may succeed. */
  readonly retryAfter: number | undefined;

  constructor(body: ErrorBody, retryAfter?: number) {
    super(body.message);
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/**
 * An error that is not about a property.
 * @param description says more than the kind alone
 */
export function apiError(kind: ErrorKind, description?: string): ApiError {
  const { code, ...rest } = KINDS[kind];
  return new ApiError(
    { code, message: kind, description: description ?? rest.description },
    'retryAfter' in rest ? rest.retryAfter : undefined,
  );
}

/** The error that tells everything that is wrong with a request: one thing as itself, more as `multiple`. */
export function violationError(violations: readonly Violation[]): ApiError {
  const [only, ...others] = violations;
  if (only !== undefined && others.length === 0) return new ApiError(only);
  return new ApiError({ code: 422, message: 'multiple', description: 'Multiple errors', inner: [...violations] });
}
