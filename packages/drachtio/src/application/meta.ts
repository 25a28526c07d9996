/** Where a message that an application hears of comes from or went to. */
export interface Meta {
  /** `network` for what peers sent, `application` for what was sent for an application. */
  readonly source: 'network' | 'application';
  /** The message's size; 0 for one that was made here. */
  readonly bytes: number;
  /** The transport, or what drachtio puts in its place. */
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** Writes the facts the way drachtio does: `source|bytes|protocol|address|port|HH:MM:SS.usec`. */
export function formatMeta({ source, bytes, protocol, address, port }: Meta): string {
  return `${source}|${bytes}|${protocol}|${address}|${port}|${timeOfDay()}`;
}

/** The time of day in UTC, to the microsecond. */
export function timeOfDay(now = performance.timeOrigin + performance.now()): string {
  const microseconds = Math.floor((now % 86_400_000) * 1_000);
  const seconds = Math.floor(microseconds / 1_000_000);
  const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
  const time = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${time}.${String(microseconds % 1_000_000).padStart(6, '0')}`;
}
