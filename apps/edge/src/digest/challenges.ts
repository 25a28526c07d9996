import type { Bindings, PhoneAccount } from '@ringfence/store';
import { SipFailure } from '../sip/failure.js';
import type { Nonces } from './nonces.js';
import type { DigestOffers } from './offers.js';

/** How a challenge is made and answered: by a registrar and user agent, or by a proxy (RFC 3261 section 22). */
export type ChallengeKind = 'registrar' | 'proxy';

/** Status and header of a challenge, and the header of its answer, in lower case. */
export const CHALLENGES = {
  registrar: { status: 401, challenge: 'WWW-Authenticate', answer: 'authorization' },
  proxy: { status: 407, challenge: 'Proxy-Authenticate', answer: 'proxy-authorization' },
} as const;

/** What challenges are made with. */
export interface ChallengeParts {
  nonces: Nonces;
  offers: DigestOffers;
  bindings: Pick<Bindings, 'findPhone'>;
  realm: string;
  now: () => number;
}

/** Makes the challenges of a realm (RFC 7616 section 3.3, RFC 8760). */
export class Challenges {
  readonly #parts: ChallengeParts;

  constructor(parts: ChallengeParts) {
    this.#parts = parts;
  }

  /**
   * Makes a challenge, one nonce for every algorithm that is offered.
   * @param username who is challenged, as far as is known
   * @param known the phone, when it is at hand
   * @param isStale whether the credentials were right but for their nonce
   */
  async make(
    kind: ChallengeKind,
    { username, known, isStale }: { username: string; known: PhoneAccount | undefined; isStale: boolean },
  ): Promise<SipFailure> {
    const { nonces, offers, realm, now } = this.#parts;
    const model = offers.areAlike ? undefined : (known ?? (await this.#parts.bindings.findPhone(username)))?.model;
    const { status, challenge } = CHALLENGES[kind];
    const lines = offers.of(username, model).map((algorithm) => {
      const parameters = `realm="${realm}", nonce="${nonces.issue(now())}", algorithm=${algorithm}, qop="auth"`;
      return `Digest ${parameters}${isStale ? ', stale=true' : ''}`;
    });
    return new SipFailure(status, { [challenge]: lines });
  }
}
