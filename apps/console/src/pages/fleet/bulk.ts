import { ask } from '../../api/client.js';

/** Requests that are under way at the same time. */
const AT_ONCE = 4;

/** What can be done with many phones. */
export interface BulkAction {
  label: string;
  /** What happens, for those who must confirm it. */
  warning?: string;
  run(id: string): Promise<unknown>;
}

/** What can be done with many phones. */
export const BULK_ACTIONS: readonly BulkAction[] = [
  {
    label: 'Reload configuration',
    run: (id) => ask('POST', `/pbx/sipphone/${id}/configreload`),
  },
  {
    label: 'Reboot',
    warning: 'The phones start again; calls on them end.',
    run: (id) => ask('POST', `/pbx/sipphone/${id}/reboot`),
  },
  {
    label: 'Unlock',
    warning: 'The phones become open: each is locked to the next address that it connects from.',
    run: (id) => ask('POST', `/pbx/sipphone/${id}/unlock`),
  },
  {
    label: 'End registrations',
    warning: 'The phones are offline until they register again.',
    run: (id) => ask('DELETE', `/pbx/sipphone/${id}/bindings`),
  },
  {
    label: 'Remove',
    warning: 'The phones and their credentials are gone for good.',
    run: (id) => ask('DELETE', `/pbx/sipphone/${id}`),
  },
];

/** How a bulk action went. */
export interface BulkResult {
  done: number;
  /** How many phones refused it, by the reason. */
  failed: Map<string, number>;
}

/**
 * Does something with many things, a few at the same time.
 * @param onProgress told how many are done, after each
 */
export async function runBulk(
  ids: readonly string[],
  run: (id: string) => Promise<unknown>,
  onProgress: (done: number) => void,
): Promise<BulkResult> {
  const waiting = [...ids];
  const result: BulkResult = { done: 0, failed: new Map() };
  let finished = 0;
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await run(id);
        result.done++;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        result.failed.set(reason, (result.failed.get(reason) ?? 0) + 1);
      }
      onProgress(++finished);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return result;
}
