import type { Extension } from '@ringfence/store';
import { MediaEnd } from '../media/media-end.js';
import { SipFailure } from '../sip/failure.js';
import { flowUri } from '../sip/flow.js';
import { parseFirstNameAddr } from '../sip/name-addr.js';
import { toldStatus } from './best-response.js';
import type { Destination } from './destination.js';
import { Leg, type LegResult } from './leg.js';
import type { Party } from './party.js';
import type { Contact } from './phones.js';
import { type Invite, type Ringer, type Ringing, type RingingResult, ring } from './ring.js';
import type { CallParts } from './route.js';

/** Finds out where a phone sends a call on to. */
type SendOn = (phone: string, number: string) => Promise<Destination>;

/** What is called, and what is told to it. */
interface Called {
  extension: Extension;
  /** The headers that say who calls whom. */
  identities: Record<string, string>;
  sendOn: SendOn;
}

/** Rings a contact over the flow that it was registered on, and follows where the phone sends the call on to. */
export function ringContact(
  { stack, ringTime }: CallParts,
  { phone, binding }: Contact,
  { extension, identities, sendOn }: Called,
): Ringer {
  const { contact, address, protocol } = binding;
  const { _id, number, name } = extension;
  const proxy = flowUri(binding);
  return (invite) => {
    const end = new MediaEnd({ transport: protocol, address });
    const party = { phone: { phone, address }, extension: _id, number, name, isAnonymous: false, end };
    const leg = new Leg(
      stack,
      { uri: contact, proxy, end },
      { ...invite, headers: Object.assign({}, invite.headers, identities) },
    );
    return new RedirectableRinging(leg, invite, { phone, party, ringTime, sendOn });
  };
}

interface RedirectableParts {
  phone: string;
  party: Party;
  ringTime: number;
  sendOn: SendOn;
}

/** The ringing of one phone, and then of what it sends the call on to (RFC 3261 section 8.1.3.4). */
class RedirectableRinging implements Ringing {
  readonly result: Promise<RingingResult>;
  readonly #leg: Leg;
  readonly #invite: Invite;
  readonly #parts: RedirectableParts;
  readonly #stop = new AbortController();

  constructor(leg: Leg, invite: Invite, parts: RedirectableParts) {
    this.#leg = leg;
    this.#invite = invite;
    this.#parts = parts;
    this.result = leg.result.then((result) => this.#ended(result));
  }

  cancel(): void {
    this.#leg.cancel();
    this.#stop.abort();
  }

  async #ended(result: LegResult): Promise<RingingResult> {
    if ('answer' in result) return { party: this.#parts.party, ...result };
    const number = result.contact === undefined ? undefined : parseFirstNameAddr(result.contact)?.uri.user;
    if (number === undefined || this.#stop.signal.aborted) return { status: toldStatus(result.status) };
    try {
      return await this.#follow(number);
    } catch (error) {
      if (error instanceof SipFailure) return { status: error.status };
      return { status: toldStatus(result.status) };
    }
  }

  async #follow(number: string): Promise<RingingResult> {
    const { phone, ringTime, sendOn } = this.#parts;
    const { callee, ringers } = await sendOn(phone, number);
    this.#invite.onForwarded(callee, ringers.length);
    return ring(
      ringers.map((start) => start(this.#invite)),
      ringTime,
      [this.#stop.signal],
    );
  }
}
