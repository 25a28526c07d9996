import type { NewPhone } from '../types.js';
import { completePhone } from './complete.js';
import { gatherFacts, type Lookups } from './lookups.js';
import { MORE_RULES } from './more.js';
import { readShape, shapeViolations } from './shape.js';
import type { Subject } from './subject.js';
import { PAGE_RULES, type Rule } from './table.js';
import type { Violation } from './violation.js';

/** What became of a create request: a phone to store, or everything that is wrong with it. */
export type Checked = { phone: NewPhone } | { violations: Violation[] };

/**
 * Checks the body of a create request against every rule.
 * @param json the body, any object
 * @param customer id of the phone's customer, as the caller's rights allow it; undefined when there is none
 * @param lookups answers what the rules ask about the rest of the world
 * @returns the phone with defaults, or all violations in the order of the API page, those without a row of it last
 * @throws what the look-ups throw
 */
export async function checkPhone(json: object, customer: string | undefined, lookups: Lookups): Promise<Checked> {
  const shape = readShape(json);
  const facts = await gatherFacts(shape.body, customer, lookups);
  const subject = { body: shape.body, wrong: shape.wrong, ...facts };
  const broken = RULES.flatMap((rule) => apply(rule, subject)).filter((violation) => !isInside(violation, shape.wrong));
  const named = new Set(broken.map(({ message }) => message));
  const violations = [...broken, ...shapeViolations(shape).filter(({ message }) => !named.has(message))];
  const { model, customer: owner } = facts;
  if (violations.length > 0 || model === undefined || owner === undefined) return { violations };
  return { phone: completePhone(shape.body, model, owner) };
}

const RULES = [...PAGE_RULES, ...MORE_RULES];

/** Everything that can be wrong with a phone, in the order it is told in; `#` stands for an element's position. */
export const PHONE_ERRORS: readonly Violation[] = RULES.map(({ code, path, description }) => ({
  ...{ code, message: path, description },
}));

/** The violations of one rule. What has the wrong type is told once: by the row that answers for it, or by the shape. */
function apply(rule: Rule, subject: Subject): Violation[] {
  const broken = rule.check(subject);
  const details = typeof broken === 'boolean' ? (broken ? [''] : []) : broken;
  const found = details.map((detail) => violation(rule, String(detail)));
  if (rule.mistyped === 'missing' || subject.wrong.length === 0) return found;
  const mistyped = subject.wrong.filter((path) => path.replace(POSITION, '[#]') === rule.path);
  const told = found.filter(({ message }) => !mistyped.includes(message));
  if (rule.mistyped === undefined) return told;
  const positions = mistyped.map((path) => violation(rule, POSITION.exec(path)?.[1] ?? ''));
  return [...told, ...positions].sort((a, b) => a.message.localeCompare(b.message, 'en', { numeric: true }));
}

/** An element's position in a path. */
const POSITION = /\[(\d+)\]/;

/** What a rule says; `detail` is the position of the element or the country code concerned. */
function violation({ code, path, description }: Rule, detail: string): Violation {
  return { code, message: path.replace('#', () => detail), description: description.replace('XX', () => detail) };
}

/** Whether something is said of a property of what is no object to begin with. */
function isInside({ message }: Violation, wrong: readonly string[]): boolean {
  return wrong.some((path) => message.startsWith(`${path}.`));
}
