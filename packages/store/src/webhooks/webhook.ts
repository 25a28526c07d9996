import { randomBytes } from 'node:crypto';
import { readShapeOf, shapeViolations, type Violation } from '@ringfence/phone';
import { Type } from 'typebox';
import { ID } from '../directory/entry.js';
import { eventTypes } from '../event.js';

/** Where events are sent as they happen. */
export interface Webhook {
  _id: string;
  /** Id of the customer whose events are sent. */
  customer?: string;
  /** Id of the reseller whose customers' events are sent; those of everybody when neither is there. */
  reseller?: string;
  url: string;
  /** Which events are sent; all of them when left out. */
  types?: string[];
  active: boolean;
  /** When it was made and last changed, ms since 1970. */
  created: number;
  changed: number;
}

/** Types that a webhook may name. */
const TYPES_MAX = 64;

/** What signatures are made with: the prefix and 24 to 64 bytes in Base64, as Standard Webhooks has it. */
const SECRET = /^whsec_([A-Za-z0-9+/]{4}){8,21}([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$/;

/** The body that makes or changes a webhook. */
export const WebhookBody = Type.Object({
  customer: Type.Optional(
    Type.String({
      ...ID,
      description:
        "Id of the customer whose events are sent; the caller's own when left out, and for ADMIN and RESELLER every customer that they may see. It stays as it is",
    }),
  ),
  url: Type.String({
    maxBytes: 2_048,
    description: 'Where events are sent: https, or http to a network that the operator allows',
    examples: ['https://crm.example.com/ringfence'],
  }),
  types: Type.Optional(
    Type.Array(Type.String({ maxBytes: 64 }), {
      maxItems: TYPES_MAX,
      description: 'Which events are sent, `phone.*` stands for all that begin so; all of them when left out',
      examples: [['phone.refused', 'call.*']],
    }),
  ),
  active: Type.Optional(Type.Boolean({ description: 'Whether events are sent; true when left out', examples: [true] })),
  secret: Type.Optional(
    Type.String({
      maxBytes: 128,
      description:
        'What signatures are made with: `whsec_` and 24 to 64 bytes in Base64. One is made when left out or null, and told in this answer only',
      examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
    }),
  ),
});

/** What a client may set of a webhook. */
export type WebhookSettings = Pick<Webhook, 'url' | 'types' | 'active'>;

/** What is made of a body: the settings, and the secret if it is to become another. */
export type CheckedWebhook = { settings: WebhookSettings; secret: string | undefined } | { violations: Violation[] };

/**
 * Checks what a client sent of a webhook. Of a change any property may be left out; `null` takes a value away.
 * @param json the body; whose events are sent is not looked at
 * @param before the webhook that is changed
 * @param isAllowed tells whether events may be sent to a URL
 */
export function checkWebhook(
  json: object,
  before: Webhook | undefined,
  isAllowed: (url: string) => boolean,
): CheckedWebhook {
  const { body, wrong, unknown } = readShapeOf(WebhookBody, json, [
    '_id',
    'created',
    'changed',
    'status',
    'customer',
    'reseller',
  ]);
  const sent = json as Record<string, unknown>;
  const url = body.url ?? before?.url;
  const types = sent.types === null ? undefined : (body.types ?? before?.types);
  const { active = sent.active === null ? true : (before?.active ?? true), secret } = body;
  const violations = [
    ...((url === undefined || sent.url === null) && !wrong.includes('url') ? [MISSING_URL] : []),
    ...(body.url !== undefined && !isAllowed(body.url) ? [WRONG_URL] : []),
    ...shapeViolations({
      wrong: [
        ...wrong,
        ...(isUnknown(body.types, wrong) ? ['types'] : []),
        ...(secret !== undefined && !SECRET.test(secret) ? ['secret'] : []),
      ],
      unknown,
    }),
  ];
  if (violations.length > 0 || url === undefined) return { violations };
  const isSecretNew = before === undefined || sent.secret === null;
  return {
    settings: { url, ...(types === undefined ? {} : { types }), active },
    secret: secret ?? (isSecretNew ? newSecret() : undefined),
  };
}

/** Whether types that have the right form are none that there are. */
function isUnknown(types: string[] | undefined, wrong: readonly string[]): boolean {
  const isMalformed = wrong.some((path) => path.startsWith('types'));
  return types !== undefined && !isMalformed && eventTypes(types) === undefined;
}

const MISSING_URL: Violation = { code: 422, message: 'url', description: 'Url is missing' };
const WRONG_URL: Violation = { code: 422, message: 'url', description: 'Events must not be sent there' };

/** What can be wrong with a webhook. */
export const WEBHOOK_ERRORS: readonly Violation[] = [MISSING_URL, WRONG_URL];

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
