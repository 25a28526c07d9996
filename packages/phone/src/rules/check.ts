import type { NewPhone } from '../types.js';
import { completePhone } from './complete.js';
import { gatherFacts, type Lookups } from './lookups.js';
import { MORE_RULES } from './more.js';
import { readShape, type Shape, shapeViolations } from './shape.js';
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
  const subject = { ...facts, body: shape.body };
  const broken = [...PAGE_RULES, ...MORE_RULES].flatMap((rule) => apply(rule, subject, shape));
  const named = new Set(broken.map(({ message }) => message));
  const violations = [...broken, ...shapeViolations(shape).filter(({ message }) => !named.has(message))];
  const { model, customer: owner } = facts;
  if (violations.length > 0 || model === undefined || owner === undefined) return { violations };
  return { phone: completePhone(shape.body, model, owner) };
}

/** The violations of one rule. What has the wrong type is told once: by the row that answers for it, or by the shape. */
function apply(rule: Rule, subject: Subject, { wrong }: Shape): Violation[] {
  const mistyped = wrong.filter((path) => path.replace(/\[\d+\]/g, '[#]') === rule.path);
  const broken = rule.check(subject);
  const details = typeof broken === 'boolean' ? (broken ? [''] : []) : broken.map(String);
  const found = details.map((detail) => ({
    code: rule.code,
    message: rule.path.replace('#', () => detail),
    description: rule.description.replace('XX', () => detail),
  }));
  const told = found.filter(({ message }) => !mistyped.includes(message));
  if (!rule.type) return told;
  return [...told, ...mistyped.map((path) => ({ code: rule.code, message: path, description: rule.description }))];
}
