import { type EventType, eventTypes, ID } from '@ringfence/store';
import { Type } from 'typebox';
import { violationError } from './errors.js';

/** The schema of an event's id in a query. */
export const eventId = (description: string) =>
  Type.Optional(Type.String({ pattern: '^\\d{1,15}-\\d{1,15}$', description, examples: ['1893456000000-0'] }));

/** The query property that chooses events by the phone. */
export const phoneQuery = {
  phone: Type.Optional(
    Type.String({
      ...ID,
      description: 'Only events of the phone with this id; of calls, those that it made or answered',
    }),
  ),
};

/** The query property that chooses events by their type. */
export const typeQuery = {
  type: Type.Optional(
    Type.String({
      maxLength: 1_024,
      description: 'Only events of these types, separated by commas; `phone.*` stands for all that begin so',
      examples: ['phone.*,call.ended'],
    }),
  ),
};

/** The query properties that choose a part of the history. */
export const historyQuery = {
  ...typeQuery,
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'How many events to answer with' }),
  before: eventId('Only what happened before the event with this id'),
};

/** What can be wrong with the types of a query. */
export const WRONG_TYPE = { code: 422, message: 'type', description: 'Value is invalid' } as const;

/**
 * The event types that a query chooses; undefined for all.
 * @throws ApiError when one is none
 */
export function chosenTypes({ type }: { type?: string }): ReadonlySet<EventType> | undefined {
  if (type === undefined) return undefined;
  const types = eventTypes(type.split(',').map((name) => name.trim()));
  if (types === undefined) throw violationError([WRONG_TYPE]);
  return types;
}
