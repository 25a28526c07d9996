import { Customer, type Page, type Part, type Store, type Token } from '@ringfence/store';
import type { FastifyPluginAsync } from 'fastify';
import { ADMINS, maySee, READERS } from '../../access.js';
import { serveEntries } from '../../entries.js';
import { apiError } from '../../errors.js';

/** `/customer`: ADMIN manages all of them, RESELLER makes and changes its own, the others read the one they are of. */
const routes: FastifyPluginAsync<{ store: Store }> = async (app, { store: { directory, tokens } }) => {
  serveEntries(app, {
    ...{ path: '/customer', one: 'a customer', many: 'customers', schema: Customer, required: ['name'] },
    entries: directory.customers,
    levels: { read: READERS, edit: ['ADMIN', 'RESELLER'], remove: ADMINS },
    errors: [],
    show: (caller, query) => visible(caller, query, directory.customers),
    async guard(caller, customer) {
      if (!maySee(caller, customer)) throw apiError(caller.level === 'ADMIN' ? 'not_found' : 'access_denied');
    },
    beforeRemoval: () => tokens.prune(),
    prepare: async ({ level, reseller }, body) => ({ body: level === 'ADMIN' ? body : ofReseller(body, reseller) }),
  });
};

export default routes;

async function visible(caller: Token, page: Page, customers: Store['directory']['customers']): Promise<Part<Customer>> {
  if (caller.level === 'ADMIN') return customers.list(undefined, page);
  if (caller.level === 'RESELLER') return customers.list(caller.reseller ?? '', page);
  const own = caller.customer === undefined ? undefined : await customers.get(caller.customer);
  const all = own?.name.toLowerCase().includes((page.filter ?? '').toLowerCase()) ? [own] : [];
  return { total: all.length, entries: all.slice(page.offset, page.offset + page.limit) };
}

/**
 * A customer as a reseller may write it: one of its own.
 * @throws ApiError `access_denied` when the body names another reseller, or the token has none
 */
function ofReseller(body: object, reseller: string | undefined): object {
  const { reseller: named = reseller } = body as { reseller?: unknown };
  if (reseller === undefined || String(named).toLowerCase() !== reseller) throw apiError('access_denied');
  return { ...body, reseller };
}
