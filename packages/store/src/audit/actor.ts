import { AsyncLocalStorage } from 'node:async_hooks';
import type { AccessLevel } from '../token-check.js';

/** Who asks for changes, and by which request. */
export interface Actor {
  /** Id, name and level of the token. */
  token: string;
  name: string;
  level: AccessLevel;
  /** The address that the request came from. */
  address: string;
  method: string;
  /** The path of the request, without its query. */
  path: string;
}

const actors = new AsyncLocalStorage<Actor>();

/** Does work, and whatever follows from it, in the name of somebody: every change that it makes is noted as theirs. */
export function runAs<T>(actor: Actor, work: () => T): T {
  return actors.run(actor, work);
}

/** In whose name we are working; undefined when the system does by itself what it does. */
export function currentActor(): Actor | undefined {
  return actors.getStore();
}
