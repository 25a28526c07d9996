import t from 'tap';
import { SipFailure } from '../sip/failure.js';
import type { ReceivedRequest } from '../sip/stack.js';
import { readSubscribe } from './read-subscribe.js';
import type { EventPackage } from './topic.js';

const packages: EventPackage[] = ['dialog', 'reg'].map((name) => ({
  ...{ name, contentType: `application/${name}+xml` },
  find: async () => undefined,
}));
const limits = { min: 60, max: 600, default: 300, jitter: 0 };
const read = (headers: Record<string, string>, uri = 'sip:100@h') =>
  readSubscribe(
    { uri, headers: { event: 'dialog', contact: '<sip:a@h>', ...headers } } as unknown as ReceivedRequest,
    packages,
    limits,
  );
const statusOf = (headers: Record<string, string>, uri?: string) => {
  try {
    read(headers, uri);
    return 200;
  } catch (error) {
    if (error instanceof SipFailure) return error.status;
    throw error;
  }
};

t.test('the package is named exactly; of its parameters the id stays (RFC 6665 8.2.1)', async (t) => {
  for (const [event, status, kept = ''] of [
    ['dialog', 200, 'dialog'],
    ['reg ; id=a.7', 200, 'reg;id=a.7'],
    ['dialog;sla;ID=x;include-session-description', 200, 'dialog;id=x'],
    ['dialog;id="quoted"', 200, 'dialog'],
    [`dialog;id=${'x'.repeat(65)}`, 200, 'dialog'],
    ['Dialog', 489],
    ['dialog.winfo', 489],
    ['dialog, reg', 489],
    ['', 489],
  ] as const) {
    t.equal(statusOf({ event }), status, event);
    if (status === 200) t.equal(read({ event }).event, kept, event);
  }
});

t.test('documents of the package must be accepted (RFC 6665 3.1.3)', async (t) => {
  for (const [accept, status] of [
    ['application/dialog-info+xml', 406],
    ['Application/Dialog+XML;q=0.3', 200],
    ['text/plain, application/*', 200],
    ['*/*', 200],
    ['', 406],
  ] as const) {
    t.equal(statusOf({ accept }), status, accept);
  }
});

t.test('time is granted within limits (RFC 6665 4.2.1.1)', async (t) => {
  for (const [expires, granted] of [
    ['0', 0],
    ['60', 60],
    ['9999999999', 600],
    ['soon', 600],
  ] as const) {
    t.equal(read({ expires }).seconds, granted, expires);
  }
  t.equal(read({}).seconds, 300);
  t.equal(statusOf({ expires: '59' }), 423);
});

t.test('malformed requests', async (t) => {
  t.equal(statusOf({}, 'tel:+4512345678'), 416);
  t.equal(statusOf({}, 'sip:%00@'), 400);
  t.equal(statusOf({ contact: '<sip:a@h>, <sip:b@h>' }), 400);
});
