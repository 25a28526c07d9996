import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, ask } from '../../api/client.js';
import { explain } from '../../parts/states.js';

/**
 * Changes the fence of a phone, and tells what is wrong by the paths of the properties.
 * @param etag the version that is changed: nothing is, when the phone is no longer as it was shown
 */
export function useSaving(id: string, etag: string | undefined) {
  const queries = useQueryClient();
  const [isSaving, setSaving] = useState(false);
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const save = async (ip: object, done: string) => {
    setSaving(true);
    setErrors(new Map());
    try {
      const headers: Record<string, string> = etag === undefined ? {} : { 'if-match': etag };
      await ask('PUT', `/pbx/sipphone/${id}`, { body: { ip }, headers });
      notifications.show({ message: done, color: 'teal' });
    } catch (error) {
      const violations = error instanceof ApiError ? error.violations : [];
      const atFields = violations.filter(({ message }) => message.startsWith('ip.'));
      setErrors(new Map(atFields.map(({ message, description }) => [message, description])));
      if (atFields.length === 0) {
        notifications.show({ title: 'This was not saved', message: explain(error as Error), color: 'red' });
      }
    }
    setSaving(false);
    await queries.invalidateQueries({ queryKey: ['phone', id] });
  };
  return { save, isSaving, errors };
}
