import { parseCountries } from '../countries.js';
import { type IpMode, normalizeAddress } from '../fence.js';
import { parseId } from '../ids.js';
import { normalizeMac } from '../mac.js';
import { type Model, TALK_PATHS } from '../models/model.js';
import type { NewPhone, PhoneBody } from '../types.js';
import { parseDate } from './dates.js';
import { parseVlanId } from './network.js';
import { REFERENCES } from './softkeys.js';

/**
 * The phone that a body which breaks no rule describes: every value in its one spelling, defaults where the client
 * chose nothing and the model has something to choose, no property without a value.
 */
export function completePhone(body: PhoneBody, model: Model, customer: string): NewPhone {
  const chosen = {
    pbxCluster: body.pbxCluster ?? 1,
    sipPhoneModel: model._id,
    extension: parseId(body.extension),
    customer,
    macAddress: normalizeMac(body.macAddress ?? ''),
    product: parseId(body.product),
    callWaiting: model.capabilities.callWaiting ? (body.callWaiting ?? true) : undefined,
    sidePanelCount: panelCount(body, model),
    softkeyConfigurationOnDevice: body.softkeyConfigurationOnDevice ?? true,
    softkeyBlfBlindTransfer: body.softkeyBlfBlindTransfer ?? false,
    headsetButton: body.headsetButton ?? (model.headset?.button ? 'speaker' : undefined),
    dhsg: body.dhsg ?? (model.headset?.dhsg ? false : undefined),
    displayBrightness: body.displayBrightness ?? (model.display?.brightness ? 10 : undefined),
    displayBrightnessIdle: body.displayBrightnessIdle ?? (model.display?.brightness ? 5 : undefined),
    displayFontColor: body.displayFontColor ?? (model.display?.fontColor ? 'LIGHT' : undefined),
    ip: completeIp(body.ip),
    ringer: {
      volume: body.ringer?.volume ?? model.ringer?.volume?.default,
      tone: completeTone(body.ringer?.tone) ?? model.ringer?.tone?.default,
    },
    volume: completeVolume(body.volume, model),
    softkeys: completeSoftkeys(body.softkeys, model),
    codec: { hdAudio: body.codec?.hdAudio ?? model.capabilities.hdAudio, video: body.codec?.video ?? false },
    network: completeNetwork(body.network, model),
    purchaseInfo: completePurchase(body.purchaseInfo),
  };
  const settings = prune(Object.assign({}, body, chosen)) as NewPhone['settings'];
  return { settings, places: model.extensions, handsets: model.capabilities.multipleHandsets };
}

/** How many side panels a phone has: one when only their model is told, undefined when the model can't have any. */
export function panelCount(body: PhoneBody, model: Model): number | undefined {
  return body.sidePanelCount ?? (model.sidePanels && (body.sidePanel === undefined ? 0 : 1));
}

function completeIp(ip: PhoneBody['ip']) {
  const mode = (ip?.mode ?? 'OPEN') as IpMode;
  return {
    mode,
    countries: parseCountries(ip?.countries ?? '').countries.join(',') || undefined,
    address: mode === 'LOCKED' ? normalizeAddress(ip?.address ?? '') : undefined,
  };
}

function completeVolume(volume: PhoneBody['volume'], model: Model) {
  const paths = TALK_PATHS.map((path) => {
    const [chosen, levels] = [volume?.[path], model.volume[path]];
    return [path, { mic: chosen?.mic ?? levels?.mic?.default, speaker: chosen?.speaker ?? levels?.speaker?.default }];
  });
  return Object.fromEntries(paths);
}

/** A built-in tone as it was sent, a custom one by its id. */
function completeTone(tone: number | string | undefined) {
  return typeof tone === 'string' ? (parseId(tone) ?? tone) : tone;
}

function completeSoftkeys(softkeys: PhoneBody['softkeys'], model: Model) {
  if (softkeys === undefined) return model.softkeys > 0 ? [] : undefined;
  return softkeys.map((key) => (REFERENCES.includes(key.function ?? '') ? { ...key, value: parseId(key.value) } : key));
}

function completeNetwork(network: PhoneBody['network'], model: Model) {
  if (network === undefined && !model.capabilities.network) return undefined;
  const address = (text: string | undefined) => normalizeAddress(text ?? '');
  return {
    dhcp: network?.dhcp ?? true,
    ipAddress: address(network?.ipAddress),
    subnet: address(network?.subnet),
    gateway: address(network?.gateway),
    dns1: address(network?.dns1),
    dns2: address(network?.dns2),
    vlanId: parseVlanId(network?.vlanId ?? 0),
    vlanPriority: network?.vlanPriority ?? 0,
  };
}

function completePurchase(purchase: PhoneBody['purchaseInfo']) {
  return (
    purchase && {
      ...purchase,
      date: parseDate(purchase.date),
      sidePanels: purchase.sidePanels?.map((panel) => ({
        ...panel,
        serial: panel.serial?.trim() || undefined,
        date: parseDate(panel.date),
        product: parseId(panel.product),
      })),
    }
  );
}

/** Leaves out properties without a value, and objects that have no property left. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => prune(item) ?? {});
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, entry]) => [name, prune(entry)] as const);
  const kept = entries.filter(([, entry]) => entry !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
