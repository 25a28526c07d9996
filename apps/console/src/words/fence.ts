import type { IpMode } from '../api/types.js';

/** What a phone is fenced to. */
export interface FenceValue {
  mode: IpMode;
  address: string;
  countries: string[];
}

/** The fence as the API takes it. */
export function toIp({ mode, address, countries }: FenceValue) {
  if (mode === 'LOCKED') return { mode, address: address.trim() };
  return mode === 'ROAMING' ? { mode, countries: countries.join(',') } : { mode };
}
