import { pipeline, type Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { type Column, readColumn, toEntry } from './columns.js';
import { ENTRY_BYTES, type SourceEntry } from './entry.js';

const OPTIONS = {
  bom: true,
  info: true,
  relax_column_count: true,
  skip_empty_lines: true,
  max_record_size: ENTRY_BYTES,
};

/**
 * Reads entries from lines with a field for each column (RFC 4180, UTF-8); the first line names the columns.
 * @throws Error when a column has no proper name, or when it can't be told where a line ends
 */
export async function* readCsv(bytes: Readable): AsyncGenerator<SourceEntry> {
  const parser = parse(OPTIONS);
  // What the file reports, the parser passes on.
  pipeline(bytes, parser, () => {});
  let columns: Column[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (columns === undefined) columns = record.map(readColumn);
      else yield { line: info.lines - newlinesIn(record), ...toEntry(columns, record) };
    }
  } catch (error) {
    throw error instanceof CsvError ? new Error(`${error.message}; nothing from there on was read`) : error;
  }
}

/** A line is counted where it ends, and told by where it begins. */
function newlinesIn(record: readonly string[]): number {
  return record.reduce((sum, field) => sum + field.split('\n').length - 1, 0);
}
