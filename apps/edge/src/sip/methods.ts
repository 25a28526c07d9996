/** What the edge answers; the value of Allow. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER, SUBSCRIBE';

/** What may be sent within a call. */
export const ALLOW_IN_CALL = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, PRACK';

/** Methods that reach the edge outside a dialog and are answered 405. */
export const REFUSED_METHODS = ['info', 'message', 'publish', 'refer', 'update'] as const;

/** The body that the edge passes on. */
export const SDP = 'application/sdp';
