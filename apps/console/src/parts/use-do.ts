import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, type RequestOptions } from '../api/client.js';
import { explain } from './states.js';

/**
 * Asks the API to do something, and says how that went.
 * @param key begin of the keys of what is read again afterwards
 */
export function useDo(key: readonly unknown[]) {
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  /** @returns what was answered; undefined when it failed, which is said */
  const act = async <T>(
    method: string,
    path: string,
    done: string,
    options?: RequestOptions,
  ): Promise<T | undefined> => {
    setBusy(true);
    try {
      const answer = await ask<T>(method, path, options);
      notifications.show({ message: done, color: 'teal' });
      await queries.invalidateQueries({ queryKey: key });
      return answer;
    } catch (error) {
      notifications.show({
        title: 'This was not done',
        message: explain(error as Error),
        color: 'red',
        autoClose: 10_000,
      });
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { act, isBusy };
}
