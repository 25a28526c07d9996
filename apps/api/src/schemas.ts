import { parseId } from '@ringfence/phone';
import { type TProperties, Type } from 'typebox';
import { apiError } from './errors.js';

/** Largest `offset` of a list. */
const OFFSET_MAX = 1_000_000_000;

/** The query properties that every list has. */
export const pageQuery = {
  offset: Type.Integer({ minimum: 0, maximum: OFFSET_MAX, default: 0, description: 'How many entries to leave out' }),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'How many entries to answer with' }),
};

/** The query property of a list that can be searched. */
export const filterQuery = {
  filter: Type.Optional(
    Type.String({ maxLength: 256, description: 'Text that entries must contain, in any case', examples: ['sales'] }),
  ),
};

/** The query property of a list of what belongs to customers. */
export const customerQuery = {
  customer: Type.Optional(Type.String({ description: "Id of the customer; the caller's own when left out" })),
};

/** A list's answer: which part it is, how many entries there are, and the entries under their own name. */
export const pageAnswer = {
  offset: Type.Integer({ description: 'How many entries were left out' }),
  limit: Type.Integer({ description: 'How many entries were asked for' }),
  total: Type.Integer({ description: 'How many entries there are' }),
};

/** The path of one thing. */
export const IdParams = Type.Object({
  id: Type.String({ description: 'Its id, 24 hexadecimal digits', examples: ['65f0a1b2c3d4e5f601234567'] }),
});

/** The answer to a removal. */
export const Removed = Type.Object(
  { success: Type.Literal(true, { description: 'Always true' }) },
  { description: 'It is gone' },
);

/** An answer that tells where the new thing is. */
export function created<P extends TProperties>(properties: P) {
  const location = Type.String({ description: 'Path of what was created' });
  return Type.Object(properties, { description: 'What was created', headers: { location } });
}

/**
 * The id in a path.
 * @throws ApiError `bad_request` when it is none
 */
export function pathId({ id }: { id: string }): string {
  const parsed = parseId(id);
  if (parsed === undefined) throw apiError('bad_request', 'Id must be 24 hexadecimal digits');
  return parsed;
}
