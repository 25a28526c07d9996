import { createHash } from 'node:crypto';
import { normalizeMac, parseId } from '@ringfence/phone';
import { DirectoryConflict, type Store } from '@ringfence/store';
import type { EntryError, SourceEntry } from './entry.js';
import { KINDS } from './kinds.js';

/** How far an import is. */
export interface ImportCounts {
  /** Entries that were dealt with: the sum of the others. */
  read: number;
  created: number;
  /** Entries that had been there before. */
  known: number;
  bad: number;
}

/** What an import tells while it runs. */
export interface ImportReport {
  /** An entry that wasn't taken, and everything that is wrong with it; in the order of the file. */
  bad(line: number, errors: readonly EntryError[]): void;
  progress(counts: ImportCounts): void;
}

/** Entries that are under way at a time. */
const BATCH = 64;

/**
 * Takes the entries of a file into the store. Each is checked as the API checks what it is sent, by a token that may do
 * everything; its `kind` says what it is, and its `_id` which. One without `_id` gets one that follows from all it says, so
 * that the same file can be taken again, after any end: what is there already is left as it is. An entry may refer to
 * any entry before it.
 * @throws Error when the file can't be read or the store fails; what was taken until then stays
 */
export async function importEntries(
  store: Store,
  source: AsyncIterable<SourceEntry>,
  report: ImportReport,
): Promise<ImportCounts> {
  const counts = { read: 0, created: 0, known: 0, bad: 0 };
  for await (const batch of batches(source)) {
    const outcomes = await Promise.all(batch.map((entry) => take(store, entry)));
    for (const [at, entry] of batch.entries()) {
      let outcome = outcomes[at] as Outcome;
      // It may be about another one of the batch, which is there by now.
      if (dependsOnOthers(outcome)) outcome = await take(store, entry);
      counts.read += 1;
      if (typeof outcome === 'string') counts[outcome] += 1;
      else {
        counts.bad += 1;
        report.bad(entry.line, outcome);
      }
    }
    report.progress(counts);
  }
  return counts;
}

/** What became of an entry: it was made, it had been there, or what is wrong with it. */
type Outcome = 'created' | 'known' | readonly EntryError[];

/** Parts entries so that those of one batch can be taken in any order, but for references among them. */
async function* batches(source: AsyncIterable<SourceEntry>): AsyncGenerator<SourceEntry[]> {
  let batch: SourceEntry[] = [];
  let kind: unknown;
  const macs = new Set<string>();
  for await (const entry of source) {
    const json = 'json' in entry ? (entry.json as { kind?: unknown; macAddress?: unknown }) : { kind };
    const mac = 'macAddress' in json && typeof json.macAddress === 'string' ? normalizeMac(json.macAddress) : undefined;
    // Phones of one MAC address take their places in the order of the file.
    const mustWait = json.kind !== kind || (mac !== undefined && macs.has(mac));
    if (batch.length === BATCH || (mustWait && batch.length > 0)) {
      yield batch;
      batch = [];
      macs.clear();
    }
    kind = json.kind;
    if (mac !== undefined) macs.add(mac);
    batch.push(entry);
  }
  if (batch.length > 0) yield batch;
}

async function take(store: Store, entry: SourceEntry): Promise<Outcome> {
  if ('error' in entry) return [entry.error];
  const { kind: name, ...json } = entry.json as { kind?: unknown; _id?: unknown; customer?: unknown };
  const kind = typeof name === 'string' && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) return [WRONG_KIND];
  const id = json._id === undefined || json._id === null ? idOf(entry.json) : textId(json._id);
  if (id === undefined) return [WRONG_ID];
  if (await kind.exists(store, id)) return 'known';
  try {
    const errors = await kind.create(store, json, textId(json.customer), id);
    return errors.length === 0 ? 'created' : errors;
  } catch (error) {
    if (error instanceof DirectoryConflict && (await kind.exists(store, id))) return 'known';
    throw error;
  }
}

/** Told of an entry that doesn't say what it is. */
export const WRONG_KIND: EntryError = {
  ...{ code: 422, message: 'kind' },
  description: `Kind must be one of ${Object.keys(KINDS).join(', ')}`,
};

const WRONG_ID: EntryError = { code: 422, message: '_id', description: 'Value is invalid' };

/** An id that follows from all that an entry says. */
function idOf(json: object): string {
  return createHash('sha256').update(JSON.stringify(json)).digest('hex').slice(0, 24);
}

function textId(value: unknown): string | undefined {
  return typeof value === 'string' ? parseId(value) : undefined;
}

/** Whether something is wrong that another entry may set right: missing, taken or full. */
function dependsOnOthers(outcome: Outcome): boolean {
  return typeof outcome !== 'string' && outcome.some(({ code }) => code !== 422);
}
