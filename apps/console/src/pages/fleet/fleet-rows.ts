import type { Event, IpMode, ShortPhone } from '../../api/types.js';

/** How many phones are read at a time. */
export const PAGE_SIZE = 100;

/** Which phones are shown, and in which order. */
export interface FleetView {
  customer: string;
  filter: string;
  online: boolean | undefined;
  mode: IpMode | undefined;
  sort: string;
}

/** A phone in the table. */
export interface FleetRow {
  phone: ShortPhone;
  /** When its registration runs out, ms since 1970; undefined when it is offline. */
  expiresAt: number | undefined;
}

/** A part of the table. */
export interface FleetPage {
  total: number;
  rows: FleetRow[];
}

/**
 * A row of the table.
 * @param now when the phone was read, ms since 1970
 */
export function toRow(phone: ShortPhone, now: number): FleetRow {
  const { online, expires } = phone.status;
  return { phone, expiresAt: online ? now + expires * 1_000 : undefined };
}

/** Whether an event may change which phones are shown, in which order, or what is told of them. */
function changesFleet({ type }: Event): boolean {
  return type.startsWith('phone.') && type !== 'phone.refused' && type !== 'phone.notified';
}

/**
 * A part of the table after events: registrations are shown at once, since they tell all that changes.
 * @returns the same page when nothing on it changed
 */
export function patchPage(page: FleetPage, batch: readonly Event[]): FleetPage {
  const registrations = new Map(
    batch.flatMap((event) =>
      event.type === 'phone.registered' && event.phone !== undefined ? [[event.phone, event] as const] : [],
    ),
  );
  if (!page.rows.some(({ phone }) => registrations.has(phone._id))) return page;
  return {
    ...page,
    rows: page.rows.map((row) => {
      const event = registrations.get(row.phone._id);
      return event === undefined ? row : register(row, event);
    }),
  };
}

/** Whether a part of the table can no longer be right after events that {@link patchPage} knows nothing of. */
export function isOutdated(page: FleetPage, batch: readonly Event[]): boolean {
  const shown = new Map(page.rows.map(({ phone }) => [phone._id, phone]));
  return batch.some((event) => {
    const phone = shown.get(event.phone ?? '');
    if (event.type === 'phone.created' || event.type === 'phone.deleted') return true;
    if (phone === undefined || !changesFleet(event)) return false;
    return event.type !== 'phone.registered' || !phone.status.online;
  });
}

function register(row: FleetRow, { at, expires = 0, address, country, userAgent }: Event): FleetRow {
  const { phone } = row;
  const expiresAt = Math.max(at + expires * 1_000, row.expiresAt ?? 0);
  return {
    expiresAt,
    phone: {
      ...phone,
      ...(country === undefined ? {} : { country }),
      status: {
        ...phone.status,
        ...{ online: true, expires },
        ...(address === undefined ? {} : { publicIpAddress: address }),
        ...(userAgent === undefined ? {} : { userAgent }),
      },
    },
  };
}
