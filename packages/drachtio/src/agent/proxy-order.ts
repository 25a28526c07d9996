import type { Application } from '../application/connection.js';
import type { Draft } from '../application/draft.js';
import { parseNumber } from '../sip/characters.js';
import type { Header } from '../sip/headers.js';
import { parseUri } from '../sip/uri.js';

/** How an application wants a request proxied. */
export interface ProxyOrder {
  readonly application: Application;
  /** Of the application's message. */
  readonly id: string;
  readonly remainInDialog: boolean;
  /** Whether the application is told every final response. */
  readonly fullResponse: boolean;
  readonly followRedirects: boolean;
  readonly simultaneous: boolean;
  /** Milliseconds without any response, and without a final one, after which a target is given up. */
  readonly provisionalTimeout: number | undefined;
  readonly finalTimeout: number | undefined;
  readonly targets: readonly string[];
  /** Further headers for the requests. */
  readonly headers: readonly Header[];
}

/** How many targets one request may go to. */
export const MAX_TARGETS = 32;
const OWN_HEADERS = new Set([
  'Via',
  'Route',
  'Record-Route',
  'Max-Forwards',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Content-Length',
]);

/**
 * Reads the fields of a proxy message after its transaction id.
 * @returns undefined when a target isn't a SIP URI, or there is none or too many
 */
export function readProxyOrder(
  application: Application,
  id: string,
  fields: readonly string[],
  draft: Draft,
): ProxyOrder | undefined {
  const [remain, full, follow, mode, provisional = '', final = '', ...targets] = fields;
  if (targets.length === 0 || targets.length > MAX_TARGETS || !targets.every((target) => parseUri(target)))
    return undefined;
  return {
    application,
    id,
    remainInDialog: remain === 'remainInDialog',
    fullResponse: full === 'fullResponse',
    followRedirects: follow === 'followRedirects',
    simultaneous: mode === 'simultaneous',
    provisionalTimeout: readTimeout(provisional),
    finalTimeout: readTimeout(final),
    targets,
    headers: draft.headers.filter(({ name }) => !OWN_HEADERS.has(name)),
  };
}

/** `2s` or `1500ms`, in milliseconds. */
function readTimeout(text: string): number | undefined {
  const unit = text.endsWith('ms') ? 1 : text.endsWith('s') ? 1_000 : undefined;
  const number = unit === undefined ? undefined : parseNumber(text.slice(0, unit === 1 ? -2 : -1), 3_600_000);
  return number === undefined || unit === undefined || number === 0 ? undefined : number * unit;
}
