import type { ReactNode } from 'react';
import { Countdown } from '../../live/countdown.js';
import { CustomerName } from '../../parts/customer-name.js';
import { Country, ModeTag, OnlineState } from '../../parts/tags.js';
import type { FleetRow } from './fleet-rows.js';

/** A column of the table. */
export interface Column {
  title: string;
  /** The name that the list sorts by. */
  sort: string;
  /** Its width, as a track of a grid. */
  width: string;
  /** Least width of the table, in pixels, at which it is shown. */
  from: number;
  show(row: FleetRow): ReactNode;
}

/** Whose phone it is, where the phones of many customers are shown. */
const CUSTOMER: Column = {
  ...{ title: 'Customer', sort: '', width: 'minmax(100px, 1fr)', from: 620 },
  show: ({ phone }) => <CustomerName id={phone.customer} />,
};

/**
 * The columns that a table has room for, the left one first.
 * @param width of the table, in pixels
 * @param isOfMany whether phones of many customers are shown
 */
export function columnsFor(width: number, isOfMany: boolean): readonly Column[] {
  const [state, expires, ...others] = COLUMNS;
  const all = isOfMany ? [state, expires, CUSTOMER, ...others] : COLUMNS;
  return all.filter((column) => column !== undefined && width >= column.from) as Column[];
}

const COLUMNS: readonly Column[] = [
  {
    ...{ title: 'State', sort: 'online', width: '86px', from: 0 },
    show: ({ phone }) => <OnlineState online={phone.status.online} />,
  },
  {
    ...{ title: 'Expires', sort: 'expires', width: '78px', from: 0 },
    show: ({ expiresAt }) => (expiresAt === undefined ? null : <Countdown until={expiresAt} />),
  },
  {
    ...{ title: 'Extension', sort: 'extension', width: 'minmax(88px, 1.1fr)', from: 0 },
    show: ({ phone }) => (
      <>
        <span className="numbers">{phone.extensionNumber}</span> <span className="dim">{phone.extensionName}</span>
      </>
    ),
  },
  {
    ...{ title: 'Model', sort: 'model', width: 'minmax(92px, 1fr)', from: 480 },
    show: ({ phone: { sipPhoneModel } }) => [sipPhoneModel.brandName, sipPhoneModel.model].filter(Boolean).join(' '),
  },
  {
    ...{ title: 'User agent', sort: 'userAgent', width: 'minmax(120px, 1.3fr)', from: 1_020 },
    show: ({ phone }) => <span className="dim">{phone.status.userAgent}</span>,
  },
  {
    ...{ title: 'Public address', sort: 'address', width: 'minmax(118px, 0.9fr)', from: 520 },
    show: ({ phone }) => <span className="numbers">{phone.status.publicIpAddress}</span>,
  },
  {
    ...{ title: 'Country', sort: 'country', width: 'minmax(88px, 0.8fr)', from: 740 },
    show: ({ phone }) => <Country code={phone.country} />,
  },
  {
    ...{ title: 'Local address', sort: '', width: 'minmax(112px, 0.8fr)', from: 1_140 },
    show: ({ phone }) => <span className="numbers dim">{phone.status.localIpAddress}</span>,
  },
  {
    ...{ title: 'Mode', sort: 'mode', width: '82px', from: 430 },
    show: ({ phone }) => <ModeTag mode={phone.ip.mode} />,
  },
];
