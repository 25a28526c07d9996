import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '@ringfence/store/testing';
import t, { type Test } from 'tap';
import { Dialog, Phone, type SipMessage } from '../sip/index.js';
import type { ApiPhone } from '../system/api.js';
import { Baresip } from '../system/baresip.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';
import { until } from '../system/until.js';

/** Where the PBX is. */
const PBX = '127.0.0.21';

const ringfence = await Ringfence.start({ PBX_CLUSTER_1: `sip:${PBX}` });
const api = await ringfence.api();
t.teardown(() => ringfence.remove());
const to = (number: number) => `sip:${number}@127.0.0.1:${ringfence.sip.port}`;

/** A raw phone of an extension, and its account. */
async function line(t: Test, number: number, transport: 'udp' | 'tcp' = 'udp') {
  const account = await api.createPhone(number);
  const opened = await PhoneLine.open(account, { server: ringfence.sip, transport });
  t.teardown(() => opened.phone.close());
  return { account, opened, phone: opened.phone, credentials: opened.credentials };
}

/** Subscribes a raw phone to the dialogs of an extension; gives its side of the dialog. */
async function subscribe({ phone, credentials }: Awaited<ReturnType<typeof line>>, number: number) {
  const first = phone.send(phone.request('SUBSCRIBE', to(number), { headers: { Event: 'dialog', Expires: 300 } }));
  const again = phone.send(phone.authenticate(first, await phone.final(first), credentials));
  const accepted = await phone.final(again);
  if (accepted.status !== 200) throw new Error(accepted.startLine);
  return Dialog.caller(phone, again, accepted);
}

/** The state of the only dialog in a document. */
const stateOf = (notify: SipMessage) => /<state[^>]*>(\w+)/.exec(notify.body.toString())?.[1];

t.test('lamps over UDP and TCP follow a call, and the phones subscribe again when the edge has crashed', async (t) => {
  const [near, far] = [await line(t, 100), await line(t, 101, 'tcp')];
  const [caller, callee] = [await line(t, 102), await line(t, 103)];
  for (const { opened } of [caller, callee]) t.equal((await opened.register(600)).status, 200);
  const lamps = [await subscribe(near, 103), await subscribe(far, 103)];
  const shown = async () => {
    const states = lamps.map(async (dialog, at) => {
      const { phone } = at === 0 ? near : far;
      const notify = await dialog.expect('NOTIFY');
      phone.reply(notify, 200);
      return stateOf(notify);
    });
    return Promise.all(states);
  };
  t.same(await shown(), ['terminated', 'terminated']);
  const calling = caller.phone.call(to(103), { credentials: caller.credentials });
  const invite = await callee.phone.expect('INVITE');
  callee.phone.reply(invite, 180);
  t.same(await shown(), ['early', 'early']);
  const accepting = callee.phone.accept(invite);
  const [call] = await Promise.all([calling, accepting]);
  t.same(await shown(), ['confirmed', 'confirmed']);
  const ending = call.bye();
  callee.phone.reply(await (await accepting).expect('BYE'), 200);
  await ending;
  t.same(await shown(), ['terminated', 'terminated']);

  await ringfence.kill('edge');
  await until('edge', () => ringfence.pid('edge'));
  const [lamp] = lamps as [Dialog];
  const stale = await until('answer', async () => {
    const refresh = lamp.send(lamp.request('SUBSCRIBE', { headers: { Event: 'dialog', Expires: 300 } }));
    return near.phone.final(refresh, 200).catch(() => undefined);
  });
  t.equal(stale.status, 481);
  const again = await until('subscription', () => subscribe(near, 103).catch(() => undefined));
  t.equal(stateOf(await again.expect('NOTIFY')), 'terminated');
});

t.test('twenty sipp phones subscribe and see an extension come', async (t) => {
  const accounts: ApiPhone[] = [];
  for (let i = 0; i < 20; i++) accounts.push(await api.createPhone(104));
  const watched = await line(t, 105);
  const running = sipp(accounts, to(105));
  await delay(1_000);
  t.equal((await watched.opened.register(600)).status, 200);
  await running;
  t.pass('sipp saw all that its scenario waits for');
});

t.test('a baresip phone is told by the PBX that messages wait', async (t) => {
  const account = await api.createPhone(106);
  const phone = await Baresip.start({ ...account, server: ringfence.sip, messages: true });
  t.teardown(() => phone.kill());
  const told = async (pattern: RegExp) => t.match((await phone.event('MWI_NOTIFY')).param, pattern);
  await told(/Messages-Waiting: no/);
  const pbx = await Phone.open({ server: ringfence.sip, address: PBX, user: 'pbx' });
  t.teardown(() => pbx.close());
  const answer = await pbx.ask('NOTIFY', `sip:${account.username}@127.0.0.1:${ringfence.sip.port}`, {
    headers: {
      Event: 'message-summary',
      'Subscription-State': 'active',
      'Content-Type': 'application/simple-message-summary',
    },
    body: 'Messages-Waiting: yes\r\nVoice-Message: 3/0 (0/0)\r\n',
  });
  t.equal(answer.status, 200);
  await told(/Messages-Waiting: yes\s+Voice-Message: 3\/0/);
});

/** Runs sipp, one call an account; fails unless every call goes as its scenario says. */
async function sipp(accounts: readonly ApiPhone[], uri: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sipp-'));
  const [scenario, users, errors] = ['subscriber.xml', 'users.csv', 'errors.log'].map((name) => join(folder, name));
  const [port] = await freePorts(1);
  try {
    await writeFile(scenario as string, subscriber(uri));
    const lines = accounts.map(
      ({ username, password }) => `${username};[authentication username=${username} password=${password}]`,
    );
    await writeFile(users as string, ['SEQUENTIAL', ...lines, ''].join('\n'));
    const load = `-sf ${scenario} -inf ${users} -m ${accounts.length} -r 50 -auth_uri ${uri.slice('sip:'.length)}`;
    const rest = `-i 127.0.0.1 -p ${port} -nostdin -trace_err -error_file ${errors} 127.0.0.1:${ringfence.sip.port}`;
    const options = { timeout: 15_000, env: { ...process.env, TERM: 'dumb' } };
    await promisify(execFile)('sipp', `${load} ${rest}`.split(' '), options).catch(async (error) => {
      const { body } = await api.get('/history?type=phone.refused&limit=5');
      const said = await readFile(errors as string, 'utf8').catch(() => error.message);
      throw new Error(`${said}\nrefused: ${JSON.stringify(body.events)}`);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A sipp scenario: subscribes, is told that nobody is there, and then that nothing goes on. */
function subscriber(uri: string): string {
  const subscribe = (...authorization: string[]) =>
    message(
      `SUBSCRIBE ${uri} SIP/2.0`,
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport',
      'Max-Forwards: 70',
      'From: <sip:[field0]@[remote_ip]>;tag=[call_number]',
      `To: <${uri}>`,
      'Call-ID: [call_id]',
      'CSeq: [cseq] SUBSCRIBE',
      'Contact: <sip:[field0]@[local_ip]:[local_port]>',
      'Event: dialog',
      'Accept: application/dialog-info+xml',
      'Expires: 300',
      ...authorization,
      'Content-Length: 0',
    );
  const answer = message(
    'SIP/2.0 200 OK',
    '[last_Via:]',
    '[last_From:]',
    '[last_To:]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    'Content-Length: 0',
  );
  const notified = (pattern: string) => [
    `<recv request="NOTIFY"><action><ereg regexp="${pattern}" search_in="msg" check_it="true" assign_to="1"/></action></recv>`,
    answer,
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<scenario name="subscriber">',
    subscribe(),
    '<recv response="401" auth="true"/>',
    subscribe('[field1]'),
    '<recv response="200"/>',
    ...notified('code=.480.'),
    ...notified('id=.idle.'),
    '<Reference variables="1"/>',
    '</scenario>',
  ].join('\n');
}

function message(...lines: string[]): string {
  return `<send><![CDATA[\n\n${lines.join('\n')}\n\n]]></send>`;
}
