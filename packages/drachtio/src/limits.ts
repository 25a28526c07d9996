/** What the server holds at most, so that neither load nor malice can make it grow without end. */
export interface Limits {
  /** Transactions at a time; past the limit requests get 503. */
  readonly transactions: number;
  /** Bytes of requests from the network in transactions at a time; past the limit requests get 503. */
  readonly requestBytes: number;
  /** Milliseconds that the process may be late with what is due, again and again; past the limit new requests get 503. */
  readonly lateness: number;
  /** Those of them that are answered and kept only to answer again what comes again; past the limit the oldest are let go. */
  readonly answeredTransactions: number;
  /** Dialogs at a time. */
  readonly dialogs: number;
  /** Milliseconds without a message after which a dialog is forgotten. */
  readonly dialogAge: number;
  /** Milliseconds that an INVITE may stay without a final response. */
  readonly inviteAge: number;
  /** SIP connections over TCP, TLS and WebSockets, in all and from one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Milliseconds in which a connection of ours must be established. */
  readonly connectTimeout: number;
  /**
   * Milliseconds in which a message over a connection must be complete, and in which a new connection must have got through
   * TLS and the upgrade to a WebSocket, or to its first message.
   */
  readonly messageTimeout: number;
  /** Milliseconds without a byte after which a connection is closed. */
  readonly idleTimeout: number;
  /** Milliseconds between pings to a WebSocket peer; one that doesn't answer before the next is cut off. */
  readonly pingInterval: number;
  /** Bytes that wait for a peer that doesn't read; past the limit its connection is closed. */
  readonly connectionBacklog: number;
  /** Application connections, authenticated and not yet; of the latter the oldest make room for new ones. */
  readonly applications: number;
  readonly unauthenticatedApplications: number;
  /** Milliseconds in which an application must authenticate. */
  readonly authenticationTimeout: number;
  /** Requests that an application has yet to answer; past the limit it gets no more, and they get 503. */
  readonly unanswered: number;
  /** Bytes that wait for an application: past this its requests get 503, past four times this it is cut off. */
  readonly applicationBacklog: number;
  /** Look-ups of names at a time, and milliseconds that one look-up may take. */
  readonly lookups: number;
  readonly lookupTimeout: number;
  /** Answers of the name servers that are kept. */
  readonly names: number;
}

export const DEFAULT_LIMITS: Limits = {
  transactions: 100_000,
  requestBytes: 134_217_728,
  lateness: 300,
  answeredTransactions: 60_000,
  dialogs: 50_000,
  dialogAge: 12 * 3_600_000,
  inviteAge: 600_000,
  connections: 20_000,
  connectionsPerAddress: 512,
  connectTimeout: 4_000,
  messageTimeout: 10_000,
  idleTimeout: 3_900_000,
  pingInterval: 30_000,
  connectionBacklog: 1_048_576,
  applications: 64,
  unauthenticatedApplications: 16,
  authenticationTimeout: 5_000,
  unanswered: 20_000,
  applicationBacklog: 4_194_304,
  lookups: 1_024,
  lookupTimeout: 3_000,
  names: 10_000,
};
