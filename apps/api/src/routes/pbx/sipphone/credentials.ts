import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Phone } from '@ringfence/phone';
import { resetCredentials } from '@ringfence/store';
import { EDITORS, showPhone } from '../../../access.js';
import { apiError } from '../../../errors.js';
import { IdParams, pathId } from '../../../schemas.js';
import { checkVersion, guardPhone, IfMatch, type PhoneParts, versioned, versionOf } from './phone.js';

const RESET = `Gives the phone a new username and a new password. The pair that it uses stays good until it has used the new
one, or until the time in \`CREDENTIALS_OVERLAP\` has passed; a new pair that it has not used when it gets another is good no more.`;

/** `/pbx/sipphone/:id/resetcredentials`: new credentials for a phone. */
const routes: FastifyPluginAsyncTypebox<PhoneParts> = async (app, parts) => {
  const { store, credentialsOverlap } = parts;
  for (const method of ['POST', 'GET'] as const) {
    app.route({
      ...{ method, url: '/pbx/sipphone/:id/resetcredentials' },
      config: { access: EDITORS },
      schema: {
        ...{ tags: ['SIP phones'], description: RESET },
        summary: method === 'POST' ? 'Reset credentials' : 'Have credentials reset',
        ...{ params: IdParams, headers: IfMatch, response: { 200: versioned(Phone.properties) } },
      },
      handler: async ({ caller, params, headers }, reply) => {
        const id = pathId(params as { id: string });
        const guard = async (phone: Phone | undefined) =>
          checkVersion(await guardPhone(parts, caller, phone), headers['if-match']);
        const phone = await resetCredentials(store, id, guard, credentialsOverlap);
        if (phone === undefined) throw apiError('not_found');
        return reply.header('etag', versionOf(phone)).send(showPhone(caller, phone));
      },
    });
  }
};

export default routes;
