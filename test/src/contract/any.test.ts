import fc from 'fast-check';
import t, { type Test } from 'tap';
import { anyPhone, type Body, makeUnique } from './any-phone.js';
import { anyMutation } from './mutation.js';
import { ERRORS } from './page/errors.js';
import { startWorld } from './world.js';

const world = await startWorld(t);
const { call, create } = world;

/** How many random cases a test tries. */
const RUNS = 300;

t.test('any phone that breaks no rule is created as it was sent, with the defaults of its model', async (t) => {
  await hold(t, anyPhone(world), async (body) => {
    const sent = makeUnique(body, world);
    const { status, body: phone } = await create(sent);
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(phone)}`);
    const { _id, username, password, status: live, handsetIndex, ...settings } = phone;
    same(settings, { ...merged(await defaultsOf(body), sent), macAddress: sent.macAddress });
    same((await call('ADMIN', 'GET', `/pbx/sipphone/${_id}`)).json(), phone);
  });
});

t.test('whatever is done to a body, the answer is a phone or the errors that the API tells of', async (t) => {
  const mutants = anyPhone(world).chain((body) => anyMutation(makeUnique(body, world)));
  const seen = { created: 0, refused: 0 };
  await hold(t, mutants, async (body) => {
    const { status, body: answer } = await create(body);
    if (status === 201) {
      seen.created++;
      same((await call('ADMIN', 'GET', `/pbx/sipphone/${answer._id}`)).json(), answer);
    } else {
      seen.refused++;
      checkError(status, answer);
    }
  });
  t.ok(seen.refused > RUNS / 2 && seen.created > 0, `${seen.created} created, ${seen.refused} refused`);
  t.notOk('mode' in {}, 'and no prototype was changed');
});

t.test('any JSON at all is answered in the form of the API', async (t) => {
  await hold(t, fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })), async (body) => {
    const { status, body: answer } = await create(body);
    checkError(status, answer);
  });
});

/** Tries a property with random cases; a failure tells the seed and the smallest case found. */
async function hold<T>(t: Test, cases: fc.Arbitrary<T>, check: (value: T) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(cases, check), { numRuns: RUNS, interruptAfterTimeLimit: 60_000 });
  t.pass(`${RUNS} cases`);
}

/** The phones of each model with nothing but what it needs. */
const plain = new Map<unknown, Promise<object>>();

function defaultsOf({ sipPhoneModel, customer, sidePanel }: Body): Promise<object> {
  const known = plain.get(sipPhoneModel);
  const made = known ?? makePlain({ sipPhoneModel, customer });
  plain.set(sipPhoneModel, made);
  return sidePanel === undefined ? made : made.then((phone) => ({ ...phone, sidePanelCount: 1 }));
}

async function makePlain(body: Body): Promise<object> {
  const { newMac } = world;
  const { status, body: phone } = await create({ ...body, macAddress: newMac(), handsetAddress: '1', serial: '1' });
  if (status !== 201) throw new Error(JSON.stringify(phone));
  const {
    _id,
    username,
    password,
    status: live,
    handsetIndex,
    macAddress,
    handsetAddress,
    serial,
    ...defaults
  } = phone;
  return { network: undefined, ...defaults };
}

/** Two objects, one laid over the other. */
function merged(under: object, over: object): object {
  const result: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const base = name === 'network' ? (result[name] ?? { vlanId: 0, vlanPriority: 0 }) : result[name];
    result[name] = isObject(base) && isObject(value) ? merged(base, value) : value;
  }
  return result;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(found: unknown, wanted: unknown): void {
  const [a, b] = [sorted(found), sorted(wanted)];
  if (a !== b) throw new Error(`found  ${a}\nwanted ${b}`);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, entry) =>
    isObject(entry) ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))) : entry,
  );
}

/** Every error there can be, without positions and country codes. */
const KNOWN = new Map(ERRORS.map(({ code, message, description }, at) => [`${code} ${message} ${description}`, at]));

/** Errors of the rules that the page has no row for. */
const MORE = ['422 Value is invalid', '422 Unknown property', '404 Device not found', '422 Serial number is missing'];

function checkError(status: number, answer: { code: number; message: string; description: string; inner?: [] }): void {
  if (status === 400 && answer.message === 'bad_request') return;
  if (status !== answer.code) throw new Error(`${status} is not ${answer.code}`);
  const { code, message, description, inner, ...rest } = answer;
  if (Object.keys(rest).length > 0) throw new Error(`odd error ${JSON.stringify(answer)}`);
  if (message !== 'multiple') rowOf(answer);
  else {
    if (code !== 422 || description !== 'Multiple errors' || inner === undefined || inner.length < 2)
      throw new Error(JSON.stringify(answer));
    const rows = inner.map(rowOf);
    if (rows.some((row, at) => row < (rows[at - 1] ?? 0))) throw new Error(`out of order: ${JSON.stringify(inner)}`);
  }
}

/** The position of an error in the page's table, behind its end when it has no row there. */
function rowOf({ code, message, description }: { code: number; message: string; description: string }): number {
  if (typeof message !== 'string') throw new Error('no message');
  const text = description.replace(/^Country code '.*' is not valid$/s, "Country code 'XX' is not valid");
  const row = KNOWN.get(`${code} ${message.replace(/\[\d+\]/, '[#]')} ${text}`);
  if (row === undefined && !MORE.includes(`${code} ${description}`))
    throw new Error(`${code} ${message} ${description}`);
  return row ?? ERRORS.length;
}
