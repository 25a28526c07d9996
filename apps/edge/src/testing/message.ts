/** A SIP message as a test reads it. */
export interface Message {
  text: string;
  /** First line. */
  start: string;
  method: string;
  /** 0 for requests. */
  status: number;
  /** Values of all headers of one name, as written. */
  all(name: string): string[];
  /** The first header of a name; empty when there is none. */
  header(name: string): string;
  body: string;
}

/** Reads a message; the edge writes no compact forms. */
export function parseMessage(text: string): Message {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [start = '', ...lines] = head.split('\r\n');
  const all = (name: string) =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      .map((line) => line.slice(name.length + 1).trim());
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(start)?.[1] ?? 0);
  return {
    ...{ text, start, status, all, header: (name) => all(name)[0] ?? '', body: rest.join('\r\n\r\n') },
    method: status === 0 ? (start.split(' ')[0] ?? '') : (all('CSeq')[0]?.split(' ')[1] ?? ''),
  };
}

/** The value of a header parameter. */
export function param(header: string, name: string): string {
  return new RegExp(`[;\\s,]${name}="?([^";,\\s>]*)`, 'i').exec(header)?.[1] ?? '';
}
