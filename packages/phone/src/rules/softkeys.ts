import { parseId } from '../ids.js';
import { SOFTKEY_FUNCTIONS, type SoftkeyFunction } from '../models/model.js';
import type { PhoneBody } from '../types.js';
import { within } from './checks.js';
import { panelCount } from './complete.js';
import type { Check, Subject } from './subject.js';

type Softkey = NonNullable<PhoneBody['softkeys']>[number];

/** The softkeys that have no position. */
export const indexMissing: Check = (subject) => positions(subject, (key) => key.index === undefined);

/** The softkeys whose position an earlier one has. */
export const indexUsed: Check = ({ body }) => {
  const indexes = (body.softkeys ?? []).map((key) => key.index);
  return indexes.flatMap((index, at) => (index !== undefined && indexes.indexOf(index) < at ? [at] : []));
};

/** The softkeys at a position that the phone, with its side panels, doesn't have. */
export const indexOutside: Check = (subject) =>
  positions(
    subject,
    ({ index }) => index !== undefined && !(Number.isInteger(index) && index >= 0 && index < keyCount(subject)),
  );

/** The softkeys without a function. */
export const functionMissing: Check = (subject) => positions(subject, (key) => key.function === undefined);

/** The softkeys with a function that doesn't exist or that the model lacks. */
export const functionInvalid: Check = (subject) => {
  const known: readonly string[] = subject.model?.softkeyCapabilities ?? SOFTKEY_FUNCTIONS;
  return positions(subject, (key) => key.function !== undefined && !known.includes(key.function));
};

/** The functions whose value is the id of something. */
export const REFERENCES: readonly string[] = ['BLF', 'DNDOTHER', 'PICKUPGROUP', 'QUEUE'] satisfies SoftkeyFunction[];

/** The softkeys of one function whose value is not good for it. */
export function badValue(type: SoftkeyFunction, bad: (value: string | undefined, subject: Subject) => boolean): Check {
  return (subject) => positions(subject, (key) => key.function === type && bad(key.value, subject));
}

/** Whether something can't be dialled: digits, `*` and `#`, with a leading `+` and separators as people write them. */
export function notDiallable(value: string | undefined): boolean {
  return !/^\+?[0-9*#]{1,32}$/.test((value ?? '').replace(/[ ().-]/g, ''));
}

/** Whether something is no http or https URL. */
export function notHttpUrl(value: string | undefined): boolean {
  return value === undefined || !/^https?:\/\//i.test(value) || !URL.canParse(value);
}

/** Whether the phone's extension does not control a group that exists. */
export function notController(value: string | undefined, { groups, extension }: Subject): boolean {
  const controllers = groups.get(parseId(value) ?? '');
  return controllers !== undefined && (extension === undefined || !controllers.includes(extension));
}

function keyCount({ body, model }: Subject): number {
  if (model === undefined) return Number.POSITIVE_INFINITY;
  const { count: most, softkeys: each } = model.sidePanels ?? { count: 0, softkeys: 0 };
  const panels = panelCount(body, model) ?? 0;
  return model.softkeys + (within(panels, 0, most) ? panels : most) * each;
}

function positions({ body }: Subject, broken: (key: Softkey) => boolean): number[] {
  return (body.softkeys ?? []).flatMap((key, at) => (broken(key) ? [at] : []));
}
