import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { notifyEvent, type PhoneAction, type Violation } from '@ringfence/phone';
import type { Queued as Outcome } from '@ringfence/store';
import { Type } from 'typebox';
import { EDITORS } from '../../../access.js';
import { ApiError, apiError } from '../../../errors.js';
import { IdParams, pathId } from '../../../schemas.js';
import { guardPhone, type PhoneParts } from './phone.js';

const PACE = `It is told when its turn comes: many phones are told one after the other, 50 a minute and 5 a minute of one source
address. The event \`phone.notified\` says what it answered.`;

/** The requests, and what they are for. */
const REQUESTS: Record<PhoneAction, { post: string; get: string; description: string }> = {
  configreload: {
    ...{ post: 'Reload a configuration', get: 'Have a configuration reloaded' },
    description: `Asks the phone to fetch its configuration and apply it, in the words of its vendor. ${PACE}`,
  },
  reboot: {
    ...{ post: 'Reboot a phone', get: 'Have a phone rebooted' },
    description: `Asks the phone to start again, in the words of its vendor. ${PACE}`,
  },
};

const NO_WORDS: Violation = {
  code: 409,
  message: 'sipPhoneModel',
  description: 'Phones of the model cannot be told that',
};
const OFFLINE: Violation = { code: 409, message: 'offline', description: 'Phone is not registered' };

const Queued = Type.Object(
  { success: Type.Literal(true, { description: 'Always true' }) },
  { description: 'The phone will be told' },
);

/** `/pbx/sipphone/:id/configreload` and `/reboot`: what a phone can be told by a NOTIFY. */
const routes: FastifyPluginAsyncTypebox<PhoneParts> = async (app, parts) => {
  const { store } = parts;
  for (const [action, { description, ...summaries }] of Object.entries(REQUESTS) as [
    PhoneAction,
    (typeof REQUESTS)[PhoneAction],
  ][]) {
    for (const method of ['POST', 'GET'] as const) {
      app.route({
        ...{ method, url: `/pbx/sipphone/:id/${action}` },
        config: { access: EDITORS, errors: [NO_WORDS, OFFLINE] },
        schema: {
          ...{ tags: ['SIP phones'], summary: method === 'POST' ? summaries.post : summaries.get, description },
          ...{ params: IdParams, response: { 200: Queued } },
        },
        handler: async ({ caller, params }) => {
          const phone = await guardPhone(parts, caller, await store.phones.get(pathId(params as { id: string })));
          const model = await store.models.get(phone.sipPhoneModel);
          const event = model && notifyEvent(model, action);
          if (event === undefined) throw new ApiError(NO_WORDS);
          const queued = await store.notices.add({ phone: phone._id, customer: phone.customer, action, event });
          if (queued !== 'queued') throw REFUSALS[queued]();
          return { success: true } as const;
        },
      });
    }
  }
};

export default routes;

/** What is answered when a phone can't be told. */
const REFUSALS: Record<Exclude<Outcome, 'queued'>, () => ApiError> = {
  offline: () => new ApiError(OFFLINE),
  unreachable: () => apiError('unavailable', 'No edge runs that reaches the phone'),
  full: () => apiError('unavailable', 'Too many phones wait to be told something'),
};
