import { useQuery } from '@tanstack/react-query';
import { ask, askVersioned } from '../../api/client.js';
import type { Binding, Event, Extension, History, Model, Phone } from '../../api/types.js';
import { useRefreshOn } from '../../live/live.js';

/** Least milliseconds between two readings. */
const PAUSE = 400;

/** Milliseconds until what happened is in the history: on a calm day, and on a busy one. */
const WRITTEN = 700;
const WRITTEN_LATE = 4_000;

/** Most entries of the history that are shown. */
const HISTORY = 100;

/** Models and extensions hardly ever change. */
const LONG = 5 * 60_000;

/** A phone with its version, and when it was read (ms since 1970). It follows the events. */
export function usePhone(id: string) {
  useRefreshOn(['phone', id, 'settings'], concerns(id), PAUSE);
  return useQuery({
    queryKey: ['phone', id, 'settings'],
    queryFn: async () => ({ ...(await askVersioned<Phone>('GET', `/pbx/sipphone/${id}`)), readAt: Date.now() }),
  });
}

/** Where a phone is registered, and when that was read (ms since 1970). */
export function useBindings(id: string) {
  useRefreshOn(['phone', id, 'bindings'], concerns(id), PAUSE);
  return useQuery({
    queryKey: ['phone', id, 'bindings'],
    queryFn: async () => ({
      ...(await ask<{ bindings: Binding[] }>('GET', `/pbx/sipphone/${id}/bindings`)),
      readAt: Date.now(),
    }),
  });
}

/** What happened to a phone, the newest first. */
export function useHistory(id: string) {
  useRefreshOn(['phone', id, 'history'], concerns(id), PAUSE, WRITTEN);
  useRefreshOn(['phone', id, 'history'], concerns(id), PAUSE, WRITTEN_LATE);
  return useQuery({
    queryKey: ['phone', id, 'history'],
    queryFn: () => ask<History>('GET', `/pbx/sipphone/${id}/history`, { query: { limit: HISTORY } }),
  });
}

/** A model of phone. */
export function useModel(id: string | undefined) {
  return useQuery({
    queryKey: ['model', id],
    queryFn: () => ask<Model>('GET', `/pbx/sipphonemodels/${id}`),
    enabled: id !== undefined,
    staleTime: LONG,
  });
}

/** An extension. */
export function useExtension(id: string | undefined) {
  return useQuery({
    queryKey: ['extension', id],
    queryFn: () => ask<Extension>('GET', `/pbx/extension/${id}`),
    enabled: id !== undefined,
    staleTime: LONG,
  });
}

function concerns(id: string) {
  return (event: Event) => event.phone === id || event.answeredBy === id;
}
