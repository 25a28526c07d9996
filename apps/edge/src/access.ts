import type { Countries } from '@ringfence/geoip';
import { decideFence } from '@ringfence/phone';
import type { Admission, Bindings, PhoneAccount, Rejection, Secrets, Source } from '@ringfence/store';
import { type DigestCredentials, readCredentials } from './digest/credentials.js';
import type { Nonces } from './digest/nonces.js';
import { provesPassword } from './digest/response.js';
import type { Refusals } from './refusals.js';
import { Refusal, SipFailure, unavailable } from './sip/failure.js';
import { originOf, userAgentOf } from './sip/request.js';
import type { SipRequest } from './sip/stack.js';
import { parseSipUri } from './sip/uri.js';

/** What {@link Access} works with. */
export interface AccessParts {
  bindings: Bindings;
  secrets: Secrets;
  countries: Countries;
  nonces: Nonces;
  refusals: Refusals;
  realm: string;
  now: () => number;
}

/** How a challenge is made and answered: by a registrar and user agent, or by a proxy (RFC 3261 section 22). */
export type ChallengeKind = 'registrar' | 'proxy';

const CHALLENGES = {
  registrar: { status: 401, challenge: 'WWW-Authenticate', answer: 'authorization' },
  proxy: { status: 407, challenge: 'Proxy-Authenticate', answer: 'proxy-authorization' },
} as const;

/** How often a request is decided anew because its phone was changed meanwhile. */
const MOST_ATTEMPTS = 3;

/** What the store made of an admission. */
type Outcome = { done: true } | { done: false; rejection: Rejection };

/**
 * Who may come in: verifies the digest credentials of a request (RFC 3261 section 22, RFC 7616), then the phone's fence.
 * Nobody without the password can lock a phone or learn that it exists: unknown user, wrong password, wrong address and
 * inactive customer are answered alike, after the same work.
 */
export class Access {
  readonly #parts: AccessParts;
  readonly #nobody = { id: 'nobody', sealedPassword: '' };

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#nobody.sealedPassword = parts.secrets.seal('x'.repeat(32), this.#nobody.id);
  }

  /**
   * Admits a request.
   * @param carryOut does what was asked for, given that credentials and fence are in order: hands the admission to the
   *   store, which refuses it when the phone was changed since it was read. May throw {@link Refusal} or {@link SipFailure}
   * @returns the admission and what `carryOut` gave
   * @throws SipFailure with the response when the request is not admitted
   */
  async admit<T extends Outcome>(
    request: SipRequest,
    kind: ChallengeKind,
    carryOut: (admission: Admission, username: string) => Promise<T>,
  ): Promise<T & { done: true }> {
    const { credentials, nonce } = this.#readAnswer(request, kind);
    const source = this.#sourceOf(request);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      let phone: PhoneAccount | undefined;
      try {
        phone = await this.#findPhone(credentials.username);
        this.#verify(credentials, request.method, phone);
        const lock = this.#passFence(phone, source);
        const outcome = await carryOut({ phone, now: this.#parts.now(), lock, nonce, source }, credentials.username);
        if (outcome.done) return outcome as T & { done: true };
        if (outcome.rejection !== 'stale') throw REJECTIONS[outcome.rejection]();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { method } = request;
        const { reason } = error;
        this.#parts.refusals.report(
          { reason, method, username: credentials.username, phone, source },
          this.#parts.now(),
        );
        throw reason === 'nonce_replayed' ? this.#challenge(kind, true) : new SipFailure(403);
      }
    }
    throw unavailable();
  }

  #sourceOf(request: SipRequest): Source {
    const origin = originOf(request);
    const { country } = this.#parts.countries.country(origin.address);
    return { ...origin, country, userAgent: userAgentOf(request) };
  }

  /** What can be checked of the answer to a challenge without looking anything up. */
  #readAnswer(request: SipRequest, kind: ChallengeKind): { credentials: DigestCredentials; nonce: Admission['nonce'] } {
    const header = request.headers[CHALLENGES[kind].answer];
    if (header === undefined) throw this.#challenge(kind, false);
    const credentials = readCredentials(header, this.#parts.realm);
    if (credentials === 'malformed') throw new SipFailure(400);
    const nonce = credentials && this.#parts.nonces.check(credentials.nonce, this.#parts.now());
    if (!credentials || !nonce) throw this.#challenge(kind, false);
    if (nonce.expired) throw this.#challenge(kind, true);
    if (!namesSameResource(credentials.uri, request.uri)) throw new SipFailure(400);
    const { age } = this.#parts.nonces;
    return { credentials, nonce: { id: nonce.id, count: Number.parseInt(credentials.nc, 16), age } };
  }

  #challenge(kind: ChallengeKind, stale: boolean): SipFailure {
    const { status, challenge } = CHALLENGES[kind];
    const nonce = this.#parts.nonces.issue(this.#parts.now());
    const parameters = `realm="${this.#parts.realm}", nonce="${nonce}", algorithm=MD5, qop="auth"`;
    return new SipFailure(status, { [challenge]: `Digest ${parameters}${stale ? ', stale=true' : ''}` });
  }

  /** Usernames are 32 characters of a-z and 0-9; what is none is not looked for, which tells nothing. */
  async #findPhone(username: string): Promise<PhoneAccount | undefined> {
    return /^[a-z0-9]{1,64}$/.test(username) ? this.#parts.bindings.findPhone(username) : undefined;
  }

  #verify(
    credentials: DigestCredentials,
    method: string,
    phone: PhoneAccount | undefined,
  ): asserts phone is PhoneAccount {
    const { id, sealedPassword } = phone ?? this.#nobody;
    const proven = provesPassword(credentials, method, this.#parts.secrets.open(sealedPassword, id));
    if (phone === undefined) throw new Refusal('unknown_user');
    if (!proven) throw new Refusal('wrong_password');
  }

  /** The address that the phone must be locked to, if it is OPEN. */
  #passFence({ customerActive, fence }: PhoneAccount, { address, country }: Source): string | undefined {
    if (!customerActive) throw new Refusal('customer_inactive');
    const decision = decideFence(fence, address, country);
    if (!decision.allowed) throw new Refusal(decision.reason);
    return decision.lock ? address : undefined;
  }
}

/** A request that the store rejects after its credentials were verified. */
const REJECTIONS: Record<Exclude<Rejection, 'stale'>, () => Error> = {
  replayed: () => new Refusal('nonce_replayed'),
  out_of_order: () => new SipFailure(500),
  too_many: () => new Refusal('too_many_bindings'),
};

/** The digest-uri may be written otherwise than the Request-URI, but must mean the same (RFC 7616 section 3.4.6). */
function namesSameResource(digestUri: string, requestUri: string): boolean {
  if (digestUri === requestUri) return true;
  const [a, b] = [parseSipUri(digestUri), parseSipUri(requestUri)];
  return a !== undefined && b !== undefined && a.user === b.user && a.host === b.host;
}
