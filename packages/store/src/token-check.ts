import { parseDate, readShapeOf, shapeViolations, type Violation } from '@ringfence/phone';
import { type Static, Type } from 'typebox';
import { CUSTOMER_NOT_FOUND } from './directory/check.js';
import { ID, NAME } from './directory/entry.js';

/** What a token may do, from everything to nothing. */
export const ACCESS_LEVELS = ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER', 'PERSONAL'] as const;

/** What a token may do. */
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** What a token is made of. */
export interface NewToken {
  level: AccessLevel;
  /** Id of the customer it is for; of an ADMIN, the one that is meant when a request names none. */
  customer?: string;
  /** Id of the reseller it is for. */
  reseller?: string;
  /** What it is for, in somebody's words. */
  name: string;
  /** When it stops working, ms since 1970; never, when absent. */
  expires?: number;
}

/** The body that makes a token. */
export const TokenBody = Type.Object({
  level: Type.Unsafe<AccessLevel>(
    Type.String({ enum: [...ACCESS_LEVELS], description: 'What the token may do', examples: ['OWNER'] }),
  ),
  customer: Type.Optional(
    Type.String({
      ...ID,
      description:
        'Id of the customer it is for; required for OWNER and below. Of an ADMIN, the customer that is meant when a request names none',
    }),
  ),
  reseller: Type.Optional(
    Type.String({ ...ID, description: 'Id of the reseller it is for; required for RESELLER, and for no other level' }),
  ),
  name: Type.String({ ...NAME, description: "What the token is for, in somebody's words", examples: ['billing'] }),
  expires: Type.Optional(
    Type.Union([Type.String({ maxBytes: 64 }), Type.Number()], {
      description: 'When it stops working: an ISO 8601 date, or whole seconds from now; never when left out',
      examples: ['2031-01-01T00:00:00Z', 86_400],
    }),
  ),
});

/**
 * Checks what a client sent of a new token.
 * @param now ms since 1970
 * @param customer reads a customer; undefined when there is none
 * @returns the token, or everything that is wrong with it in the order of the properties
 */
export async function checkToken(
  json: object,
  now: number,
  customer: (id: string) => Promise<object | undefined>,
): Promise<{ token: NewToken } | { violations: Violation[] }> {
  const { body, wrong, unknown } = readShapeOf(TokenBody, json, []);
  const expires = readExpiry(body.expires, now);
  const unknownCustomer = body.customer !== undefined && (await customer(body.customer.toLowerCase())) === undefined;
  const violations = [
    ...missing(body).filter(({ message }) => !wrong.includes(message)),
    ...(unknownCustomer ? [CUSTOMER_NOT_FOUND] : []),
    ...shapeViolations({
      wrong: [...wrong, ...misplaced(body), ...(expires === 'invalid' ? ['expires'] : [])],
      unknown,
    }),
  ];
  const { level, name } = body;
  if (violations.length > 0 || level === undefined || name === undefined || expires === 'invalid')
    return { violations };
  return {
    token: {
      ...{ level, name },
      ...(body.customer === undefined ? {} : { customer: body.customer.toLowerCase() }),
      ...(body.reseller === undefined ? {} : { reseller: body.reseller.toLowerCase() }),
      ...(expires === undefined ? {} : { expires }),
    },
  };
}

type Body = Partial<Static<typeof TokenBody>>;

/** Whom a token is for, by its level. */
function ownerOf(level: AccessLevel | undefined): 'customer' | 'reseller' | undefined {
  if (level === undefined || level === 'ADMIN') return undefined;
  return level === 'RESELLER' ? 'reseller' : 'customer';
}

function missing(body: Body): Violation[] {
  const owner = ownerOf(body.level);
  const names = ['level' as const, ...(owner === undefined ? [] : [owner]), 'name' as const];
  return names.flatMap((name) =>
    body[name] === undefined
      ? [{ code: 422, message: name, description: `${name[0]?.toUpperCase()}${name.slice(1)} is missing` } as const]
      : [],
  );
}

/** The owner that a token of its level can't have. */
function misplaced({ level, customer, reseller }: Body): string[] {
  return [
    ...(customer !== undefined && level === 'RESELLER' ? ['customer'] : []),
    ...(reseller !== undefined && level !== undefined && level !== 'RESELLER' ? ['reseller'] : []),
  ];
}

/** Longest life of a token that is given in seconds: a hundred years. */
const SECONDS_MAX = 100 * 365 * 86_400;

/** When a token stops working, ms since 1970; it must be in the future. */
function readExpiry(expires: string | number | undefined, now: number): number | 'invalid' | undefined {
  if (expires === undefined) return undefined;
  if (typeof expires === 'number') {
    return Number.isInteger(expires) && expires > 0 && expires <= SECONDS_MAX ? now + expires * 1_000 : 'invalid';
  }
  const time = Date.parse(parseDate(expires) ?? '');
  return time > now ? time : 'invalid';
}
