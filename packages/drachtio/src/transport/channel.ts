import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Malformed } from '../sip/parser.js';

/** What carries whole SIP messages over a connection that is established. */
export interface Channel {
  /** Bytes that wait to be sent. */
  readonly backlog: number;
  /** Sends a message. `sent` is called when it has left, or with an error when it can't. */
  send(bytes: Buffer, sent: (error?: Error | null) => void): void;
  /** Takes leave in the way of the transport and closes, because we end or because the peer doesn't speak SIP. */
  close(why: 'leaving' | 'unreadable'): void;
  /** Hands nothing on any more: the connection is closed. */
  stop(): void;
}

/** What a channel reports. */
export interface ChannelEvents {
  /** A whole message, with its size in bytes; or one that can't be accepted. */
  message(message: SipRequest | SipResponse | Malformed, bytes: number): void;
  /** Bytes have come; `isInsideMessage` tells whether the rest of a message is still to come. */
  received(isInsideMessage: boolean): void;
  /** What comes can't be read as SIP: the connection must be closed. */
  unreadable(): void;
  /** The peer asks whether anyone is there: an answer is to be sent while it reads. */
  pinged(answer: () => void): void;
}
