import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { readCsv } from './csv.js';
import type { SourceEntry } from './entry.js';
import type { Format } from './formats.js';
import { readJson } from './json.js';

const READERS: Readonly<Record<Format, (bytes: Readable) => AsyncIterable<SourceEntry>>> = {
  '.csv': readCsv,
  '.json': readJson,
  '.jsonl': readJson,
};

/**
 * Opens a file to read its entries one after another, never more of it than some at a time.
 * @throws Error when it can't be opened; while it is read, when it can't be told where its entries are
 */
export async function openSource(file: string, format: Format): Promise<AsyncIterable<SourceEntry>> {
  const handle = await open(file).catch((error: Error) => {
    throw new Error(`${file} can't be opened: ${error.message}`);
  });
  return READERS[format](handle.createReadStream());
}
