export { ackFailure, cancel, composeResponse, type Extra, hostPort, sdp, token } from './compose.js';
export { Dialog } from './dialog.js';
export {
  answerChallenge,
  type Challenge,
  type Credentials,
  challengesOf,
  type DigestChoices,
  parseParameters,
} from './digest.js';
export { patience } from './inbox.js';
export { lint } from './lint.js';
export { contactUri, type HeaderFields, parameter, parseMessage, SipMessage, uriOf } from './message.js';
export { type Authentication, Phone, type PhoneOptions } from './phone.js';
export type { Endpoint, Protocol } from './transport.js';
