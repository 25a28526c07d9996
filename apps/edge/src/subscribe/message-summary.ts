/** The type of message summaries. */
export const MESSAGE_SUMMARY = 'application/simple-message-summary';

/** What is told where nothing is known: that no message waits. */
export const NO_MESSAGES = 'Messages-Waiting: no\r\n';

/** Most characters that are read. */
const LONGEST = 4_096;

/** The counts of one kind of messages: `new/old`, and in brackets those of them that are urgent (RFC 3842 section 5.2). */
const COUNTS =
  /^((?:voice|fax|pager|multimedia|text)-message|none)[ \t]*:[ \t]*(\d{1,5}\/\d{1,5}(?:[ \t]*\(\d{1,5}\/\d{1,5}\))?)$/i;
const WAITING = /^messages-waiting[ \t]*:[ \t]*(yes|no)$/i;

/**
 * Reads a message summary (RFC 3842 section 5) and writes it anew: whether messages wait, and how many of which kind. Whose
 * mailbox it is in the PBX, and what the messages are, is left out.
 * @returns undefined when it is none
 */
export function readSummary(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const [first = '', ...rest] = text.split(/\r?\n/).map((line) => line.trim());
  const waiting = WAITING.exec(first)?.[1]?.toLowerCase();
  if (waiting === undefined) return undefined;
  const counts = new Map(
    rest.flatMap((line) => {
      const [, kind, numbers] = COUNTS.exec(line) ?? [];
      return kind === undefined ? [] : [[kind.toLowerCase(), `${kind}: ${numbers}`] as const];
    }),
  );
  return [`Messages-Waiting: ${waiting}`, ...counts.values(), ''].join('\r\n');
}
