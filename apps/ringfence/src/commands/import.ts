import { parseArgs } from 'node:util';
import { type ImportCounts, importEntries } from '../import/import.js';
import { FORMATS, openSource } from '../import/source.js';
import { type Command, inOneLine, UsageError } from './command.js';

/** Milliseconds between two lines that tell how far it is. */
const PROGRESS_PAUSE = 2_000;

/** `ringfence import`: takes customers, extensions, groups, queues, products and phones from a file. */
export const importFile: Command = {
  usage: [`import FILE${' '.repeat(10)}(FILE ends with ${FORMATS.join(', ')})`],
  async run(store, args) {
    const [file, ...more] = parseArgs({ args, allowPositionals: true }).positionals;
    if (file === undefined || more.length > 0) throw new UsageError('import: which file?');
    const source = await openSource(file);
    if (source === undefined) throw new UsageError(`import: ${file} must end with ${FORMATS.join(', ')}`);
    let toldAt = Date.now();
    const counts = await importEntries(store, source, {
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
  },
};

function inWords({ read, created, known, bad }: ImportCounts): string {
  return `${number(read)} entries: ${number(created)} created, ${number(known)} already there, ${number(bad)} bad`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
