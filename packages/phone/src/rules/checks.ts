import { parseCountries } from '../countries.js';
import { normalizeAddress } from '../fence.js';
import { parseId } from '../ids.js';
import { normalizeMac } from '../mac.js';
import type { Range, TalkPath } from '../models/model.js';
import { type Facts, panelSerials } from './lookups.js';
import type { Check } from './subject.js';

/** Whether a MAC address is missing where the model needs one, or is none. */
export const macInvalid: Check = ({ body, model }) =>
  body.macAddress === undefined ? model?.capabilities.provision === true : normalizeMac(body.macAddress) === undefined;

/** Whether the MAC address belongs to phones that this one can't share it with. */
export const macTaken: Check = (subject) => occupancy(subject) === 'taken';

/** Whether as many phones as the model allows share the MAC address. */
export const macFull: Check = (subject) => occupancy(subject) === 'full';

/** Whether every position of the base with this MAC address has its handset. */
export const handsetsFull: Check = (subject) => occupancy(subject) === 'no handset';

function occupancy({ model, customer, occupants }: Facts) {
  if (model === undefined || occupants === undefined) return 'free';
  if (occupants.model !== model._id || occupants.customer !== customer) return 'taken';
  if (occupants.count < model.extensions) return 'free';
  if (model.capabilities.multipleHandsets) return 'no handset';
  return model.extensions === 1 ? 'taken' : 'full';
}

/** The country codes that don't exist. */
export const countriesInvalid: Check = ({ body }) => parseCountries(body.ip?.countries ?? '').invalid;

/** Whether a ROAMING phone has no country to roam in. */
export const countriesMissing: Check = ({ body: { ip }, wrong }) =>
  ip?.mode === 'ROAMING' && (ip.countries ?? '').trim() === '' && !wrong.includes('ip.countries');

/** Whether the address of a LOCKED phone is missing, or any address is none. */
export const addressInvalid: Check = ({ body: { ip } }) =>
  ip?.address === undefined || ip.address === '' ? ip?.mode === 'LOCKED' : normalizeAddress(ip.address) === undefined;

/** Whether a ringtone is neither a built-in one nor, where the model plays them, the id of a custom one. */
export const toneInvalid: Check = ({ body, model }) => {
  const tone = body.ringer?.tone;
  if (tone === undefined || model === undefined) return false;
  const index = typeof tone === 'number' || /^\d{1,3}$/.test(tone) ? Number(tone) : undefined;
  if (index !== undefined) return !Number.isInteger(index) || outside(index, model.ringer?.tone);
  return !(model.capabilities.customRingtones && parseId(String(tone)) !== undefined);
};

/** Whether the ringer's volume is no whole number. */
export const ringerInvalid: Check = ({ body }) =>
  body.ringer?.volume !== undefined && !Number.isSafeInteger(body.ringer.volume);

/** Whether the ringer's volume is a whole number that the model doesn't have. */
export const ringerOutside: Check = (subject) => {
  const volume = subject.body.ringer?.volume;
  return volume !== undefined && Number.isSafeInteger(volume) && outside(volume, subject.model?.ringer?.volume);
};

/** Whether a microphone or speaker level is no whole number or one that the model doesn't have. */
export function level(path: TalkPath, end: 'mic' | 'speaker'): Check {
  return ({ body, model }) => {
    const value = body.volume?.[path]?.[end];
    return value !== undefined && (!Number.isSafeInteger(value) || outside(value, model?.volume[path]?.[end]));
  };
}

/** Whether two side panels have one serial, or another phone's side panel has it. */
export const serialTaken: Check = ({ body, takenSidePanels }) => {
  const serials = panelSerials(body);
  return new Set(serials).size < serials.length || serials.some((serial) => takenSidePanels.has(serial));
};

/** Whether there are more side panels than the model can have. */
export const tooManyPanels: Check = ({ body, model }) =>
  model !== undefined && (body.purchaseInfo?.sidePanels?.length ?? 0) > (model.sidePanels?.count ?? 0);

/** Whether a number is not in a range; without a range every number is as good as another. */
function outside(value: number, range: Range | undefined): boolean {
  return range !== undefined && (value < range.min || value > range.max);
}

/** Whether a value is a whole number from `min` to `max`. */
export function within(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
