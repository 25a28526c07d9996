import { type Static, Type } from 'typebox';

/** Bytes that a name may have. */
const NAME_BYTES = 256;

/** Extensions that may control one group. */
const CONTROLLERS = 500;

/** The schema of an id. */
export const ID = { pattern: '^[0-9a-fA-F]{24}$', examples: ['65f0a1b2c3d4e5f601234567'] };

/** The schema of a name. */
export const NAME = { pattern: '\\S', maxBytes: NAME_BYTES };

const id = (description: string) => Type.String({ ...ID, description });
const name = (description: string, example: string) => Type.String({ ...NAME, description, examples: [example] });

const _id = id('Unique id');
const customer = id('Id of the customer it belongs to');

/** A company whose phones we serve. */
export const Customer = Type.Object(
  {
    _id,
    name: name('Name of the company', 'Acme'),
    active: Type.Boolean({ description: 'Whether its phones may do anything', examples: [true] }),
    reseller: Type.Optional(id('Id of the reseller that looks after it')),
  },
  { description: 'A company whose phones are served' },
);

/** A company whose phones we serve. */
export type Customer = Static<typeof Customer>;

/** A number that a customer's phones are called by. */
export const Extension = Type.Object(
  {
    _id,
    customer,
    number: Type.String({
      pattern: '^[0-9]{1,15}$',
      description: 'What is dialled to call it: 1 to 15 digits, unique within the customer',
      examples: ['100'],
    }),
    name: name('Whom or what it rings', 'Reception'),
  },
  { description: "A number that a customer's phones are called by" },
);

/** A number that a customer's phones are called by. */
export type Extension = Static<typeof Extension>;

/** Phones whose calls others may pick up. */
export const Group = Type.Object(
  {
    _id,
    customer,
    name: name('Name of the group', 'Sales'),
    controllers: Type.Array(id('Id of an extension of the same customer'), {
      maxItems: CONTROLLERS,
      description: 'The extensions that control the group: their phones may have a key that picks its calls up',
    }),
  },
  { description: 'Phones whose calls others may pick up, and the extensions that may' },
);

/** Phones whose calls others may pick up. */
export type Group = Static<typeof Group>;

/** Callers who wait for somebody to answer. */
export const Queue = Type.Object(
  { _id, customer, name: name('Name of the queue', 'Support') },
  { description: 'Callers who wait for somebody to answer' },
);

/** Callers who wait for somebody to answer. */
export type Queue = Static<typeof Queue>;

/** What a phone or side panel is sold as; all customers share them. */
export const Product = Type.Object(
  { _id, name: name('Name of the product', 'Desk phone, rented') },
  { description: 'What phones and side panels are sold as; all customers share them' },
);

/** What a phone or side panel is sold as; all customers share them. */
export type Product = Static<typeof Product>;
