import { CUSTOMER_NOT_FOUND, type Directory, type Token } from '@ringfence/store';
import { Type } from 'typebox';
import { chooseCustomer } from './access.js';
import { violationError } from './errors.js';

/** The customers whose things a request is about: all, or those of the ids. */
export type Scope = 'all' | ReadonlySet<string>;

/** The query property of a request about customers. */
export const scopeQuery = {
  customer: Type.Optional(
    Type.String({
      description:
        "Id of the customer, or `all` for every customer that the caller may see; when left out the caller's own, and all for a caller without one",
      examples: ['65f0a1b2c3d4e5f601234568'],
    }),
  ),
};

/** What a request names to be about every customer that the caller may see. */
const ALL = 'all';

/** Whether a request is about every customer that the caller may see. */
export function asksForAll(caller: Token, named: string | undefined): boolean {
  return named === ALL || (named === undefined && caller.customer === undefined);
}

/**
 * The customers that a request is about: the one that it names, else the caller's own, else all that the caller may see.
 * @throws ApiError `access_denied` when the caller may not see the customer, and when it doesn't exist
 */
export async function chooseScope(caller: Token, named: string | undefined, directory: Directory): Promise<Scope> {
  if (asksForAll(caller, named)) return everyCustomer(caller, directory);
  const id = await chooseCustomer(caller, named, directory);
  if (id === undefined || (await directory.customer(id)) === undefined) throw violationError([CUSTOMER_NOT_FOUND]);
  return new Set([id]);
}

/**
 * Whose numbers and history are meant by a request whose customers were chosen: a customer's, a reseller's, or those of
 * everybody, which is undefined.
 */
export function ownerOf(caller: Token, named: string | undefined, scope: Scope): string | undefined {
  if (scope === 'all') return undefined;
  const [customer] = scope;
  const isReseller = caller.level === 'RESELLER' && asksForAll(caller, named);
  return isReseller ? (caller.reseller ?? NOBODY) : customer;
}

/** Owns nothing. */
const NOBODY = 'nobody';

/** Whether something of a customer, or of none, is in a scope. */
export function isInScope(scope: Scope, customer: string | undefined): boolean {
  return scope === 'all' || (customer !== undefined && scope.has(customer));
}

/** The ids of the customers in a scope. */
export async function customersIn(scope: Scope, directory: Directory): Promise<readonly string[]> {
  return scope === 'all' ? directory.customers.ids(undefined) : [...scope];
}

async function everyCustomer({ level, reseller, customer }: Token, directory: Directory): Promise<Scope> {
  if (level === 'ADMIN') return 'all';
  if (level === 'RESELLER') return new Set(reseller === undefined ? [] : await directory.customers.ids(reseller));
  return new Set(customer === undefined ? [] : [customer]);
}
