/** One header field: its long name in the usual spelling, and its value without surrounding blanks. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

interface KnownHeader {
  /** The long form, as RFC 3261 spells it. */
  readonly name: string;
  /** The one-letter form (RFC 3261 section 7.3.3 and the IANA registry). */
  readonly compact?: string;
  /** Whether a message may carry it only once. */
  readonly once?: true;
}

/** The headers with a known spelling, in the order in which a composed message carries them. */
const KNOWN_HEADERS: readonly KnownHeader[] = [
  { name: 'Via', compact: 'v' },
  { name: 'Route' },
  { name: 'Record-Route' },
  { name: 'Max-Forwards', once: true },
  { name: 'Proxy-Require' },
  { name: 'From', compact: 'f', once: true },
  { name: 'To', compact: 't', once: true },
  { name: 'Call-ID', compact: 'i', once: true },
  { name: 'CSeq', once: true },
  { name: 'Contact', compact: 'm' },
  { name: 'RSeq', once: true },
  { name: 'RAck', once: true },
  { name: 'Request-Disposition', compact: 'd' },
  { name: 'Accept-Contact', compact: 'a' },
  { name: 'Reject-Contact', compact: 'j' },
  { name: 'Expires', once: true },
  { name: 'Min-Expires', once: true },
  { name: 'Date', once: true },
  { name: 'Retry-After', once: true },
  { name: 'Timestamp', once: true },
  { name: 'Subject', compact: 's', once: true },
  { name: 'Priority', once: true },
  { name: 'Call-Info' },
  { name: 'Alert-Info' },
  { name: 'Organization', once: true },
  { name: 'Server', once: true },
  { name: 'User-Agent', once: true },
  { name: 'In-Reply-To' },
  { name: 'Reply-To', once: true },
  { name: 'Accept' },
  { name: 'Accept-Encoding' },
  { name: 'Accept-Language' },
  { name: 'Allow' },
  { name: 'Require' },
  { name: 'Supported', compact: 'k' },
  { name: 'Unsupported' },
  { name: 'Event', compact: 'o', once: true },
  { name: 'Allow-Events', compact: 'u' },
  { name: 'Subscription-State', once: true },
  { name: 'Proxy-Authenticate' },
  { name: 'Proxy-Authentication-Info' },
  { name: 'Proxy-Authorization' },
  { name: 'Authorization' },
  { name: 'WWW-Authenticate' },
  { name: 'Authentication-Info' },
  { name: 'Error-Info' },
  { name: 'Warning' },
  { name: 'Refer-To', compact: 'r', once: true },
  { name: 'Referred-By', compact: 'b', once: true },
  { name: 'Replaces', once: true },
  { name: 'Session-Expires', compact: 'x', once: true },
  { name: 'Min-SE', once: true },
  { name: 'Path' },
  { name: 'Service-Route' },
  { name: 'Reason' },
  { name: 'Privacy' },
  { name: 'SIP-ETag', once: true },
  { name: 'SIP-If-Match', once: true },
  { name: 'Identity', compact: 'y' },
  { name: 'Identity-Info', compact: 'n' },
  { name: 'MIME-Version', once: true },
  { name: 'Content-Type', compact: 'c', once: true },
  { name: 'Content-Encoding', compact: 'e' },
  { name: 'Content-Language' },
  { name: 'Content-Disposition', once: true },
  { name: 'Content-Length', compact: 'l', once: true },
];

const BY_SPELLING = new Map<string, string>();
const RANKS = new Map<string, number>();
/** Looked up rather than made each time: a new string has to be found among all names before it can be a key. */
const LOWER = new Map<string, string>();
const ONCE = new Set<string>();
for (const [rank, { name, compact, once }] of KNOWN_HEADERS.entries()) {
  for (const spelling of [name, name.toLowerCase(), compact, compact?.toUpperCase()]) {
    if (spelling !== undefined) BY_SPELLING.set(spelling, name);
  }
  RANKS.set(name, rank);
  LOWER.set(name, name.toLowerCase());
  if (once) ONCE.add(name);
}

/**
 * The long form of a header name in its usual spelling (`v`, `VIA` and `via` become `Via`). An unknown name is returned
 * as it is, save that the words of a private `P-` header are capitalised.
 */
export function longName(spelling: string): string {
  const known = BY_SPELLING.get(spelling);
  if (known !== undefined) return known;
  const lowerCase = spelling.toLowerCase();
  return BY_SPELLING.get(lowerCase) ?? (lowerCase.startsWith('p-') ? capitaliseWords(lowerCase) : spelling);
}

/** A long name in lower case. */
export function lowerName(name: string): string {
  return LOWER.get(name) ?? name.toLowerCase();
}

/** Whether a message may carry the header (named in long form) only once. */
export function appearsOnce(name: string): boolean {
  return ONCE.has(name);
}

/** Sorts headers into the usual order; unknown ones keep their own order and come last. */
export function sortHeaders(headers: Header[]): Header[] {
  return isSorted(headers) ? headers : headers.sort((a, b) => rank(a.name) - rank(b.name));
}

/** Most are put together in the usual order. */
function isSorted(headers: readonly Header[]): boolean {
  let highest = 0;
  for (const { name } of headers) {
    const next = rank(name);
    if (next < highest) return false;
    highest = next;
  }
  return true;
}

function rank(name: string): number {
  return RANKS.get(name) ?? KNOWN_HEADERS.length;
}

function capitaliseWords(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-');
}
