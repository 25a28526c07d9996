import { readdirSync, readFileSync } from 'node:fs';

/** Byte sequences by name, each in a file of its own. */
export type Corpus = ReadonlyMap<string, Buffer>;

const ROOT = new URL('../../../../', import.meta.url);

/** The torture messages of RFC 4475 and RFC 5118, which mutations start from. */
export const TORTURE: Corpus = read('test/torture/');

/** Where what once broke something is kept. */
export const CRASHERS = new URL('packages/drachtio/crashers/', ROOT);

/** What once broke something, and what is made to. */
export function readCrashers(): Corpus {
  return read('packages/drachtio/crashers/');
}

function read(folder: string): Corpus {
  const url = new URL(folder, ROOT);
  const files = readdirSync(url, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files
    .filter(({ name }) => !name.endsWith('.md'))
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
  return new Map(paths.sort().map((path) => [path.slice(url.pathname.length), readFileSync(path)]));
}
