import t from 'tap';
import { contactUri, Dialog, type Phone, type SipMessage, sdp } from '../sip/index.js';
import { type Application, type CallOptions, type Response, startApplication } from './application.js';
import { openPhone, startTarget, type Teardown } from './target.js';

/** A call out that a proxy forks: answers with several To tags (RFC 3261 sections 12.1 and 13.2.2.4). */
const target = await startTarget(t);
const localSdp = sdp(target.sip, 41_000);

/** An application calls; one phone answers in the name of several, told apart by their To tags. */
async function fork(t: Teardown, options: Partial<CallOptions> = {}) {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const provisional: Response[] = [];
  const calling = srf.createUAC(
    peer.uri,
    { localSdp, ...options },
    { cbProvisional: (response) => provisional.push(response) },
  );
  calling.catch(() => {});
  const invite = await peer.expect('INVITE');
  const answerAs = (tag: string, status: number, headers: Record<string, string | number> = {}): SipMessage =>
    peer.reply(invite, status, {
      headers: {
        To: `${invite.get('To')};tag=${tag}`,
        Contact: `<sip:${tag}@${peer.address}:${peer.port}>`,
        ...headers,
      },
      body: status === 180 ? '' : sdp(peer),
    });
  return { srf, peer, provisional, calling, invite, answerAs };
}

function heard(peer: Phone, method: string, tag: string): Promise<SipMessage> {
  return peer.receive((m) => m.method === method && m.tag('To') === tag, `${method} to ${tag}`);
}

t.test(
  'provisional responses of several branches reach the application, the one that answers is the call',
  async (t) => {
    const { peer, provisional, calling, answerAs } = await fork(t);
    answerAs('one', 180);
    answerAs('two', 183);
    answerAs('three', 180);
    const ok = answerAs('two', 200);
    const leg = await calling;
    t.same(
      provisional.map((response) => [response.status, /tag=(\w+)/.exec(response.get('to'))?.[1]]),
      [
        [180, 'one'],
        [183, 'two'],
        [180, 'three'],
      ],
    );
    t.equal(leg.sip.remoteTag, 'two');
    t.equal((await heard(peer, 'ACK', 'two')).uri, contactUri(ok));
    leg.destroy();
    const bye = await heard(peer, 'BYE', 'two');
    t.equal(bye.uri, contactUri(ok));
    peer.reply(bye, 200);
  },
);

t.test(
  'each branch’s reliable response gets its own PRACK, in its own early dialog (RFC 3262 section 4)',
  async (t) => {
    const { peer, calling, invite, answerAs } = await fork(t, { headers: { Supported: '100rel' } });
    for (const tag of ['one', 'two']) {
      const progress = answerAs(tag, 183, { Require: '100rel', RSeq: 7 });
      const prack = await heard(peer, 'PRACK', tag);
      t.equal(prack.get('RAck'), `7 ${invite.get('CSeq')}`);
      t.equal(prack.uri, contactUri(progress));
      peer.reply(prack, 200);
    }
    answerAs('one', 200);
    t.equal((await calling).sip.remoteTag, 'one');
    await heard(peer, 'ACK', 'one');
  },
);

t.test('a repeated reliable response reaches the application once', async (t) => {
  const { peer, provisional, calling, answerAs } = await fork(t, { headers: { Supported: '100rel' } });
  const progress = answerAs('one', 183, { Require: '100rel', RSeq: 7 });
  const prack = await heard(peer, 'PRACK', 'one');
  peer.send(progress);
  await peer.silence(50, ({ method }) => method === 'PRACK');
  peer.reply(prack, 200);
  answerAs('one', 200);
  await calling;
  t.equal(provisional.length, 1);
});

t.test('of three branches that answer, one is the call; each other is acknowledged and ended once', async (t) => {
  const { peer, calling, answerAs } = await fork(t);
  const answers = ['one', 'two', 'three'].map((tag) => [tag, answerAs(tag, 200)] as const);
  t.equal((await calling).sip.remoteTag, 'one');
  await heard(peer, 'ACK', 'one');
  for (const [tag, ok] of answers.slice(1)) {
    t.equal((await heard(peer, 'ACK', tag)).uri, contactUri(ok));
    const bye = await heard(peer, 'BYE', tag);
    t.equal(bye.uri, contactUri(ok));
    peer.reply(bye, 200);
    peer.send(ok);
    await heard(peer, 'ACK', tag);
  }
  await peer.silence(50);
});

t.test('a request of a branch that only rings reaches nobody once another has the call', async (t) => {
  const { peer, calling, invite, answerAs } = await fork(t);
  const ringing = answerAs('one', 180);
  answerAs('two', 200);
  await Promise.all([calling, heard(peer, 'ACK', 'two')]);
  const stray = Dialog.callee(peer, invite, ringing);
  t.equal((await stray.ask('INFO')).status, 481);
});

t.test('an UPDATE of a branch that rings is answered before the call is (RFC 3311)', async (t) => {
  const { peer, calling, invite, answerAs } = await fork(t);
  const progress = answerAs('one', 183);
  const early = Dialog.callee(peer, invite, progress);
  const updated = await early.ask('UPDATE', { body: sdp(peer, 40_002) });
  t.equal(updated.status, 200);
  t.equal(updated.text, localSdp, 'drachtio-srf answers with its offer');
  answerAs('one', 200);
  t.ok((await calling).id);
  await heard(peer, 'ACK', 'one');
});

t.test('all branches fail: the failure that the proxy chose reaches the application', async (t) => {
  const { peer, calling, answerAs } = await fork(t);
  answerAs('one', 180);
  answerAs('two', 180);
  const failed = t.rejects(calling, { message: /480/ });
  answerAs('three', 480);
  await heard(peer, 'ACK', 'three');
  await failed;
});

/** An application calls a redirector. */
async function redirect(srf: Application, options: CallOptions, redirector: Phone, contacts: string) {
  const calling = srf.createUAC(redirector.uri, { localSdp, ...options });
  calling.catch(() => {});
  const invite = await redirector.expect('INVITE');
  redirector.reply(invite, 302, { headers: { Contact: contacts } });
  t.equal((await redirector.expect('ACK')).branch, invite.branch);
  return { calling, invite };
}

t.test('a redirection is followed when the application asks for that, and else is a failure', async (t) => {
  const { srf } = await startApplication(t, target);
  const redirector = await openPhone(t, target, { user: 'redirector' });
  const peer = await openPhone(t, target, { user: 'peer' });
  const refused = await redirect(srf, {}, redirector, `<${peer.uri}>`);
  await t.rejects(refused.calling, { message: /302/ });

  const followed = await redirect(srf, { followRedirects: true }, redirector, `<${peer.uri}>;q=0.5`);
  const [leg, dialog] = await Promise.all([followed.calling, peer.accept(await peer.expect('INVITE'))]);
  t.equal(leg.remote.sdp, sdp(peer));
  const ending = leg.destroy();
  peer.reply(await dialog.expect('BYE'), 200);
  await ending;

  const kept = await redirect(srf, { followRedirects: true, keepUriOnRedirect: true }, redirector, `<${peer.uri}>`);
  const again = await peer.expect('INVITE');
  t.equal(again.uri, redirector.uri, 'sent to the new place, for the old one');
  await Promise.all([kept.calling, peer.accept(again)]);
});
