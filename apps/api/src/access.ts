import { type Phone, parseId } from '@ringfence/phone';
import type { AccessLevel, Customer, Directory, Token } from '@ringfence/store';
import { apiError } from './errors.js';

/** Levels that may read. */
export const READERS: readonly AccessLevel[] = ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER'];

/** Levels that may change things. */
export const EDITORS: readonly AccessLevel[] = ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER'];

/** Levels that change what all customers share. */
export const ADMINS: readonly AccessLevel[] = ['ADMIN'];

/** Levels that see and set how phones are paid for. */
const BUYERS: readonly AccessLevel[] = ['ADMIN', 'RESELLER'];

/** Whether a caller sees and sets how phones are paid for. */
export function mayBuy(caller: Token): boolean {
  return BUYERS.includes(caller.level);
}

/** Whether a caller may know about a customer and what belongs to it. */
export function maySee(caller: Token, customer: Pick<Customer, '_id' | 'reseller'> | undefined): boolean {
  if (customer === undefined) return false;
  if (caller.level === 'ADMIN') return true;
  if (caller.level === 'RESELLER') return caller.reseller !== undefined && caller.reseller === customer.reseller;
  return caller.customer === customer._id;
}

/** Whether a caller may know about what belongs to a customer, known by its id. */
export async function maySeeCustomer(caller: Token, id: string, directory: Directory): Promise<boolean> {
  return caller.level === 'RESELLER' ? maySee(caller, await directory.customer(id)) : maySee(caller, { _id: id });
}

/**
 * The customer that a request is about: the one it names, else the caller's own.
 * @param named what the request names, of any type
 * @returns its id; undefined when what is named is no id or the caller has no customer of its own
 * @throws ApiError `access_denied` when the caller may not touch the customer; whether it exists is not told
 */
export async function chooseCustomer(caller: Token, named: unknown, directory: Directory): Promise<string | undefined> {
  if (named === undefined || named === null) return caller.customer;
  const id = typeof named === 'string' ? parseId(named) : undefined;
  if (id !== undefined && !(await maySeeCustomer(caller, id, directory))) throw apiError('access_denied');
  return id;
}

/**
 * Stops a caller who says how a phone is paid for without being allowed to.
 * @throws ApiError `access_denied`
 */
export function guardPurchase(caller: Token, body: object): void {
  const { purchaseInfo } = body as { purchaseInfo?: unknown };
  if (purchaseInfo !== undefined && purchaseInfo !== null && !mayBuy(caller)) {
    throw apiError('access_denied');
  }
}

/** A phone as a caller may see it: its password is for editors, its purchase for buyers. */
export function showPhone(caller: Token, { password, purchaseInfo, ...shown }: Phone): Phone {
  const phone: Phone = shown;
  if (password !== undefined && EDITORS.includes(caller.level)) phone.password = password;
  if (purchaseInfo !== undefined && mayBuy(caller)) phone.purchaseInfo = purchaseInfo;
  return phone;
}
