import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiError, ask } from '../../api/client.js';
import type { Phone } from '../../api/types.js';
import { explain } from '../../parts/states.js';

/**
 * Makes a phone and opens its page, or tells what is wrong.
 * @param known paths of the fields that show their errors; what is wrong elsewhere is told apart
 */
export function useCreating(known: ReadonlySet<string>) {
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<Error>();
  const [, navigate] = useLocation();
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);

  const create = async (body: object): Promise<void> => {
    setSaving(true);
    setError(undefined);
    try {
      const { _id } = await ask<Phone>('POST', '/pbx/sipphone', { body });
      notifications.show({ message: 'The phone is created', color: 'teal' });
      if (isThere.current) navigate(`/phones/${_id}`);
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setSaving(false);
    }
  };

  const violations = error instanceof ApiError ? error.violations : [];
  const atFields = new Map(violations.map(({ message, description }) => [message, description]));
  const elsewhere = violations.filter(({ message }) => !known.has(message)).map(({ description }) => description);
  return {
    ...{ create, isSaving, error },
    errorOf: (path: string) => atFields.get(path),
    elsewhere: error === undefined || error instanceof ApiError ? elsewhere : [explain(error)],
  };
}
