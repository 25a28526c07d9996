import * as session from '../session/session.js';
import type { ErrorBody } from './types.js';

/** Where the API is: the one that serves the page. */
const API = '';

/** The API did not answer with what was asked for. */
export class ApiError extends Error {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.description);
    this.status = status;
    this.body = body;
  }

  /** Each thing that is wrong, by the path of the property. */
  get violations(): ErrorBody[] {
    return this.body.inner ?? [this.body];
  }
}

/** What a request may have beside its method and path. */
export interface RequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Instead of the session's. */
  token?: string;
}

/** An answer, with its ETag. */
export interface Answer<T> {
  value: T;
  etag: string | undefined;
}

/**
 * Asks the API for JSON.
 * @throws ApiError when the answer is an error or there is none
 */
export async function ask<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  return (await askVersioned<T>(method, path, options)).value;
}

/** As {@link ask}, with the version of what was answered. */
export async function askVersioned<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const response = await send(method, path, options);
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw failure(response.status, body, options);
  return { value: body as T, etag: response.headers.get('etag') ?? undefined };
}

/** The path with its query; values that are undefined are left out. */
export function withQuery(path: string, query: RequestOptions['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The header that names the token. */
export function authorization(token = session.token()): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function send(method: string, path: string, { query, body, headers, signal, token }: RequestOptions) {
  const init = {
    method,
    headers: {
      ...authorization(token),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await fetch(API + withQuery(path, query), init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { code: 0, message: 'unreachable', description: 'The server does not answer' });
  }
}

function failure(status: number, body: unknown, { token }: RequestOptions): ApiError {
  // A token that was only tried out is not the session's.
  if (status === 401 && token === undefined) session.end('refused');
  const isError = typeof body === 'object' && body !== null && 'description' in body;
  return new ApiError(
    status,
    isError ? (body as ErrorBody) : { code: status, message: 'unknown', description: `The server answered ${status}` },
  );
}
