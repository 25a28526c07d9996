import type { Store, Token, Webhook } from '@ringfence/store';
import { maySeeCustomer } from '../../access.js';
import { apiError } from '../../errors.js';

/**
 * Reads a webhook for a caller who may know about it: who may see its customer, its reseller, and ADMIN.
 * @throws ApiError `not_found`
 */
export async function guardWebhook(store: Store, caller: Token, id: string): Promise<Webhook> {
  const webhook = await store.webhooks.get(id);
  if (webhook === undefined || !(await maySee(store, caller, webhook))) throw apiError('not_found');
  return webhook;
}

async function maySee({ directory }: Store, caller: Token, { customer, reseller }: Webhook): Promise<boolean> {
  if (caller.level === 'ADMIN') return true;
  if (customer !== undefined) return maySeeCustomer(caller, customer, directory);
  return reseller !== undefined && caller.level === 'RESELLER' && caller.reseller === reseller;
}
