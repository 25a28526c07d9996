import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** A response as far as its description goes. */
export interface Seen {
  method: string;
  /** Path and query of the request. */
  url: string;
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** Checks a response against the description that the API gives of itself. */
export type CheckDocumented = (seen: Seen) => void;

/**
 * Reads the description that an API gives of itself.
 * @param document the OpenAPI document, as `/docs/json` has it
 * @returns a check that throws when a response is not as described: an unknown status, a missing header, another content
 * type, a body that does not fit or has a property that the description lacks. What no path of the description fits must
 * be an error in the one form.
 */
export function documentedBy(document: object): CheckDocumented {
  const { paths, components } = closeObjects(document) as OpenApi;
  const ajv = addFormats.default(new Ajv2020({ allErrors: true, strict: false }));
  const validators = new Map<object, ValidateFunction>();
  const validate = (schema: object, { method, url, status, body }: Seen) => {
    const validator = validators.get(schema) ?? ajv.compile({ ...schema, components });
    validators.set(schema, validator);
    if (validator(JSON.parse(body))) return;
    throw new Error(`${method} ${url} ${status}: ${ajv.errorsText(validator.errors)} in ${body.slice(0, 2_000)}`);
  };
  return (seen) => {
    const { method, url, status, headers } = seen;
    const path = url.split('?')[0] ?? '';
    if (PAGE.test(path)) return;
    const operation = paths[pathOf(Object.keys(paths), path) ?? '']?.[method.toLowerCase()];
    if (operation === undefined) {
      if (status < 400) throw new Error(`${method} ${url} is not documented`);
      validate({ $ref: '#/components/schemas/Error' }, seen);
      return;
    }
    const response = operation.responses[status];
    const content = response?.content?.['application/json'];
    if (content === undefined) throw new Error(`${method} ${url} ${status} is not documented: ${seen.body}`);
    for (const name of Object.keys(response?.headers ?? {})) {
      if (headers[name.toLowerCase()] === undefined) throw new Error(`${method} ${url} ${status} has no ${name}`);
    }
    if (!/^application\/json; charset=utf-8$/.test(String(headers['content-type']))) {
      throw new Error(`${method} ${url} ${status} is ${headers['content-type']}`);
    }
    validate(content.schema, seen);
  };
}

/** The part of an OpenAPI document that is looked at. */
interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
  components: object;
}

interface Response {
  headers?: Record<string, object>;
  content?: Record<string, { schema: object }>;
}

/** The page with the description is for people. */
const PAGE = /^\/docs(\/|$)/;

/** The described path that a request's path fits: itself, before one with parameters. */
function pathOf(templates: readonly string[], path: string): string | undefined {
  if (templates.includes(path)) return path;
  const steps = path.split('/');
  return templates.find((template) => {
    const expected = template.split('/');
    return expected.length === steps.length && expected.every((step, at) => step.startsWith('{') || step === steps[at]);
  });
}

/** A copy in which no object may have a property that is not described, unless it says that it may. */
function closeObjects(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closeObjects);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closeObjects(value)]));
  return 'properties' in copy && copy.type === 'object' ? { additionalProperties: false, ...copy } : copy;
}
