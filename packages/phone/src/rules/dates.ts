/**
 * Reads an ISO 8601 date: a day of the calendar, with or without a time of day and its offset. A hyphen before the `T`,
 * as the examples of the API page have it, is left out.
 * @returns undefined when the text is no such date
 */
export function parseDate(text: string | undefined): string | undefined {
  const [, day, time = ''] = PATTERN.exec(text ?? '') ?? [];
  if (day === undefined || Number.isNaN(Date.parse(day + time))) return undefined;
  return new Date(Date.parse(day)).toISOString().startsWith(day) ? day + time : undefined;
}

const PATTERN = /^(\d{4}-\d{2}-\d{2})(?:-?(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})))?$/;
