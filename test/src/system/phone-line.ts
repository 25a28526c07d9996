import { type Extra, Phone, type PhoneOptions, type SipMessage } from '../sip/index.js';
import type { ApiPhone } from './api.js';

/** A raw test phone that has the credentials of a phone made through the API. */
export class PhoneLine {
  readonly phone: Phone;
  readonly credentials: { username: string; password: string };

  private constructor(phone: Phone, credentials: { username: string; password: string }) {
    this.phone = phone;
    this.credentials = credentials;
  }

  /** Opens the phone's socket; nothing is sent. */
  static async open(account: ApiPhone, options: PhoneOptions): Promise<PhoneLine> {
    const { username, password } = account;
    return new PhoneLine(await Phone.open({ user: username, ...options }), { username, password });
  }

  /** Registers, answering the challenge; gives the final response. */
  register(expires: number, extra: Extra = {}): Promise<SipMessage> {
    return this.phone.ask('REGISTER', undefined, {
      ...extra,
      headers: { Expires: expires, ...extra.headers },
      credentials: this.credentials,
    });
  }
}
