import { ID } from '@ringfence/store';
import { Type } from 'typebox';

/** The query properties that choose among events. */
export const eventQuery = {
  phone: Type.Optional(
    Type.String({
      ...ID,
      description: 'Only events of the phone with this id; of calls, those that it made or answered',
    }),
  ),
  type: Type.Optional(
    Type.String({
      maxLength: 1_024,
      description: 'Only events of these types, separated by commas; `phone.*` stands for all that begin so',
      examples: ['phone.*,call.ended'],
    }),
  ),
};
