import { parseId } from '@ringfence/phone';
import { Type } from 'typebox';
import { apiError } from './errors.js';

/** Largest `offset` of a list. */
const OFFSET_MAX = 1_000_000_000;

/** The query properties that every list has. */
export const pageQuery = {
  offset: Type.Integer({ minimum: 0, maximum: OFFSET_MAX, default: 0 }),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
};

/** A list's answer: which part it is, how many entries there are, and the entries under their own name. */
export const pageAnswer = { offset: Type.Integer(), limit: Type.Integer(), total: Type.Integer() };

/** The path of one thing. */
export const IdParams = Type.Object({ id: Type.String() });

/**
 * The id in a path.
 * @throws ApiError `bad_request` when it is none
 */
export function pathId({ id }: { id: string }): string {
  const parsed = parseId(id);
  if (parsed === undefined) throw apiError('bad_request', 'Id must be 24 hexadecimal digits');
  return parsed;
}
