import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import { ask } from '../../api/client.js';
import type { Page, ShortPhone } from '../../api/types.js';
import type { FleetView } from './fleet-rows.js';
import { fleetQuery } from './use-fleet.js';

/** Most phones that are selected at once. */
const SELECTABLE = 1_000;

const NOTHING: ReadonlySet<string> = new Set();

/** The phones that are selected; none of another view. */
export function useSelection(view: FleetView) {
  const [selection, setSelection] = useState({ view, ids: new Set<string>() });
  const selected = selection.view === view ? selection.ids : NOTHING;
  const select = useCallback(
    (ids: string[], isSelected: boolean) =>
      setSelection((before) => {
        const after = new Set(before.view === view ? before.ids : []);
        for (const id of ids) isSelected ? after.add(id) : after.delete(id);
        return { view, ids: after };
      }),
    [view],
  );
  const clear = () => setSelection({ view, ids: new Set() });
  const selectAll = async (isSelected: boolean) => {
    if (!isSelected) return clear();
    const query = { ...fleetQuery(view), limit: SELECTABLE };
    const { total, sipPhones } = await ask<Page<'sipPhones', ShortPhone>>('GET', '/pbx/sipphone', { query });
    setSelection({ view, ids: new Set(sipPhones.map(({ _id }) => _id)) });
    if (total > SELECTABLE) notifications.show({ message: `The first ${SELECTABLE} of ${total} phones are selected.` });
  };
  return { selected, ids: [...selected], select, selectAll: (all: boolean) => void selectAll(all), clear };
}
