/** A duration in its two largest units: `45 s`, `3:07`, `1:02:05`, `3 d 4 h`. */
export function shortDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3_600), Math.floor(seconds / 86_400)];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return minutes > 0 ? `${minutes}:${two(seconds % 60)}` : `${seconds} s`;
}

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const SHORT_TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** The time of day, with the day when it is not today's. */
export function clockTime(at: number, now = Date.now()): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? TIME.format(at) : `${DAY.format(at)}, ${TIME.format(at)}`;
}

/** Hour and minute. */
export function shortTime(at: number): string {
  return SHORT_TIME.format(at);
}

/** Day and month. */
export function shortDay(at: number): string {
  return DAY.format(at);
}

/** Day and time in full. */
export function fullTime(at: number | string): string {
  return FULL.format(new Date(at));
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
