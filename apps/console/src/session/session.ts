// The token that the page works with. It lives as long as the tab.
const KEY = 'ringfence-token';

/** Why there is no session any more. */
export type EndReason = 'signed_out' | 'refused';

type Listener = () => void;

const listeners = new Set<Listener>();
let ended: EndReason | undefined;

/** The token, undefined when nobody is signed in. */
export function token(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

/** Why the last session ended. */
export function endReason(): EndReason | undefined {
  return ended;
}

/** Begins a session with a token that the API knows. */
export function begin(newToken: string): void {
  sessionStorage.setItem(KEY, newToken);
  ended = undefined;
  tell();
}

/** Ends the session. */
export function end(reason: EndReason): void {
  if (token() === undefined) return;
  sessionStorage.clear();
  ended = reason;
  tell();
}

/** Listens to sessions that begin and end. @returns stops listening */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
