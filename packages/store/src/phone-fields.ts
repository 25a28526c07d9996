import type { NewPhone, Phone } from '@ringfence/phone';
import type { Condition } from './change.js';
import { readPasswords } from './credentials.js';
import { PhoneConflict } from './phone-conflict.js';

/** What a phone is set to, without what is secret or changes by itself. */
export function settingsOf({ _id, username, password, status, ...settings }: Phone): object {
  return settings;
}

/** The usernames that lead to a phone. */
export function usernamesOf({ username = '', password = '' }: Readonly<Record<string, string>>): string[] {
  const { replaced } = readPasswords(password);
  return replaced === undefined ? [username] : [username, replaced.username];
}

/** The fields of a phone's hash that say how it is set. */
export function settingFields({ ip, ...record }: NewPhone['settings']): Record<string, string> {
  return {
    record: JSON.stringify(record),
    customer: record.customer,
    model: record.sipPhoneModel,
    ...(record.extension === undefined ? {} : { extension: record.extension }),
    pbxCluster: String(record.pbxCluster),
    callWaiting: record.callWaiting ? '1' : '0',
    'ip.mode': ip.mode,
    'ip.address': ip.address ?? '',
    'ip.countries': ip.countries ?? '',
  };
}

/** That a phone is set as it was read; its status may have changed. */
export function unchanged(key: string, stored: Readonly<Record<string, string>>): Condition[] {
  return ['record', 'password', 'ip.mode', 'ip.address', 'ip.countries'].map((field) => ({
    command: ['HGET', key, field],
    answer: stored[field] ?? '',
    otherwise: () => new PhoneConflict('change'),
  }));
}
