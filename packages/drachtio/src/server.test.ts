import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import t from 'tap';
import { createServer } from './server.js';
import { type AppDialog, RawApplication } from './testing/application.js';
import { requestText, responseTo } from './testing/messages.js';
import { TcpPhone, UdpPhone } from './testing/phone.js';
import { contactOf, OFFER, SDP, start, viaOf } from './testing/world.js';

t.test('a REGISTER reaches the application and its answer the phone', async (t) => {
  const { port, phone } = await start(t, (app) => {
    app.register((req, res) => {
      t.same([req.protocol, req.source_address, req.get('Contact')], ['udp', '127.0.0.1', '<sip:phone@10.0.0.7>']);
      res.send(200, { headers: { Contact: '<sip:phone@10.0.0.7>;expires=60' } });
    });
  });
  const alice = await phone();
  alice.send(
    requestText({
      method: 'REGISTER',
      via: `SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKr;rport`,
      more: ['m: <sip:phone@10.0.0.7>'],
    }),
  );
  const response = await alice.response(200);
  t.equal(response.value('Via'), `SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKr;rport=${alice.port};received=127.0.0.1`);
  t.equal(response.value('Contact'), '<sip:phone@10.0.0.7>;expires=60');
  t.ok(response.to.tag);
  t.not(port, 0);
});

t.test('what no application wants gets 503, what nobody knows 501', async (t) => {
  const { phone } = await start(t);
  const alice = await phone();
  alice.send(requestText({ method: 'MESSAGE', callId: 'a', branch: 'z9hG4bKa' }));
  await alice.response(503);
  alice.send(requestText({ method: 'FROBNICATE', callId: 'b', branch: 'z9hG4bKb' }));
  await alice.response(501);
});

t.test('a stray request inside a dialog gets 481 (section 12.2.2)', async (t) => {
  const { phone } = await start(t);
  const alice = await phone();
  for (const [method, to] of [
    ['BYE', '<sip:b@c>;tag=x'],
    ['INFO', '<sip:b@c>;tag=x'],
    ['BYE', '<sip:b@c>'],
    ['PRACK', '<sip:b@c>'],
  ]) {
    alice.send(
      requestText({
        method: method ?? '',
        to: to ?? '',
        callId: `${Math.random()}`,
        branch: `z9hG4bK${Math.random()}`,
      }),
    );
    t.ok(await alice.response(481), String(method));
  }
});

t.test('a call to the application, with everything inside it', async (t) => {
  const events: string[] = [];
  let dialog: AppDialog | undefined;
  const { phone, port } = await start(t, (app) => {
    app.invite(async (req, res) => {
      dialog = await app.createUAS(req, res, { localSdp: SDP });
      dialog.on('info', (_: never, res: { send(status: number): void }) => {
        events.push('info');
        res.send(200);
      });
      dialog.on('destroy', () => events.push('destroyed'));
    });
  });
  const alice = await phone();
  alice.send(
    requestText({ method: 'INVITE', via: viaOf(alice, '1'), ...OFFER, more: [...OFFER.more, contactOf(alice)] }),
  );
  await alice.response(100);
  const ok = await alice.response(200);
  t.equal(ok.value('Contact'), `<sip:127.0.0.1:${port}>`);
  t.equal(ok.value('Content-Type'), 'application/sdp');
  const inside = (method: string, cseq: number, branch: string) =>
    alice.send(
      requestText({ method, cseq, via: viaOf(alice, branch), to: ok.value('To') ?? '', more: [contactOf(alice)] }),
    );
  inside('ACK', 1, '2');
  inside('INFO', 2, '3');
  await alice.response(200, 'INFO');
  inside('INFO', 1, '4');
  await alice.response(500, 'INFO');
  const answer = dialog?.request({
    method: 'INFO',
    headers: { 'Content-Type': 'application/dtmf-relay' },
    body: 'Signal=5\r\n',
  });
  const info = await alice.request('INFO');
  t.equal(info.uri, `sip:phone@127.0.0.1:${alice.port}`);
  t.equal(info.from.tag, ok.to.tag);
  alice.send(responseTo(info, 200).toBuffer().toString());
  t.equal((await answer)?.status, 200);
  inside('BYE', 3, '5');
  await alice.response(200, 'BYE');
  inside('BYE', 4, '6');
  await alice.response(481, 'BYE');
  t.same(events, ['info', 'destroyed']);
});

t.test('what happens inside an early dialog neither confirms nor ends it', async (t) => {
  const { admin, phone } = await start(t);
  const raw = await RawApplication.connect(admin);
  await raw.ask('authenticate|secret|');
  await raw.ask('route|invite');
  const alice = await phone();
  alice.send(requestText({ method: 'INVITE', via: viaOf(alice, '1'), more: [contactOf(alice)] }));
  const transactionId = ((await raw.next()) ?? '').split('|')[7];
  await raw.ask(`sip|${transactionId}|\r\nSIP/2.0 183 Session Progress\r\nRequire: 100rel\r\n\r\n${SDP}`);
  const progress = await alice.response(183);
  await alice.response(183, 'INVITE');
  const inside = async (method: string, cseq: number, status: number, more: string[] = []) => {
    const to = progress.value('To') ?? '';
    alice.send(requestText({ method, cseq, to, via: viaOf(alice, String(cseq)), more }));
    const request = (await raw.next()) ?? '';
    t.equal(request.split('|')[8], 'call-1;from-tag=a1');
    await raw.ask(`sip|${request.split('|')[7]}|\r\nSIP/2.0 ${status} Whatever\r\n\r\n`);
    await alice.response(status, method);
  };
  alice.send(
    requestText({
      method: 'PRACK',
      cseq: 2,
      to: progress.value('To') ?? '',
      via: viaOf(alice, 'x'),
      more: ['RAck: 1 1 INVITE'],
    }),
  );
  await alice.response(481, 'PRACK');
  await inside('PRACK', 3, 200, [`RAck: ${progress.value('RSeq')} 1 INVITE`]);
  await inside('INFO', 4, 415);
  await inside('INFO', 5, 200);
  alice.received.length = 0;
  alice.send(requestText({ method: 'CANCEL', via: viaOf(alice, '1') }));
  await alice.response(487);
  alice.send(requestText({ method: 'INFO', cseq: 6, to: progress.value('To') ?? '', via: viaOf(alice, '6') }));
  await alice.response(481, 'INFO');
  raw.close();
});

t.test('a request inside a dialog moves its target once it is accepted, not when it is refused', async (t) => {
  const { app, phone } = await start(t, (app) => {
    app.subscribe((req, res) => res.send(req.get('Expires') === '60' ? 200 : 403));
  });
  const [alice, other] = [await phone(), await phone()];
  const subscribe = (from: typeof alice, cseq: number, expires: number, to = '<sip:bob@example.com>') =>
    from.send(
      requestText({
        ...{ method: 'SUBSCRIBE', cseq, to, via: viaOf(from, `s${cseq}`) },
        more: [contactOf(from), 'Event: dialog', `Expires: ${expires}`],
      }),
    );
  const notify = () => {
    const headers = { Event: 'dialog', 'Subscription-State': 'active;expires=60' };
    const options = { method: 'NOTIFY', stackDialogId: 'call-1;from-tag=a1', headers };
    void app.request('sip:placeholder', options);
  };
  subscribe(alice, 1, 60);
  const to = (await alice.response(200)).value('To');
  subscribe(other, 2, 30, to);
  await other.response(403);
  notify();
  t.equal((await alice.request('NOTIFY')).uri, `sip:phone@127.0.0.1:${alice.port}`);
  subscribe(other, 3, 60, to);
  await other.response(200);
  notify();
  t.equal((await other.request('NOTIFY')).uri, `sip:phone@127.0.0.1:${other.port}`);
});

t.test('calls are told of as they begin, are answered and end (CDRs, as drachtio has them)', async (t) => {
  const { admin, phone } = await start(t, (app) => {
    app.invite((req, res) => {
      if (req.uri.includes('busy')) res.send(486);
      else app.createUAS(req, res, { localSdp: SDP });
    });
  });
  const raw = await RawApplication.connect(admin);
  await raw.ask('authenticate|secret|');
  for (const event of ['attempt', 'start', 'stop']) await raw.ask(`route|cdr:${event}`);
  const next = async () => {
    const [line = '', startLine] = ((await raw.next()) ?? '').split('\r\n');
    return `${line.replace(/\d\d:\d\d:\d\d\.\d{6}/, 'time')} ${startLine}`;
  };
  const alice = await phone();
  alice.send(requestText({ method: 'INVITE', via: viaOf(alice, '1'), more: [contactOf(alice)] }));
  const ok = await alice.response(200);
  alice.send(requestText({ method: 'ACK', via: viaOf(alice, '2'), to: ok.value('To') ?? '' }));
  alice.send(requestText({ method: 'BYE', cseq: 2, via: viaOf(alice, '3'), to: ok.value('To') ?? '' }));
  alice.send(requestText({ method: 'INVITE', uri: 'sip:busy@example.com', callId: 'b', via: viaOf(alice, '4') }));
  t.equal(await next(), 'cdr:attempt|network|time INVITE sip:bob@example.com SIP/2.0');
  t.equal(await next(), 'cdr:start|application|time|uas SIP/2.0 200 OK');
  t.equal(await next(), 'cdr:stop|network|time|normal-release BYE sip:bob@example.com SIP/2.0');
  t.equal(await next(), 'cdr:attempt|network|time INVITE sip:busy@example.com SIP/2.0');
  t.equal(await next(), 'cdr:stop|application|time|call-rejected SIP/2.0 486 Busy Here');
  raw.close();
});

t.test('a cancelled call', async (t) => {
  let cancelled: (() => void) | undefined;
  const isCancelled = new Promise<void>((resolve) => {
    cancelled = resolve;
  });
  let late: unknown;
  const { phone } = await start(t, (app) => {
    app.invite((req, res) => {
      res.send(180);
      req.on('cancel', () => {
        res.send(200, { body: SDP }, (error) => {
          late = error;
          cancelled?.();
        });
      });
    });
  });
  const alice = await phone();
  alice.send(requestText({ method: 'INVITE', via: viaOf(alice, '1'), ...OFFER }));
  const ringing = await alice.response(180);
  alice.send(requestText({ method: 'CANCEL', via: viaOf(alice, '1') }));
  await alice.response(200, 'CANCEL');
  const terminated = await alice.response(487, 'INVITE');
  t.equal(terminated.to.tag, ringing.to.tag);
  alice.send(requestText({ method: 'ACK', via: viaOf(alice, '1'), to: terminated.value('To') ?? '' }));
  await isCancelled;
  t.equal(late, 'Response not sent due to unknown transaction');
});

t.test('a 2xx is sent again until its ACK comes, then the call is hung up (section 13.3.1.4)', async (t) => {
  let reason: string | undefined;
  let ended: (() => void) | undefined;
  const isEnded = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const { phone } = await start(
    t,
    (app) => {
      app.invite(async (req, res) => {
        const dialog = await app.createUAS(req, res, { localSdp: SDP });
        dialog.on('destroy', (_: never, why: string) => {
          reason = why;
          ended?.();
        });
      });
    },
    { durations: { t1: 20, t2: 160, t4: 200 } },
  );
  const alice = await phone();
  alice.send(
    requestText({ method: 'INVITE', via: viaOf(alice, '1'), ...OFFER, more: [...OFFER.more, contactOf(alice)] }),
  );
  for (let i = 0; i < 5; i += 1) await alice.response(200, 'INVITE');
  const bye = await alice.request('BYE');
  t.equal(bye.value('Reason'), 'SIP;cause=200;text="ACK timeout"');
  alice.send(responseTo(bye, 200).toBuffer().toString());
  await isEnded;
  t.equal(reason, 'ACK timeout');
});

t.test('a call through the application, ended by the callee', async (t) => {
  const peer: { phone?: UdpPhone } = {};
  const { phone } = await start(t, (app) => {
    app.invite(async (req, res) => {
      const { uas, uac } = await app.createB2BUA(req, res, `sip:peer@127.0.0.1:${peer.phone?.port}`, {});
      uac.on('destroy', () => uas.destroy());
    });
  });
  const alice = await phone();
  const bob = await phone();
  peer.phone = bob;
  alice.send(
    requestText({ method: 'INVITE', via: viaOf(alice, '1'), ...OFFER, more: [...OFFER.more, contactOf(alice)] }),
  );
  const invite = await bob.request('INVITE');
  t.equal(invite.body.toString(), SDP);
  bob.send(responseTo(invite, 180).toBuffer().toString());
  await alice.response(180);
  bob.send(
    responseTo(invite, 200, { more: [contactOf(bob)] })
      .toBuffer()
      .toString(),
  );
  const ack = await bob.request('ACK');
  t.same([ack.cseq.number, ack.to.tag], [invite.cseq.number, 'b1']);
  const ok = await alice.response(200);
  alice.send(requestText({ method: 'ACK', via: viaOf(alice, '2'), to: ok.value('To') ?? '' }));
  bob.send(
    responseTo(invite, 200, { more: [contactOf(bob)] })
      .toBuffer()
      .toString(),
  );
  const again = await bob.request('ACK');
  t.equal(again.via.branch, ack.via.branch, 'a 2xx that comes again is acknowledged again');
  const bye = requestText({
    method: 'BYE',
    via: viaOf(bob, 'b'),
    from: `${invite.value('To')};tag=b1`,
    to: invite.value('From') ?? '',
    callId: invite.callId,
    cseq: 7,
  });
  bob.send(bye);
  await bob.response(200, 'BYE');
  const hangup = await alice.request('BYE');
  alice.send(responseTo(hangup, 200).toBuffer().toString());
});

t.test('a second branch of a forked call is acknowledged and ended (section 13.2.2.4)', async (t) => {
  const { phone, app } = await start(t);
  const bob = await phone();
  const call = app.createUAC(`sip:bob@127.0.0.1:${bob.port}`, { localSdp: SDP });
  const invite = await bob.request('INVITE');
  for (const tag of ['one', 'two'])
    bob.send(
      responseTo(invite, 200, { tag, more: [contactOf(bob)] })
        .toBuffer()
        .toString(),
    );
  await call;
  const acks = [await bob.request('ACK'), await bob.request('ACK')];
  t.same(acks.map(({ to }) => to.tag).sort(), ['one', 'two']);
  const bye = await bob.request('BYE');
  t.equal(bye.to.tag, 'two');
});

t.test('an application that goes leaves no call hanging, its dialogs answer 481', async (t) => {
  const { phone, admin, close } = await start(t);
  const raw = await RawApplication.connect(admin);
  await raw.ask('authenticate|secret|');
  await raw.ask('route|invite');
  const alice = await phone();
  const call = (n: number) => ({
    method: 'INVITE',
    callId: `call-${n}`,
    via: viaOf(alice, `i${n}`),
    more: [contactOf(alice)],
  });
  alice.send(requestText(call(1)));
  const invite = (await raw.next()) ?? '';
  const transactionId = invite.split('|')[7];
  await raw.ask(`sip|${transactionId}|\r\nSIP/2.0 200 OK\r\n\r\n${SDP}`);
  const ok = await alice.response(200);
  alice.send(requestText({ ...call(1), method: 'ACK', via: viaOf(alice, 'a1'), to: ok.value('To') ?? '' }));
  t.match(
    await raw.next(),
    new RegExp(`sip\\|network\\|\\d+\\|\\|127.0.0.1\\|${alice.port}\\|.*\\|${transactionId}\\|call-1;from-tag=a1\\|`),
  );
  alice.send(requestText(call(2)));
  await raw.next();
  raw.close();
  const failure = await alice.response(503);
  t.equal(failure.callId, 'call-2');
  alice.send(requestText({ ...call(1), method: 'INFO', cseq: 2, via: viaOf(alice, 'n1'), to: ok.value('To') ?? '' }));
  await alice.response(481);
  await close();
});

t.test('requests of an application', async (t) => {
  const { phone, app, port } = await start(t);
  const bob = await phone();
  const options = await app.request(`sip:bob@127.0.0.1:${bob.port}`, {
    method: 'OPTIONS',
    headers: { 'X-Probe': '1' },
  });
  const answered = new Promise<number>((resolve) => {
    options.on('response', (response: { status: number }) => resolve(response.status));
  });
  const request = await bob.request('OPTIONS');
  t.match(request.value('Via'), new RegExp(`^SIP/2.0/UDP 127.0.0.1:${port};rport;branch=z9hG4bK\\w+$`));
  t.match(request.value('From'), new RegExp(`^<sip:127.0.0.1:${port}>;tag=\\w+$`));
  t.equal(request.value('To'), `<sip:bob@127.0.0.1:${bob.port}>`);
  t.equal(request.value('X-Probe'), '1');
  bob.send(responseTo(request, 404).toBuffer().toString());
  t.equal(await answered, 404);
  await t.rejects(app.request(`sip:me@127.0.0.1:${port}`, { method: 'OPTIONS' }), /can not send request to myself/);
  await t.rejects(app.request('sip:', { method: 'OPTIONS' }), /invalid request-uri: OPTIONS sip: SIP\/2.0/);
  const refused = await app.request('sip:x@127.0.0.1:1;transport=tcp', { method: 'OPTIONS' });
  t.equal(await statusOf(refused), 503);
  const unknown = await app.request('sip:x@nowhere.invalid', { method: 'OPTIONS' });
  t.equal(await statusOf(unknown), 503);
});

const statusOf = (request: { on(event: string, listener: (response: { status: number }) => void): unknown }) =>
  new Promise<number>((resolve) => {
    request.on('response', (response) => resolve(response.status));
  });

t.test(
  'over TCP: register, be called over the same connection though the Contact leads nowhere, unregister',
  async (t) => {
    const { port, app } = await start(t, (app) =>
      app.register((req, res) => res.send(200, { headers: { Contact: req.get('Contact') } })),
    );
    const alice = await TcpPhone.connect(port);
    t.teardown(() => alice.close());
    const register = (cseq: number, expires: number) =>
      alice.send(
        requestText({
          method: 'REGISTER',
          cseq,
          via: viaOf(alice, `r${cseq}`, 'TCP'),
          more: ['Contact: <sip:alice@abc123.invalid;transport=tcp>', `Expires: ${expires}`],
        }),
      );
    register(1, 300);
    await alice.response(200);
    const call = await app.request('sip:alice@abc123.invalid;transport=tcp', { method: 'INVITE', body: SDP });
    const invite = await alice.request('INVITE');
    t.match(invite.value('Via'), new RegExp(`^SIP/2.0/TCP 127.0.0.1:${port};branch=z9hG4bK\\w+$`));
    t.equal(invite.value('Contact'), `<sip:127.0.0.1:${port};transport=tcp>`);
    alice.send(responseTo(invite, 486).toBuffer().toString());
    t.equal(await statusOf(call), 486);
    await alice.request('ACK');
    register(2, 0);
    await alice.response(200);
    const gone = await app.request('sip:alice@abc123.invalid;transport=tcp', { method: 'INVITE', body: SDP });
    t.equal(await statusOf(gone), 503);
    alice.send('\r\n\r\n');
    alice.send(requestText({ method: 'REGISTER', cseq: 3, via: viaOf(alice, 'r3', 'TCP') }));
    await alice.response(200);
    t.equal(alice.pongs, 1);
  },
);

t.test(
  'a request too large for a datagram goes over TCP where that is taken, else over UDP (section 18.1.1)',
  async (t) => {
    const { phone, app } = await start(t);
    const bob = await phone();
    const body = 'x'.repeat(2_000);
    const message = (port: number) =>
      app.request(`sip:bob@127.0.0.1:${port}`, { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body });
    await message(bob.port);
    const overUdp = await bob.request('MESSAGE');
    t.match(overUdp.value('Via'), /^SIP\/2.0\/UDP /);
    const listener = createTcpServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    t.teardown(() => listener.close());
    const address = listener.address();
    const accepted = once(listener, 'connection');
    await message(typeof address === 'object' && address !== null ? address.port : 0);
    const [socket] = await accepted;
    const carol = new TcpPhone(socket);
    const overTcp = await carol.request('MESSAGE');
    t.match(overTcp.value('Via'), /^SIP\/2.0\/TCP /);
    t.equal(overTcp.body.length, 2_000);
    carol.close();
  },
);

t.test('IPv6 beside IPv4', async (t) => {
  const { app, close } = await start(t, (app) => app.options((_, res) => res.send(200)), {
    sip: { contacts: ['sip:127.0.0.1:0', 'sip:[::1]:0'] },
  });
  t.ok(app);
  await close();
  const server = createServer({
    sip: { contacts: ['sip:[::1]:0'] },
    admin: { host: '127.0.0.1', port: 0, secret: 's' },
  });
  const { port, sip } = await server.listen();
  t.same(sip, [`tcp/[::1]:${port}`, `udp/[::1]:${port}`]);
  const alice = await UdpPhone.start(port, '::1');
  alice.send(requestText({ via: `SIP/2.0/UDP [::1]:${alice.port};branch=z9hG4bK6;rport` }));
  const response = await alice.response(503);
  t.equal(response.value('Via'), `SIP/2.0/UDP [::1]:${alice.port};branch=z9hG4bK6;rport=${alice.port}`);
  alice.close();
  await server.close();
});

t.test('a port that is taken is named', async (t) => {
  const { port, admin } = await start(t);
  const sip = createServer({
    sip: { contacts: [`sip:127.0.0.1:${port}`] },
    admin: { host: '127.0.0.1', port: 0, secret: 's' },
  });
  await t.rejects(sip.listen(), { message: `can't listen on tcp 127.0.0.1 port ${port}: the port is already in use` });
  const taken = createServer({
    sip: { contacts: ['sip:127.0.0.1:0'] },
    admin: { host: '127.0.0.1', port: admin, secret: 's' },
  });
  await t.rejects(taken.listen(), {
    message: new RegExp(`applications on tcp 127.0.0.1 port ${admin}: the port is already in use`),
  });
});

t.test('the application protocol refuses what it should', async (t) => {
  const { admin } = await start(t);
  const table: [name: string, message: string, answer: string][] = [
    ['a wrong secret', 'authenticate|wrong|', 'NO|incorrect secret'],
    ['no secret', 'authenticate', 'NO|incorrect secret'],
    ['a route before authentication', 'route|register', 'NO|not authenticated'],
    ['a request before authentication', 'sip||\r\nOPTIONS sip:a@b SIP/2.0\r\n\r\n', 'NO|not authenticated'],
  ];
  for (const [name, message, answer] of table) {
    const raw = await RawApplication.connect(admin);
    t.equal(await raw.ask(message), answer, name);
    await raw.closed();
  }
  const authenticated = async () => {
    const raw = await RawApplication.connect(admin);
    t.match(
      await raw.ask('authenticate|secret|a,b'),
      /^OK\|tcp\/127.0.0.1:\d+,udp\/127.0.0.1:\d+\|v\d+\.\d+\.\d+\|tcp/,
    );
    return raw;
  };
  for (const [message, answer] of [
    ['frobnicate|x', 'NO|Unknown message type'],
    ['sip||\r\nSIP/2.0 200 OK\r\n\r\n', 'NO|transaction id missing'],
  ]) {
    const raw = await authenticated();
    t.equal(await raw.ask(message ?? ''), answer);
    await raw.closed();
  }
  const single = await authenticated();
  single.socket.write('5#hello');
  t.equal(await single.next(), 'response|hello|NO|Invalid message format');
  await single.closed();
  const raw = await authenticated();
  const answers: [message: string, answer: string][] = [
    ['ping', 'OK|pong'],
    ['route|invite', 'OK'],
    ['remove_route|invite', 'OK'],
    ['route|in vite', 'NOK|invalid route'],
    ['sip|nosuch|\r\nSIP/2.0 200 OK\r\n\r\n', 'NOK|Response not sent due to unknown transaction'],
    [
      'sip||nosuch;from-tag=1\r\nBYE sip:placeholder SIP/2.0\r\n\r\n',
      'NOK|Server error: unable to find dialog for dialog id provided',
    ],
    ['sip|nosuch|\r\nCANCEL sip:x@127.0.0.1 SIP/2.0\r\n\r\n', 'NOK|unable to cancel unknown transaction id: nosuch'],
    ['sip||\r\nMESSAGE sip:peer@127.0.0.1 SIP/2.0\r\n\r\nabc', 'NOK|missing content-type'],
    ['sip||\r\nnonsense\r\n\r\n', 'NOK|invalid start line: nonsense'],
    [
      `sip||\r\nMESSAGE sip:peer@127.0.0.1 SIP/2.0\r\nContent-Type: a/b\r\n\r\n${'x'.repeat(70_000)}`,
      'NOK|message too large',
    ],
  ];
  for (const [message, answer] of answers) t.equal(await raw.ask(message), answer, message.slice(0, 60));
  raw.close();
});

t.test('a connection that does not authenticate is closed; of many the oldest makes room', async (t) => {
  const { admin } = await start(t, undefined, {
    limits: { authenticationTimeout: 100, unauthenticatedApplications: 2 },
  });
  const [oldest, ...others] = [
    await RawApplication.connect(admin),
    await RawApplication.connect(admin),
    await RawApplication.connect(admin),
  ];
  await oldest?.closed();
  t.notOk(others.some(({ isClosed }) => isClosed));
  await Promise.all(others.map((raw) => raw.closed()));
  const raw = await RawApplication.connect(admin);
  t.match(await raw.ask('authenticate|secret|'), /^OK/);
  raw.close();
});

t.test('an application that does not read gets no more requests, and is cut off in the end', async (t) => {
  const { admin, phone } = await start(t, undefined, { limits: { applicationBacklog: 20_000 } });
  const raw = await RawApplication.connect(admin);
  await raw.ask('authenticate|secret|');
  await raw.ask('route|message');
  raw.socket.pause();
  const alice = await phone();
  const body = 'x'.repeat(8_000);
  let refused = 0;
  for (let i = 0; i < 2_000 && refused === 0; i += 1) {
    alice.send(
      requestText({
        method: 'MESSAGE',
        callId: `m${i}`,
        via: viaOf(alice, `m${i}`),
        body,
        more: ['Content-Type: text/plain'],
      }),
    );
    if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 10));
    refused = alice.received.length;
  }
  t.equal((await alice.response(503)).cseq.method, 'MESSAGE');
  raw.close();
});

t.test('TCP: half messages, silence and floods of connections end', async (t) => {
  const { port } = await start(t, undefined, { limits: { messageTimeout: 150, connectionsPerAddress: 3 } });
  const silent = await TcpPhone.connect(port);
  const slow = await TcpPhone.connect(port);
  const text = requestText({ via: viaOf(slow, 's', 'TCP') });
  let sent = 0;
  const drip = setInterval(() => {
    slow.send(text[sent] ?? '');
    sent += 1;
  }, 20);
  const lively = await TcpPhone.connect(port);
  lively.send(requestText({ via: viaOf(lively, 'l', 'TCP') }));
  await lively.response(503);
  const fourth = await TcpPhone.connect(port);
  await fourth.closed();
  await Promise.all([silent.closed(), slow.closed()]);
  clearInterval(drip);
  lively.send(requestText({ via: viaOf(lively, 'l2', 'TCP'), callId: 'again' }));
  await lively.response(503);
  lively.close();
});

t.test('malformed requests are answered over both transports', async (t) => {
  const { port, phone } = await start(t);
  const alice = await phone();
  alice.send(requestText({ via: viaOf(alice, 'm') }).replace('Max-Forwards: 70', 'Max-Forwards: many'));
  t.equal((await alice.response(400)).reason, 'Invalid Max-Forwards');
  const bob = await TcpPhone.connect(port);
  bob.send(requestText({ via: viaOf(bob, 'm', 'TCP') }).replace('Content-Length: 0\r\n', ''));
  t.equal((await bob.response(400)).reason, 'Missing Content-Length');
  await once(bob.socket, 'close');
});

t.test('closing answers what is open and frees the ports at once', async (t) => {
  const { phone, port, admin, close } = await start(t, (app) => app.options(() => {}));
  const alice = await phone();
  alice.send(requestText({ via: viaOf(alice, 'o') }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const start_ = Date.now();
  const closing = close();
  await closing;
  t.ok(Date.now() - start_ < 5_000);
  const again = createServer({
    sip: { contacts: [`sip:127.0.0.1:${port}`] },
    admin: { host: '127.0.0.1', port: admin, secret: 's' },
  });
  await again.listen();
  await again.close();
});
