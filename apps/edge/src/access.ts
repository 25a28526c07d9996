import type { Countries } from '@ringfence/geoip';
import { decideFence } from '@ringfence/phone';
import type { Networks } from '@ringfence/service';
import {
  type Admission,
  type Bindings,
  isUnavailable,
  type PhoneAccount,
  type RefusalReason,
  type Rejection,
  type Secrets,
  type Source,
} from '@ringfence/store';
import { LRUCache } from 'lru-cache';
import type { Client, Defence } from './defence/defence.js';
import { CHALLENGES, type ChallengeKind, type Challenges } from './digest/challenges.js';
import { type DigestCredentials, readCredentials } from './digest/credentials.js';
import type { Nonces } from './digest/nonces.js';
import { provesPassword } from './digest/response.js';
import type { Refusals } from './refusals.js';
import { Refusal, SipFailure, unavailable } from './sip/failure.js';
import { originOf } from './sip/origin.js';
import { addressesOf, userAgentOf } from './sip/request.js';
import type { ReceivedRequest } from './sip/stack.js';
import { parseSipUri } from './sip/uri.js';

/** What {@link Access} works with. */
export interface AccessParts {
  bindings: Bindings;
  secrets: Secrets;
  countries: Countries;
  /** What says of the clients behind it who they are. */
  trustedProxies: Networks;
  nonces: Nonces;
  challenges: Challenges;
  refusals: Refusals;
  defence: Defence;
  realm: string;
  now: () => number;
}

/** How often a request is decided anew because its phone was changed meanwhile. */
const MOST_ATTEMPTS = 4;

/** Phones that are remembered from their last admission. */
const REMEMBERED = 100_000;

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
  readonly #remembered = new LRUCache<string, Known>({ max: REMEMBERED });

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#nobody.sealedPassword = parts.secrets.seal('x'.repeat(32), this.#nobody.id);
  }

  /**
   * Admits a request. It is first decided on the phone as it is remembered: the store admits nothing that was decided on
   * what has changed since, and a refusal counts only when it follows from what the store has now.
   * @param carryOut does what was asked for, given that credentials and fence are in order: hands the admission to the
   *   store, which refuses it when the phone was changed since it was read. May throw {@link Refusal} or {@link SipFailure}
   * @returns the admission and what `carryOut` gave
   * @throws SipFailure with the response when the request is not admitted
   */
  async admit<T extends Outcome>(
    request: ReceivedRequest,
    kind: ChallengeKind,
    carryOut: (admission: Admission, username: string) => Promise<T>,
  ): Promise<T & { done: true }> {
    const answer = this.#readAnswer(request, kind);
    const source = this.sourceOf(request);
    if ('isStale' in answer) throw await this.#challenge(kind, answer, source);
    const { credentials, nonce } = answer;
    const { username } = credentials;
    const client = clientOf(username, source);
    if (this.#parts.defence.isBanned(client)) throw new SipFailure(403);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const known = attempt === 0 ? this.#remembered.get(username) : await this.#find(username);
      if (known === undefined) continue;
      const decision = this.#decide(credentials, request.method, known, source);
      if ('refused' in decision && attempt === 0) continue;
      try {
        if ('refused' in decision) throw new Refusal(decision.refused);
        if (decision.phone.replacing !== undefined) {
          await this.#parts.bindings.endReplaced(decision.phone);
          continue;
        }
        const admission = { phone: decision.phone, now: this.#parts.now(), lock: decision.lock, nonce, source };
        const outcome = await carryOut(admission, username);
        if (outcome.done) {
          // A phone that was just locked is another one from now on.
          if (attempt > 0 && decision.lock === undefined) this.#remembered.set(copyOf(username), known);
          this.#parts.defence.proved(client, request.source_address);
          return outcome as T & { done: true };
        }
        if (outcome.rejection !== 'stale') throw REJECTIONS[outcome.rejection]();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        throw await this.#refuse(request, kind, error.reason, { client, phone: known.phone, source });
      }
    }
    throw unavailable();
  }

  /** Notes a refusal, and gives the answer to it: the same for every reason but that a nonce was used before. */
  async #refuse(
    { method }: ReceivedRequest,
    kind: ChallengeKind,
    reason: RefusalReason,
    { client, phone, source }: { client: Client; phone: PhoneAccount | undefined; source: Source },
  ): Promise<SipFailure> {
    const { username } = client;
    // What is noted takes different time for different reasons, and the answer is not to tell them apart by it.
    setImmediate(() => {
      this.#parts.refusals.report({ reason, method, username, phone, source }, this.#parts.now());
      this.#parts.defence.refused(client, reason, phone);
    });
    if (reason !== 'nonce_replayed') return new SipFailure(403);
    return this.#parts.challenges.make(kind, { username, known: phone, isStale: true });
  }

  /**
   * Whether a request within a dialog comes from where its phone may be now.
   * @param id the phone
   * @param address where the phone was when the dialog began; what counts while the store is away, which must not end a
   *   call
   */
  async admitWithinDialog(request: ReceivedRequest, id: string, address: string): Promise<boolean> {
    const source = this.sourceOf(request);
    const phone = await this.#parts.bindings.fencedPhone(id).catch((error) => {
      if (isUnavailable(error)) return 'away' as const;
      throw error;
    });
    if (phone === 'away') return source.address === address;
    if (phone === undefined) return false;
    const fence = decideFence(phone.fence, source.address, source.country);
    if (fence.allowed) return true;
    const { method } = request;
    const refused = { reason: fence.reason, method, username: phone.username, phone, source };
    this.#parts.refusals.report(refused, this.#parts.now());
    return false;
  }

  /** Where a request came from. */
  sourceOf(request: ReceivedRequest): Source {
    const { address, port, protocol, proxy } = originOf(request, this.#parts.trustedProxies);
    const { country } = this.#parts.countries.country(address);
    return { address, port, protocol, country, userAgent: userAgentOf(request), proxy };
  }

  /** What can be checked of the answer to a challenge without looking anything up; or why it takes another challenge. */
  #readAnswer(
    request: ReceivedRequest,
    kind: ChallengeKind,
  ): { credentials: DigestCredentials; nonce: Admission['nonce'] } | { username: string; isStale: boolean } {
    const header = request.headers[CHALLENGES[kind].answer];
    if (header === undefined) return { username: addressesOf(request).from?.uri.user ?? '', isStale: false };
    const credentials = readCredentials(header, this.#parts.realm);
    if (credentials === 'malformed') throw new SipFailure(400);
    if (credentials === undefined) return { username: '', isStale: false };
    const { username } = credentials;
    const nonce = this.#parts.nonces.check(credentials.nonce, this.#parts.now());
    if (nonce === undefined || nonce.expired) return { username, isStale: nonce !== undefined };
    if (!namesSameResource(credentials.uri, request.uri)) throw new SipFailure(400);
    const { age } = this.#parts.nonces;
    return { credentials, nonce: { id: nonce.id, count: Number.parseInt(credentials.nc, 16), age } };
  }

  #challenge(
    kind: ChallengeKind,
    { username, isStale }: { username: string; isStale: boolean },
    source: Source,
  ): Promise<SipFailure> {
    if (!isStale) this.#parts.defence.challenged(clientOf(username, source));
    return this.#parts.challenges.make(kind, { username, known: this.#remembered.get(username)?.phone, isStale });
  }

  /** Reads what is known by a username; a password is opened for nobody as well. */
  async #find(username: string): Promise<Known> {
    const phone = await this.#parts.bindings.findPhone(username);
    const { id, sealedPassword } = phone ?? this.#nobody;
    return { phone, password: this.#parts.secrets.open(sealedPassword, id) };
  }

  /** Whether the credentials are the phone's and its fence lets the source in; the same work for no phone as for one. */
  #decide(
    credentials: DigestCredentials,
    method: string,
    { phone, password }: Known,
    { address, country }: Source,
  ): Decision {
    const proven = provesPassword(credentials, method, password);
    if (phone === undefined) return { refused: 'unknown_user' };
    if (!proven || isOver(phone, this.#parts.now())) return { refused: 'wrong_password' };
    if (!phone.customerActive) return { refused: 'customer_inactive' };
    const fence = decideFence(phone.fence, address, country);
    if (!fence.allowed) return { refused: fence.reason };
    return { phone, lock: fence.lock ? address : undefined };
  }
}

/** Whether the time has passed for which credentials stay good that others have taken the place of. */
function isOver({ goodUntil }: PhoneAccount, now: number): boolean {
  return goodUntil !== undefined && goodUntil <= now;
}

/** What is known by a username, and the password that it takes: opening one takes longer than the digest. */
interface Known {
  /** Undefined when there is none. */
  phone: PhoneAccount | undefined;
  password: string;
}

/** The same text, without the message that it was cut from and would keep in memory. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** What is decided of a request: the phone that it is of, and the address to lock it to if it is OPEN. */
type Decision = { refused: RefusalReason } | { phone: PhoneAccount; lock: string | undefined };

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

/** Longest username that is remembered of a client; nobody has a longer one. */
const LONGEST_USERNAME = 64;

function clientOf(username: string, { address, protocol }: Source): Client {
  return { username: username.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_USERNAME), address, protocol };
}
