/** What is wrong with an entry, in the words of the API. */
export interface EntryError {
  /** HTTP status that the API would answer with. */
  code: number;
  message: string;
  description: string;
}

/** One entry of a file: where it begins, and what a client of the API would send, or why that can't be read. */
export type SourceEntry = { line: number } & ({ json: object } | { error: EntryError });

/** Bytes that one entry may have: those of a body of the API. */
export const ENTRY_BYTES = 1024 * 1024;

/** Told of an entry of more bytes. */
export const TOO_LARGE: EntryError = { code: 413, message: 'payload_too_large', description: 'Body is too large' };

/** Told of an entry whose text can't be read. */
export function unreadable(description: string): EntryError {
  return { code: 400, message: 'bad_request', description };
}
