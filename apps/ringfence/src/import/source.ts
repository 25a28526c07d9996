import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { readCsv } from './csv.js';
import type { SourceEntry } from './entry.js';
import { readJson } from './json.js';

const READERS: Readonly<Record<string, (bytes: Readable) => AsyncIterable<SourceEntry>>> = {
  '.csv': readCsv,
  '.json': readJson,
  '.jsonl': readJson,
};

/** The endings of the names of files that can be read. */
export const FORMATS = Object.keys(READERS);

/**
 * Opens a file to read its entries one after another, never more of it than some at a time.
 * @returns undefined when the file's name doesn't end as a format of ours
 * @throws Error when it can't be opened; while it is read, when it can't be told where its entries are
 */
export async function openSource(file: string): Promise<AsyncIterable<SourceEntry> | undefined> {
  const read = READERS[extname(file).toLowerCase()];
  if (read === undefined) return undefined;
  const handle = await open(file).catch((error: Error) => {
    throw new Error(`${file} can't be opened: ${error.message}`);
  });
  return read(handle.createReadStream());
}
