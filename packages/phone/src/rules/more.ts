import { parseId } from '../ids.js';
import type { PhoneBody } from '../types.js';
import { within } from './checks.js';
import { parseDate } from './dates.js';
import * as softkeys from './softkeys.js';
import type { Check, Subject } from './subject.js';
import type { Rule } from './table.js';

/** The rules that the API page states in words but has no row for. */
export const MORE_RULES: readonly Rule[] = [
  {
    code: 422,
    path: 'serial',
    description: 'Serial number is missing',
    check: ({ body, model }) => model?.brand === 'GRANDSTREAM' && (body.serial ?? '').trim() === '',
  },
  {
    code: 404,
    path: 'softkeys[#].value',
    description: 'Device not found',
    mistyped: 'missing',
    check: softkeys.badValue('DNDOTHER', (id, { devices }) => !devices.has(parseId(id) ?? '')),
  },
  invalid(
    'softkeys[#].value',
    softkeys.badValue('SWITCH', (name) => (name ?? '').trim() === ''),
  ),
  invalid('softkeys[#].index', softkeys.indexOutside),
  invalid('product', ({ body, products }) => isNoProduct(body.product, products)),
  invalid('sidePanel', ({ body, model }) => {
    const models = model?.sidePanels?.models ?? [];
    return model !== undefined && body.sidePanel !== undefined && !models.includes(body.sidePanel);
  }),
  invalid('sidePanelCount', ({ body, model }) => {
    const most = model === undefined ? Number.MAX_SAFE_INTEGER : (model.sidePanels?.count ?? 0);
    return body.sidePanelCount !== undefined && !within(body.sidePanelCount, 0, most);
  }),
  invalid('headsetButton', ({ body }) => isNoneOf(body.headsetButton, HEADSET_BUTTONS)),
  invalid('displayBrightness', ({ body }) => isNoBrightness(body.displayBrightness)),
  invalid('displayBrightnessIdle', ({ body }) => isNoBrightness(body.displayBrightnessIdle)),
  invalid(
    'displayBackground',
    ({ body }) => body.displayBackground !== undefined && softkeys.notHttpUrl(body.displayBackground),
  ),
  invalid('displayFontColor', ({ body }) => isNoneOf(body.displayFontColor, ['LIGHT', 'DARK'])),
  invalid('purchaseInfo.date', ({ body }) => isNoDate(body.purchaseInfo?.date)),
  invalid('purchaseInfo.paymentOption', ({ body }) => isNoneOf(body.purchaseInfo?.paymentOption, PHONE_PAYMENTS)),
  invalid(
    'purchaseInfo.sidePanels[#].paymentOption',
    panels(({ paymentOption }) => isNoneOf(paymentOption, PANEL_PAYMENTS)),
  ),
  invalid(
    'purchaseInfo.sidePanels[#].date',
    panels(({ date }) => isNoDate(date)),
  ),
  invalid(
    'purchaseInfo.sidePanels[#].product',
    panels(({ product }, { products }) => isNoProduct(product, products)),
  ),
];

const HEADSET_BUTTONS = ['speaker', 'headset', 'speaker-headset', 'headset-speaker'];
const PHONE_PAYMENTS = ['NONE', 'BOUGHT', 'RENTED'];
const PANEL_PAYMENTS = [...PHONE_PAYMENTS, 'SELF_OWNED'];

type SidePanel = NonNullable<NonNullable<PhoneBody['purchaseInfo']>['sidePanels']>[number];

function invalid(path: string, check: Check): Rule {
  return { code: 422, path, description: 'Value is invalid', check };
}

function panels(broken: (panel: SidePanel, subject: Subject) => boolean): Check {
  return (subject) =>
    (subject.body.purchaseInfo?.sidePanels ?? []).flatMap((panel, at) => (broken(panel, subject) ? [at] : []));
}

function isNoneOf(text: string | undefined, values: readonly string[]): boolean {
  return text !== undefined && !values.includes(text);
}

function isNoProduct(text: string | undefined, products: ReadonlySet<string>): boolean {
  return text !== undefined && !products.has(parseId(text) ?? '');
}

function isNoBrightness(value: number | undefined): boolean {
  return value !== undefined && !within(value, 0, 15);
}

function isNoDate(text: string | undefined): boolean {
  return text !== undefined && parseDate(text) === undefined;
}
