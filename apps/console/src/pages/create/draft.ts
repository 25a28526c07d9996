import type { Model } from '../../api/types.js';
import { type FenceValue, toIp } from '../../words/fence.js';
import { sectionsOf, shownFields } from './fields.js';

/** A softkey that is being made. */
export interface SoftkeyDraft {
  index: number;
  function: string;
  value: string;
  label: string;
}

/** A phone that is being made. */
export interface Draft {
  model: string | undefined;
  extension: string | undefined;
  fence: FenceValue;
  /** What was entered, by the path of the property. */
  values: Readonly<Record<string, unknown>>;
  softkeys: readonly SoftkeyDraft[];
}

/** Nothing was entered yet. */
export const EMPTY: Draft = {
  model: undefined,
  extension: undefined,
  fence: { mode: 'OPEN', address: '', countries: [] },
  values: { callWaiting: true, 'network.dhcp': true, 'codec.hdAudio': true },
  softkeys: [],
};

/**
 * The body that makes the phone: what its model can't have is left out, and so is what has no value.
 * @param customer whose phone it is; the caller's own when left out
 */
export function bodyOf(draft: Draft, model: Model | undefined, customer: string | undefined): Record<string, unknown> {
  const body: Record<string, unknown> = {
    ...(draft.model === undefined ? {} : { sipPhoneModel: draft.model }),
    ...(customer === undefined ? {} : { customer }),
    ...(draft.extension === undefined ? {} : { extension: draft.extension }),
  };
  for (const path of model === undefined ? [] : shownPaths(draft, model)) {
    const value = draft.values[path];
    if (value !== undefined && value !== '') place(body, path.split('.'), value);
  }
  body.ip = toIp(draft.fence);
  if (model !== undefined && draft.softkeys.length > 0) body.softkeys = draft.softkeys.map(softkeyBody);
  return body;
}

/** The paths of all fields that are shown. */
export function shownPaths({ values }: Draft, model: Model): string[] {
  return sectionsOf(model).flatMap((section) => shownFields(section, (path) => values[path]).map(({ path }) => path));
}

/** The command that does the same. */
export function curlOf(body: object, origin: string): string {
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return [
    `curl -s ${origin}/pbx/sipphone \\`,
    '  -H "Authorization: Bearer $TOKEN" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d '${json}'`,
  ].join('\n');
}

function place(body: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    body[name] = value;
    return;
  }
  body[name] ??= {};
  place(body[name] as Record<string, unknown>, rest, value);
}

function softkeyBody({ index, function: what, value, label }: SoftkeyDraft) {
  return { index, function: what, ...(value === '' ? {} : { value }), ...(label === '' ? {} : { label }) };
}
