import { parseArgs } from 'node:util';
import type { Store } from '@ringfence/store';
import { FORMATS, type Format, formatOf } from '../import/formats.js';
import type { ImportCounts } from '../import/import.js';
import { type Command, inOneLine, UsageError } from './command.js';

/** Milliseconds between two lines that tell how far it is. */
const PROGRESS_PAUSE = 2_000;

/** `ringfence import`: takes customers, extensions, groups, queues, products and phones from a file. */
export const importFile: Command = {
  usage: [`import FILE${' '.repeat(10)}(FILE ends with ${FORMATS.join(', ')})`],
  prepare(args) {
    const [file, ...more] = parseArgs({ args, allowPositionals: true }).positionals;
    if (file === undefined || more.length > 0) throw new UsageError('import: which file?');
    const format = formatOf(file);
    if (format === undefined) throw new UsageError(`import: ${file} must end with ${FORMATS.join(', ')}`);
    return (store) => run(store, file, format);
  },
};

async function run(store: Store, file: string, format: Format): Promise<void> {
  const [{ importEntries }, { openSource }] = await Promise.all([
    import('../import/import.js'),
    import('../import/source.js'),
  ]);
  let toldAt = Date.now();
  const counts = await importEntries(store, await openSource(file, format), {
    bad(line, errors) {
      for (const error of errors) process.stderr.write(`${file}:${line}: ${inOneLine(error)}\n`);
    },
    progress(soFar) {
      if (Date.now() - toldAt < PROGRESS_PAUSE) return;
      toldAt = Date.now();
      process.stderr.write(`${inWords(soFar)} so far\n`);
    },
  });
  process.stdout.write(`${inWords(counts)}\n`);
  if (counts.bad > 0) throw new Error(`${number(counts.bad)} of the entries were not taken`);
}

function inWords({ read, created, known, bad }: ImportCounts): string {
  return `${number(read)} entries: ${number(created)} created, ${number(known)} already there, ${number(bad)} bad`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
