import type { Redis } from 'ioredis';
import { Script } from './script.js';

/** A Redis command whose first argument is a key. */
export type Command = readonly [name: string, key: string, ...args: (string | number)[]];

/** What must hold when a change is made. */
export interface Condition {
  command: Command;
  /** What the command must answer: a number, a text, or an empty text for nothing. */
  answer: string | number;
  /** What is thrown when it answers something else. */
  otherwise: () => Error;
}

/**
 * Carries out commands in one step, if all conditions hold at that moment.
 * @throws what the first condition says that does not hold; nothing was changed then
 */
export async function applyChange(
  redis: Redis,
  conditions: readonly Condition[],
  commands: readonly Command[],
): Promise<void> {
  const steps = [...conditions.map(({ command }) => command), ...commands];
  const failed = await script.run(
    redis,
    steps.map(([, key]) => key),
    [
      conditions.length,
      ...conditions.flatMap(({ command, answer }) => [answer, ...written(command)]),
      ...commands.flatMap(written),
    ],
  );
  const condition = conditions[Number(failed) - 1];
  if (condition !== undefined) throw condition.otherwise();
}

const script = new Script('apply-change');

function written([name, , ...args]: Command): (string | number)[] {
  return [name, args.length, ...args];
}
