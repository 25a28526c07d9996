import t from 'tap';
import { type Cause, causes, type RowCauses } from './causes.js';
import { ERRORS, type ErrorRow } from './page/errors.js';
import { MODELS, startWorld } from './world.js';

const world = await startWorld(t);
const { create, ids, newMac } = world;

/** The rows that were seen on the wire. */
const seen = new Set<ErrorRow>();

/** The rows that a body can cause on its own, in the order of the page, each with its causes. */
const ROWS = causes(world).map(([code, message, description, ...all]: RowCauses) => {
  const row = ERRORS.find((row) => row.code === code && row.message === message && row.description === description);
  if (row === undefined) throw new Error(`the page has no row ${code} ${message} ${description}`);
  return { row, position: ERRORS.indexOf(row), causes: all as [Cause, ...Cause[]] };
});

t.test('each error of the page is answered to what causes it, and to nothing else', async (t) => {
  for (const { row, causes } of ROWS) {
    for (const cause of causes) {
      const answer = await create(bodyOf(cause));
      const told = { code: row.code, ...fill(row, cause, [cause]) };
      if (t.same(answer.body, told, `${row.message} ${JSON.stringify(cause)}`) && answer.status === row.code)
        seen.add(row);
      t.equal(answer.status, row.code);
    }
  }
});

t.test('two errors are told at once, in the order of the page', async (t) => {
  const multiple = ERRORS.find(({ message }) => message === 'multiple') as ErrorRow;
  const combined = new Set<ErrorRow>();
  for (const [at, first] of ROWS.entries()) {
    for (const second of ROWS.slice(at + 1)) {
      const [a, b] = [first.causes[0], second.causes[0]];
      if (!compatible(a, b)) continue;
      const answer = await create(bodyOf(a, b));
      const expected = [first, second].sort((x, y) => x.position - y.position);
      const inner = expected.map(({ row, causes: [cause] }) => ({ code: row.code, ...fill(row, cause, [a, b]) }));
      t.same(answer.body, { ...multiple, inner }, `${first.row.message} and ${second.row.message}`);
      t.equal(answer.status, multiple.code);
      combined.add(first.row).add(second.row);
      seen.add(multiple);
    }
  }
  for (const { row } of ROWS) t.ok(combined.has(row), `${row.code} ${row.message} was combined`);
});

t.test('as many errors as fit into one request are all told at once', async (t) => {
  let most = 0;
  for (const from of ROWS.keys()) {
    const chosen: typeof ROWS = [];
    for (const next of [...ROWS.slice(from), ...ROWS.slice(0, from)]) {
      if (chosen.every((other) => compatible(other.causes[0], next.causes[0]))) chosen.push(next);
    }
    most = Math.max(most, chosen.length);
    const all = chosen.map(({ causes: [cause] }) => cause);
    const sorted = [...chosen].sort((x, y) => x.position - y.position);
    const inner = sorted.map(({ row, causes: [cause] }) => ({ code: row.code, ...fill(row, cause, all) }));
    t.same((await create(bodyOf(...all))).body.inner, inner);
  }
  t.ok(most > 25, `${most} errors at once`);
});

t.test('access_denied is told alone, whatever else is wrong', async (t) => {
  const row = ERRORS.find(({ message }) => message === 'access_denied') as ErrorRow;
  const wrong = { pbxCluster: 3, nonsense: 1 };
  const table: [title: string, token: string, body: object][] = [
    ['a level that may only read', 'VIEWER', wrong],
    ['a level that may nothing', 'PERSONAL', { sipPhoneModel: MODELS.soft._id }],
    ['a purchase told by an owner', 'OWNER', { sipPhoneModel: MODELS.soft._id, purchaseInfo: {} }],
    ['a purchase told by a manager', 'MANAGER', { ...wrong, purchaseInfo: { orderId: '1' } }],
    ['another customer', 'OWNER', { ...wrong, customer: ids.sibling }],
    ['no customer of the reseller', 'RESELLER', { ...wrong, customer: ids.foreign }],
    ['a customer that does not exist', 'RESELLER', { customer: 'abadcafe'.repeat(3) }],
  ];
  for (const [title, token, body] of table) {
    const answer = await create(body, token);
    t.equal(answer.status, row.code, title);
    if (t.same(answer.body, row, title)) seen.add(row);
  }
});

t.test('internal_error is told alone and tells nothing but where to look', async (t) => {
  const row = ERRORS.find(({ message }) => message === 'internal_error') as ErrorRow;
  const answer = await create({ ...bodyOf({}), macAddress: world.damaged, pbxCluster: 3 });
  t.equal(answer.status, row.code);
  const { requestId, ...rest } = answer.body;
  t.match(requestId, /^[\w-]{8,}$/);
  if (t.same(rest, { code: row.code, message: row.message, description: 'Internal error' })) seen.add(row);
});

t.test('no row of the page is left out', async (t) => {
  for (const row of ERRORS) t.ok(seen.has(row), `${row.code} ${row.message} ${row.description}`);
});

/** The body of a desk phone in which there is everything that the causes ask for. */
function bodyOf(...all: Cause[]): object {
  const body: Record<string, unknown> = {
    ...{ sipPhoneModel: MODELS.desk._id, macAddress: newMac(), customer: ids.own },
  };
  for (const { set = {} } of all) for (const [path, value] of Object.entries(set)) put(body, path.split('.'), value);
  const softkeys = all.flatMap((cause) => cause.softkeys ?? []);
  const sidePanels = all.flatMap((cause) => cause.panels ?? []);
  return {
    ...body,
    ...(softkeys.length > 0 && { softkeys }),
    ...(sidePanels.length > 0 && { purchaseInfo: { sidePanels } }),
  };
}

function put(target: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[name] = value;
  else {
    target[name] ??= {};
    put(target[name] as Record<string, unknown>, rest, value);
  }
}

/** Whether no property would have to have two values. */
function compatible(a: Cause, b: Cause): boolean {
  const [ours, theirs] = [a.set ?? {}, b.set ?? {}];
  return Object.entries(ours).every(([path, value]) => !(path in theirs) || theirs[path] === value);
}

/** A row's texts as one of the causes of a body makes them. */
function fill({ message, description }: ErrorRow, cause: Cause, all: Cause[]) {
  const before = all.slice(0, all.indexOf(cause)).flatMap(({ softkeys = [] }) => softkeys);
  const position = before.length + (cause.softkeys?.length ?? 0) - 1;
  return {
    message: message.replace('#', String(position)),
    description: description.replace('XX', () => cause.country ?? ''),
  };
}
