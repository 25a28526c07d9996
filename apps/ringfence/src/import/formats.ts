import { extname } from 'node:path';

/** The endings of the names of files that can be read. */
export const FORMATS = ['.csv', '.json', '.jsonl'] as const;

/** How a file is written. */
export type Format = (typeof FORMATS)[number];

/** The format that a file's name tells; undefined when it tells none. */
export function formatOf(file: string): Format | undefined {
  return FORMATS.find((format) => format === extname(file).toLowerCase());
}
