import type { PhoneStatus } from '@ringfence/phone';
import { parseBinding } from './binding.js';

/**
 * A phone's status as the API shows it.
 * @param fields the phone's hash
 * @param bindings its bindings as stored, those that ran out among them
 * @param now ms since 1970
 */
export function readStatus(fields: Record<string, string>, bindings: readonly string[], now: number): PhoneStatus {
  const expiresAt = Math.max(0, ...bindings.map((json) => parseBinding(json).expiresAt));
  const { configLoaded, configSaved, localIpAddress, publicIpAddress, userAgent } = fields;
  return {
    configSaved: time(configSaved ?? '0'),
    ...(configLoaded ? { configLoaded: time(configLoaded) } : {}),
    online: expiresAt > now,
    expires: expiresAt > now ? Math.ceil((expiresAt - now) / 1_000) : -1,
    ...(localIpAddress ? { localIpAddress } : {}),
    ...(publicIpAddress ? { publicIpAddress } : {}),
    ...(userAgent ? { userAgent } : {}),
  };
}

/** ISO 8601 of ms since 1970 in digits. */
function time(ms: string): string {
  return new Date(Number(ms)).toISOString();
}
