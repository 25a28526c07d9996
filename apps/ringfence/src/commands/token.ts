import { parseArgs } from 'node:util';
import type { Store, Token } from '@ringfence/store';
import { type Command, inOneLine, UsageError } from './command.js';

/** `ringfence token`: makes, lists and revokes the tokens of the API. */
export const token: Command = {
  usage: [
    'token create --level LEVEL --name NAME [--customer ID] [--reseller ID] [--expires DATE|SECONDS]',
    'token list',
    'token revoke ID',
  ],
  prepare([action = '', ...args]) {
    const prepare = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (prepare === undefined) throw new UsageError('token: create, list or revoke?');
    return prepare(args);
  },
};

const ACTIONS: Record<string, Command['prepare']> = { create, list, revoke };

const TEXT = { type: 'string' } as const;
const CREATE_OPTIONS = { level: TEXT, name: TEXT, customer: TEXT, reseller: TEXT, expires: TEXT };

/** Prints the token's text on standard output, for scripts to take, and what it is for on standard error. */
function create(args: string[]) {
  const { values } = parseArgs({ args, options: CREATE_OPTIONS });
  const { expires, ...rest } = values;
  return async ({ tokens }: Store): Promise<void> => {
    const added = await tokens.add({
      ...rest,
      ...(expires === undefined ? {} : { expires: /^\d+$/.test(expires) ? Number(expires) : expires }),
    });
    if ('violations' in added) throw new Error(added.violations.map(inOneLine).join('\n'));
    const { text, ...made } = added.token;
    process.stderr.write(`${row(made)}\nThis text opens the API and is told this once:\n`);
    process.stdout.write(`${text}\n`);
  };
}

/** Tokens that are read at a time. */
const PAGE = 500;

/** Prints the tokens that have not expired, a line each, the oldest first. */
function list(args: string[]) {
  parseArgs({ args });
  return async ({ tokens }: Store): Promise<void> => {
    process.stdout.write(`${HEADINGS}\n`);
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const part = await tokens.list({ offset, limit: PAGE });
      total = part.total;
      for (const entry of part.entries) process.stdout.write(`${row(entry)}\n`);
    }
  };
}

function revoke(args: string[]) {
  const [id, ...more] = parseArgs({ args, allowPositionals: true }).positionals;
  if (id === undefined || more.length > 0) throw new UsageError('token revoke: which one? Give its id, see token list');
  return async ({ tokens }: Store): Promise<void> => {
    if (!(await tokens.revoke(id.toLowerCase()))) throw new Error(`no token has the id ${id}`);
    process.stdout.write(`${id} opens nothing any more\n`);
  };
}

const WIDTHS = [24, 8, 33, 20, 20, 20];
const HEADINGS = columns(['ID', 'LEVEL', 'FOR', 'CREATED', 'LAST USED', 'EXPIRES', 'NAME']);

function row({ _id, level, customer, reseller, created, lastUsed, expires, name }: Token): string {
  const owner = customer ? `customer ${customer}` : reseller ? `reseller ${reseller}` : '-';
  return columns([_id, level, owner, time(created), time(lastUsed), time(expires), name]);
}

function columns(texts: string[]): string {
  return texts.map((text, at) => text.padEnd(WIDTHS[at] ?? 0)).join('  ');
}

function time(ms: number | undefined): string {
  return ms === undefined ? '-' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
