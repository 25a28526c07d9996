import { Readable } from 'node:stream';
import t from 'tap';
import { readCsv } from './csv.js';
import type { SourceEntry } from './entry.js';

async function read(text: string | Buffer): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const entry of readCsv(Readable.from([Buffer.from(text)]))) entries.push(entry);
  return entries;
}

t.test('fields become properties of the types that the kind of entry has', async (t) => {
  const text = [
    '\ufeffkind,name,active,number,ringer.volume,ringer.tone,dhsg,softkeys[1].index,softkeys[1].function,ip.mode,notes',
    'customer,Acme,false,,,,,,,,',
    'extension,Hall,,0100,,,,,,,',
    'sipphone,,,,4,2,TRUE,0,DND,OPEN,"two\nlines, ""quoted"""',
    'sipphone,,,,loud,,yes,x,,,',
    '',
  ].join('\r\n');
  t.same(await read(text), [
    { line: 2, json: { kind: 'customer', name: 'Acme', active: false } },
    { line: 3, json: { kind: 'extension', name: 'Hall', number: '0100' } },
    {
      line: 4,
      json: {
        ...{
          kind: 'sipphone',
          ringer: { volume: 4, tone: '2' },
          dhsg: true,
          softkeys: [{ index: 0, function: 'DND' }],
        },
        ...{ ip: { mode: 'OPEN' }, notes: 'two\nlines, "quoted"' },
      },
    },
    { line: 6, json: { kind: 'sipphone', ringer: { volume: 'loud' }, dhsg: 'yes', softkeys: [{ index: 'x' }] } },
  ]);
});

t.test('a line with too many fields, or in another encoding, is reported and the next one read', async (t) => {
  const latin1 = Buffer.from('queue,Sm\xf8r\n', 'latin1');
  t.match(
    await read(Buffer.concat([Buffer.from('kind,name\nqueue,a,b\nqueue,c,\n'), latin1, Buffer.from('queue\n')])),
    [
      {
        line: 2,
        error: { code: 400, message: 'bad_request', description: 'Line has more fields than there are columns' },
      },
      { line: 3, json: { kind: 'queue', name: 'c' } },
      { line: 4, error: { code: 400, message: 'bad_request', description: 'Line is not UTF-8' } },
      { line: 5, json: { kind: 'queue' } },
    ],
  );
});

t.test('a column that is no path of a property ends it, as do quotes in the wrong place', async (t) => {
  for (const column of [
    '',
    'a b',
    '__proto__',
    'a.__proto__',
    'a[',
    'a[x]',
    'a[1025]',
    'a[99999]',
    '.a',
    'a..b',
    '[0]',
  ]) {
    await t.rejects(read(`kind,"${column}"\nqueue,x\n`), /is not the path of a property/, column);
  }
  await t.rejects(read('kind,name\nqueue,"a"b\nqueue,c\n'), /at line 2 .*nothing from there on was read/);
  await t.rejects(read(`kind,name\nqueue,${'x'.repeat(1_048_577)}\n`), /at line 2; nothing from there on was read/);
  t.notOk('x' in Object.prototype);
});

t.test('columns of a property and of one inside it give one value, not an error', async (t) => {
  t.same(await read('kind,ip,ip.mode\nsipphone,x,OPEN\n'), [{ line: 2, json: { kind: 'sipphone', ip: 'x' } }]);
});
