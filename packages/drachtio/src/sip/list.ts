import { trimBlanks } from './characters.js';
import { endOfQuoted } from './parameters.js';

/**
 * Splits a header value at the commas that separate its entries, leaving those inside quotes and angle brackets alone
 * (RFC 3261 section 7.3.1).
 * @returns the entries without surrounding blanks; undefined when a quote or bracket stays open or an entry is empty
 */
export function splitList(value: string): string[] | undefined {
  if (!value.includes(',')) return value === '' ? undefined : [value];
  const entries: string[] = [];
  let start = 0;
  let bracketed = false;
  for (let i = 0; i < value.length; i += 1) {
    const character = value[i];
    if (character === '"' && !bracketed) {
      i = endOfQuoted(value, i) - 1;
      if (i < 0) return undefined;
    } else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    else if (character === ',' && !bracketed) {
      entries.push(trimBlanks(value, start, i));
      start = i + 1;
    }
  }
  entries.push(trimBlanks(value, start));
  return bracketed || entries.includes('') ? undefined : entries;
}
