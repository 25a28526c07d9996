import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '@ringfence/store';
import t from 'tap';
import { Bench } from '../testing/bench.js';
import { established, parties, provisional } from '../testing/calls.js';
import { param } from '../testing/message.js';
import { SDP_B } from '../testing/phone.js';
import { dialogsOf, notified, refresh, subscribe } from '../testing/subscribing.js';

const bench = await Bench.start({ expires: { min: 2, max: 600, default: 500, jitter: 0 } });
t.teardown(() => bench.close());
const watched = await bench.extension('300', 'Ann <&"\' Bø');
const watcher = await bench.online(await bench.extension('301'));

t.test('a subscription is challenged, accepted, and told the full state at once (RFC 6665 4.2.1)', async (t) => {
  const challenge = await watcher.ask({ method: 'SUBSCRIBE', uri: 'sip:300@h', headers: { Event: 'dialog' } });
  t.equal(challenge.status, 401);
  const accepted = await subscribe(watcher, '300', { event: 'dialog;id=7', expires: 60 });
  t.equal(accepted.status, 200);
  t.equal(accepted.header('Expires'), '60');
  const notify = await notified(watcher, accepted);
  t.equal(notify.header('Event'), 'dialog;id=7');
  t.match(notify.header('Subscription-State'), /^active;expires=(60|59)$/);
  t.equal(notify.header('Content-Type'), 'application/dialog-info+xml');
  t.match(notify.header('Contact'), /^<sip:/);
  t.match(notify.body, /version="0" state="full" entity="sip:300@ringfence"/);
  t.same(dialogsOf(notify), ['offline']);

  const refreshed = await refresh(watcher, accepted, { event: 'dialog;id=7', expires: 6_000 });
  t.equal(refreshed.status, 200);
  t.equal(refreshed.header('Expires'), '600', 'not longer than the longest');
  t.match((await notified(watcher, accepted)).header('Subscription-State'), /^active;expires=600$/);
  t.equal(
    (await refresh(watcher, accepted, { event: 'reg', expires: 60 })).status,
    403,
    'one dialog, one subscription',
  );

  t.equal((await refresh(watcher, accepted, { event: 'dialog;id=7', expires: 0 })).header('Expires'), '0');
  const last = await notified(watcher, accepted);
  t.equal(last.header('Subscription-State'), 'terminated;reason=timeout');
  t.match(last.body, /version="2"/);
  t.equal((await refresh(watcher, accepted, { event: 'dialog;id=7', expires: 60 })).status, 481);
  t.equal(bench.edge.subscriptions, 0);
});

t.test('what cannot be served is told so', async (t) => {
  const cases: [
    name: string,
    user: string,
    options: Parameters<typeof subscribe>[2],
    status: number,
    header?: [string, string],
  ][] = [
    ['an unknown package', '300', { event: 'presence' }, 489, ['Allow-Events', 'dialog, message-summary, reg']],
    ['no package', '300', { headers: { Event: undefined } }, 489, ['Allow-Events', 'dialog, message-summary, reg']],
    ['too short a time', '300', { expires: 1 }, 423, ['Min-Expires', '2']],
    ['documents that are not accepted', '300', { headers: { Accept: 'text/plain, application/pidf+xml' } }, 406],
    ['a number that nobody has', '399', {}, 404],
    ['a username that nobody has', 'a'.repeat(32), {}, 404],
    ['an extension that is needed', '300', { headers: { Require: 'eventlist' } }, 420, ['Unsupported', 'eventlist']],
    ['no Contact', '300', { headers: { Contact: undefined } }, 400],
  ];
  for (const [name, user, options, status, header] of cases) {
    const response = await subscribe(watcher, user, options);
    t.equal(response.status, status, name);
    if (header) t.equal(response.header(header[0]), header[1], name);
  }
  const reached = await watcher.ask({ method: 'OPTIONS' });
  t.equal(reached.header('Allow-Events'), 'dialog, message-summary, reg');
  t.match(reached.header('Allow'), /SUBSCRIBE/);
  const usual = await subscribe(watcher, '300', { headers: { Accept: 'text/plain, application/*;q=0.5' } });
  t.equal(usual.header('Expires'), '500', 'the usual time when none is asked for');
  await notified(watcher, usual);
  await refresh(watcher, usual, { expires: 0 });
  await notified(watcher, usual);
});

t.test("another customer's extension and phones are as if they did not exist", async (t) => {
  const { _id: customer } = await bench.store.directory.createCustomer({ name: 'Other' });
  const extension = await bench.store.directory.createExtension({ customer, number: '700', name: 'Theirs' });
  const account = await bench.account({ customer, extension: extension._id });
  t.equal((await subscribe(watcher, '700')).status, 404);
  t.equal((await subscribe(watcher, account.username)).status, 404);
  t.equal((await subscribe(watcher, account.username, { event: 'reg' })).status, 404);
});

t.test('a single look: the state is told once, and the subscription is over (RFC 6665 4.4.3)', async (t) => {
  const accepted = await subscribe(watcher, '300', { expires: 0 });
  t.equal(accepted.header('Expires'), '0');
  const notify = await notified(watcher, accepted);
  t.equal(notify.header('Subscription-State'), 'terminated;reason=timeout');
  t.same(dialogsOf(notify), ['offline']);
  t.equal(bench.edge.subscriptions, 0);
});

t.test('a lamp follows: registered, ringing, in a call, idle, and not registered again', async (t) => {
  const accepted = await subscribe(watcher, '300', { expires: 60 });
  const next = async () => dialogsOf(await notified(watcher, accepted));
  t.same(await next(), ['offline']);
  const callee = await bench.online(watched);
  t.same(await next(), ['idle']);

  const caller = await bench.online(await bench.extension(bench.number(), 'Åse "A" <Berg>'));
  const sent = await caller.invite('300');
  const invite = await callee.request('INVITE');
  callee.answer(invite, 180);
  const ringing = await notified(watcher, accepted);
  t.same(dialogsOf(ringing), ['recipient early']);
  t.match(ringing.body, /<local><identity display="Ann &lt;&amp;&quot;&apos; Bø">sip:300@ringfence<\/identity>/);
  t.match(ringing.body, /<remote><identity display="Åse &quot;A&quot; &lt;Berg&gt;">sip:5\d\d@ringfence<\/identity>/);
  callee.answer(invite, 200, { body: SDP_B });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent);
  t.same(await next(), ['recipient confirmed']);
  const ended = caller.ask(caller.within(answer, { method: 'BYE' }));
  callee.answer(await callee.request('BYE'), 200);
  await ended;
  t.same(await next(), ['idle']);

  await callee.register({ expires: 300 });
  await callee.register({ expires: 0 });
  const [last, version] = [await notified(watcher, accepted), /version="(\d+)"/];
  t.same(dialogsOf(last), ['offline']);
  t.equal(version.exec(last.body)?.[1], '5', 'a refreshed registration is no news');
  await refresh(watcher, accepted, { expires: 0 });
  await notified(watcher, accepted);
});

t.test('the caller is shown too, and what comes thick and fast is told once, as it is in the end', async (t) => {
  const { caller, from, to } = await parties(bench);
  const accepted = await subscribe(watcher, caller.account.username, { expires: 60 });
  t.same(dialogsOf(await notified(watcher, accepted)), ['idle']);
  const sent = await caller.invite(to.number);
  await bench.event(caller.id, { type: 'call.started' });
  caller.cancel(sent.text);
  await bench.event(caller.id, { type: 'call.ended' });
  await sleep(300);
  const before = await caller.invite(to.number);
  let shown = await notified(watcher, accepted);
  while (dialogsOf(shown)[0] === 'idle') shown = await notified(watcher, accepted);
  t.same(dialogsOf(shown), ['initiator early']);
  t.match(shown.body, new RegExp(`entity="sip:${from.number}@ringfence"`));
  caller.cancel(before.text);
  await provisional(caller, 487);
  while (dialogsOf(shown)[0] !== 'idle') shown = await notified(watcher, accepted);
  await sleep(600);
  t.notOk(watcher.untaken.some((start) => start.startsWith('NOTIFY')));
  await refresh(watcher, accepted, { expires: 0 });
  await notified(watcher, accepted);
});

t.test('a call that another edge carries is shown', async (t) => {
  const extension = await bench.extension(bench.number());
  const accepted = await subscribe(watcher, extension.number, { expires: 60 });
  const next = async () => dialogsOf(await notified(watcher, accepted));
  t.same(await next(), ['offline']);
  const caller = { number: '+4512345678', name: 'Outside' };
  const callee = { extension: extension._id, number: extension.number, name: '', phones: ['p'] };
  const about = { id: 'elsewhere', customer: bench.customer, startedAt: Date.now(), edge: 'another' };
  const call: Call = { ...about, state: 'ringing', caller, callee };
  const event = { at: Date.now(), customer: bench.customer, call: call.id, from: caller.number, to: callee.number };
  await bench.store.calls.start(call, undefined, { type: 'call.started', ...event });
  t.same(await next(), ['recipient early']);
  const answered: Call = { ...call, state: 'answered', answeredAt: Date.now() };
  await bench.store.calls.change(call, answered, { type: 'call.answered', ...event });
  t.same(await next(), ['recipient confirmed']);
  await bench.store.calls.end(answered, { type: 'call.ended', ...event });
  t.same(await next(), ['offline']);

  const { customer } = bench;
  await bench.store.directory.extensions.remove(extension._id);
  await bench.store.events.append({ type: 'phone.changed', at: Date.now(), customer, extension: extension._id });
  t.equal((await notified(watcher, accepted)).header('Subscription-State'), 'terminated;reason=noresource');
});

t.test('a subscription runs out, and says so', async (t) => {
  const accepted = await subscribe(watcher, '300', { expires: 2 });
  await notified(watcher, accepted);
  const last = await notified(watcher, accepted);
  t.equal(last.header('Subscription-State'), 'terminated;reason=timeout');
  t.equal(bench.edge.subscriptions, 0);
});

t.test('a NOTIFY that fails ends the subscription; one that is put off is sent again (RFC 6665 4.2.2)', async (t) => {
  for (const status of [481, 408, 500]) {
    const accepted = await subscribe(watcher, '300', { expires: 60 });
    await notified(watcher, accepted, status);
    t.match((await notified(watcher, accepted, 481)).header('Subscription-State'), /^terminated/, `${status}`);
    t.equal(bench.edge.subscriptions, 0, `${status}`);
  }
  const accepted = await subscribe(watcher, '300', { expires: 60 });
  const first = await watcher.request('NOTIFY');
  watcher.answer(first, 503, { headers: { 'Retry-After': '1' } });
  t.match((await notified(watcher, accepted)).header('Subscription-State'), /^active/);
  await refresh(watcher, accepted, { expires: 0 });
  await notified(watcher, accepted);
});

t.test('a refresh must come from the phone itself, and from where it may be now', async (t) => {
  const account = await bench.account({ mode: 'LOCKED', address: '127.0.0.3' });
  const [home, away] = [await bench.phone(account, '127.0.0.3'), await bench.phone(account, '127.0.0.4')];
  const accepted = await subscribe(home, '300', { expires: 60 });
  await notified(home, accepted);
  t.equal((await subscribe(away, '300')).status, 403);
  t.equal((await refresh(away, accepted, { expires: 60 })).status, 403);
  t.equal((await refresh(away, accepted, { expires: 0 })).status, 403, 'nor is it ended from there');
  t.equal((await refresh(watcher, accepted, { expires: 60 })).status, 403, 'of another phone');
  await bench.event(account.id, { type: 'phone.refused', reason: 'address_not_allowed', method: 'SUBSCRIBE' });
  t.equal(bench.edge.subscriptions, 1);

  await bench.store.events.append({
    type: 'phone.changed',
    at: Date.now(),
    phone: account.id,
    customer: bench.customer,
  });
  t.equal((await notified(home, accepted)).header('Subscription-State'), 'terminated;reason=deactivated');
  t.equal(bench.edge.subscriptions, 0);
});

t.test("a phone watches its own registration, and nobody else's (RFC 3680)", async (t) => {
  const phone = await bench.online(watched);
  const { username } = phone.account;
  t.equal((await subscribe(watcher, username, { event: 'reg' })).status, 404);
  const accepted = await subscribe(phone, username, { event: 'reg', expires: 60 });
  const first = await notified(phone, accepted);
  t.equal(first.header('Content-Type'), 'application/reginfo+xml');
  t.match(first.body, new RegExp(`<registration aor="sip:${username}@ringfence" id="${phone.id}" state="active">`));
  t.match(first.body, /state="active" event="registered" expires="(300|299)"/);
  await phone.register({ expires: 200 });
  t.match((await notified(phone, accepted)).body, /event="refreshed" expires="(200|199)"/);
  await phone.register({ expires: 0 });
  t.match(
    (await notified(phone, accepted)).body,
    /state="terminated"><contact [^>]*state="terminated" event="unregistered"/,
  );
  await refresh(phone, accepted, { event: 'reg', expires: 0 });
  await notified(phone, accepted);
});

t.test('of too many subscriptions of one phone the stalest makes room', async (t) => {
  const phone = await bench.phone(await bench.account());
  const all = [];
  for (let i = 0; i < 151; i++) {
    const accepted = await subscribe(phone, '300', { expires: 60 });
    await notified(phone, accepted);
    all.push(accepted);
  }
  t.equal(
    (await notified(phone, all[0] as (typeof all)[0])).header('Subscription-State'),
    'terminated;reason=rejected',
  );
  t.equal(bench.edge.subscriptions, 150);

  await bench.restartEdge();
  const ended = await notified(phone, all[150] as (typeof all)[0]);
  t.match(ended.header('Subscription-State'), /^terminated;reason=probation;retry-after=\d+$/);
  t.ok(Number(param(ended.header('Subscription-State'), 'retry-after')) >= 5);
  t.equal((await refresh(phone, all[149] as (typeof all)[0], { expires: 60 })).status, 481);
});

t.test('when the drachtio server is lost, so are its subscriptions', async (t) => {
  await established(bench);
  const accepted = await subscribe(watcher, '300', { expires: 60 });
  await notified(watcher, accepted);
  await bench.restartServer(100);
  while ((await watcher.ask({ method: 'OPTIONS' })).status !== 200) await sleep(20);
  t.equal(bench.edge.subscriptions, 0);
  t.equal((await refresh(watcher, accepted, { expires: 60 })).status, 481);
  t.equal((await subscribe(watcher, '300', { expires: 0 })).status, 200);
});

t.test('an edge that has as many subscriptions as it may answers 503', async (t) => {
  await bench.restartEdge({ subscriptions: { max: 1, perPhone: 10 } });
  const accepted = await subscribe(watcher, '300', { expires: 60 });
  await notified(watcher, accepted);
  const refused = await subscribe(watcher, '301', { expires: 60 });
  t.equal(refused.status, 503);
  t.match(refused.header('Retry-After'), /^\d+$/);
  await refresh(watcher, accepted, { expires: 0 });
  t.equal((await subscribe(watcher, '301', { expires: 60 })).status, 200, 'until one ends');
});
