import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@ringfence/store/testing';
import t from 'tap';
import { Api } from '../system/api.js';
import { Ringfence } from '../system/ringfence.js';

const COMMAND = fileURLToPath(new URL('../../../apps/ringfence/setup/ringfence.js', import.meta.url));

const ringfence = await Ringfence.start();
t.teardown(() => ringfence.remove());
const url = `http://127.0.0.1:${ringfence.env.API_PORT}`;
const admin = await ringfence.api();

/** Runs `ringfence` with arguments; its exit status and what it wrote. */
function run(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ status: unknown; output: string; errors: string }> {
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, ...ringfence.env, ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env: environment }, (error, output, errors) =>
      resolve({ status: error === null ? 0 : error.code, output, errors }),
    );
  });
}

t.test('a token is made, listed, used and revoked', async (t) => {
  const customer = (await admin.get('/customer')).body.customers[0]._id;
  const made = await run(['token', 'create', '--level', 'VIEWER', '--customer', customer, '--name', 'wall board']);
  t.match(made, { status: 0, output: /^rf_[\w-]{43}\n$/ });
  const viewer = new Api(url, made.output.trim());
  t.equal((await viewer.get('/pbx/extension')).status, 200);
  t.equal((await viewer.post('/pbx/queue', { name: 'Support' })).status, 403);

  const { status, output, errors } = await run(['token', 'list']);
  t.same([status, errors], [0, '']);
  const lines = output.split('\n');
  t.match(lines[1], / ADMIN .* admin$/, 'the oldest comes first');
  t.match(lines[2], new RegExp(`^[0-9a-f]{24}  VIEWER +customer ${customer}  20\\S+Z  20\\S+Z  - +wall board$`));
  t.notMatch(output, made.output.trim());

  const [id = ''] = lines[2]?.split(' ') ?? [];
  t.match(await run(['token', 'revoke', id]), { status: 0, errors: '' });
  t.equal((await viewer.get('/pbx/extension')).status, 401);
  t.match(await run(['token', 'revoke', id]), { status: 1, errors: `ringfence: no token has the id ${id}\n` });
});

t.test('a token that ends is told with its time, and everything wrong with one is told', async (t) => {
  t.equal((await run(['token', 'create', '--level', 'ADMIN', '--name', 'x', '--expires', '3600'])).status, 0);
  t.match((await run(['token', 'list'])).output, / ADMIN .* 20\S+Z {2}x\n/);
  t.match(await run(['token', 'create', '--level', 'OWNER', '--expires', 'yesterday']), {
    status: 1,
    errors: [
      'ringfence: 422 customer Customer is missing',
      'ringfence: 422 name Name is missing',
      'ringfence: 422 expires Value is invalid',
      '',
    ].join('\n'),
  });
});

t.test('phones of a file of columns are taken, and their mistakes told by line', async (t) => {
  const customer = (await admin.get('/customer')).body.customers[0]._id;
  const { extensions } = (await admin.get('/pbx/extension?limit=2')).body;
  const { sipPhoneModels } = (await admin.get('/pbx/sipphonemodels?filter=IP8830E')).body;
  const phone = (macAddress: string, extension: string, mode = 'OPEN') =>
    ['sipphone', customer, sipPhoneModels[0]._id, macAddress, extension, mode].join();
  const file = join(t.testdir(), 'phones.csv');
  const lines = [
    'kind,customer,sipPhoneModel,macAddress,extension,ip.mode',
    phone('000413000001', extensions[0]._id),
    phone('000413000001', extensions[1]._id),
    phone('000413000002', 'e0e0e0e0e0e0e0e0e0e0e0e0', 'SOMEWHERE'),
    phone('00:04:13:00:00:03', extensions[1]._id),
  ];
  await writeFile(file, lines.join('\r\n'));
  const first = await run(['import', file]);
  t.match(first, { status: 1, output: '4 entries: 2 created, 0 already there, 2 bad\n' });
  t.same(first.errors.split('\n'), [
    `${file}:3: 409 macAddress A phone with the same MAC address already exists`,
    `${file}:4: 404 extension Extension not found`,
    `${file}:4: 422 ip.mode Mode is invalid`,
    'ringfence: 2 of the entries were not taken',
    '',
  ]);
  t.match(await run(['import', file]), { status: 1, output: '4 entries: 0 created, 2 already there, 2 bad\n' });
  const refused = await admin.post('/pbx/sipphone', {
    sipPhoneModel: sipPhoneModels[0]._id,
    macAddress: '000413000003',
  });
  t.match(refused.body, { code: 409, message: 'macAddress' });
});

t.test('a directory of any size is read in little memory', async (t) => {
  const file = join(t.testdir(), 'large.json');
  const entry = (at: number) => `{"kind":"${at % 500 === 0 ? 'product' : 'x'}","name":"${at} ${'x'.repeat(100_000)}"}`;
  const text = async function* () {
    yield '[\n';
    for (let at = 1; at < 600; at++) yield `${entry(at)},\n`;
    yield '{"kind":"product","name":"last"}\n]';
  };
  await pipeline(text, createWriteStream(file));
  const { output, errors } = await run(['import', file], { NODE_OPTIONS: '--max-old-space-size=40' });
  t.equal(output, '600 entries: 1 created, 0 already there, 599 bad\n');
  t.match(errors, `${file}:501: 422 name Value is invalid`);
  t.match((await admin.get('/product')).body.products, [{ name: 'last' }]);
});

t.test('what is asked for wrongly is said in one line, with status 2', async (t) => {
  const table: [args: string[], errors: RegExp][] = [
    [['nonsense'], /nonsense: no such command/],
    [['token'], /create, list or revoke/],
    [['token', 'create', '--colour', 'red'], /Unknown option '--colour'/],
    [['import', 'a.csv', 'b.csv'], /which file/],
    [['import', 'phones.xlsx'], /must end with \.csv, \.json, \.jsonl/],
  ];
  const results = await Promise.all(table.map(([args]) => run(args)));
  for (const [at, [args, errors]] of table.entries()) {
    t.match(results[at], { status: 2, output: '', errors }, args.join(' '));
    t.equal(results[at]?.errors.split('\n').length, 2);
  }
  t.match(await run(['import', 'none.csv']), { status: 1, errors: /^ringfence: none\.csv can't be opened: ENOENT/ });
  t.match(await run(['--help']), {
    status: 0,
    output: /token create .*\n.*token list\n.*token revoke ID\n.*import FILE/,
  });
});

t.test('without a Redis, or without the key of what runs, nothing is done', async (t) => {
  const [port] = await freePorts(1);
  t.match(await run(['token', 'list'], { REDIS_PORT: String(port) }), { status: 1, errors: /no answer from Redis/ });
  const elsewhere = join(t.testdir(), 'elsewhere');
  t.match(await run(['token', 'list'], { DATA_DIR: elsewhere }), {
    status: 1,
    errors: /^ringfence: DATA_DIR: .* no key/,
  });
});
