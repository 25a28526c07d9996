import { parseJson } from '@ringfence/service';
import { type SourceEntry, TOO_LARGE, unreadable } from './entry.js';
import { ElementSplitter, LineSplitter, type Piece, type Splitter } from './split.js';

/**
 * Reads entries from one array of objects, or from lines with an object each (JSON Lines); which one it is, the first
 * character says.
 */
export async function* readJson(bytes: AsyncIterable<Buffer>): AsyncGenerator<SourceEntry> {
  let splitter: Splitter | undefined;
  for await (let chunk of bytes) {
    if (splitter === undefined) {
      chunk = withoutMark(chunk);
      splitter = /^\s*\[/.test(chunk.toString('latin1')) ? new ElementSplitter() : new LineSplitter();
    }
    for (const piece of splitter.push(chunk)) yield read(piece);
  }
  for (const piece of splitter?.end() ?? []) yield read(piece);
}

function read({ line, bytes }: Piece): SourceEntry {
  if (bytes === undefined) return { line, error: TOO_LARGE };
  try {
    const json = parseJson(bytes);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { line, json };
    return { line, error: unreadable('Body must be a JSON object') };
  } catch {
    return { line, error: unreadable('Body is not valid JSON') };
  }
}

/** Programs that write files for others put a byte order mark before them. */
function withoutMark(chunk: Buffer): Buffer {
  return chunk.subarray(0, MARK.length).equals(MARK) ? chunk.subarray(MARK.length) : chunk;
}

const MARK = Buffer.from('\ufeff');
