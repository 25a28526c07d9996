import t, { type Test } from 'tap';
import { type SipMessage, sdp } from '../sip/index.js';
import { ask, type Request, type Response, startApplication } from './application.js';
import { except } from './differences.js';
import { later } from './later.js';
import { RawApplication } from './raw-application.js';
import { openPhone, startTarget } from './target.js';
import { Stranger, tortureMessage, tortureNames } from './torture.js';

/** The torture messages of RFC 4475 and RFC 5118, over the wire to the server and the application behind it. */
const target = await startTarget(t);

/** What the application is to see of a message, and the status that the sender gets. */
interface Treatment {
  readonly status: number;
  /** Looks at the request that the application gets; absent when it must get none. */
  readonly seen?: (t: Test, request: Request) => void;
  /** Looks at the response. */
  readonly answered?: (t: Test, response: SipMessage) => void;
  /** Where the response is due, 5060 unless given. */
  readonly port?: number;
}

const seen: Treatment = { status: 200, seen: () => {} };
/** The application of this test takes calls of no kind: 486. */
const busy: Treatment = { status: 486, seen: () => {} };
const bad: Treatment = { status: 400 };
const unknownMethod: Treatment = { status: 501 };
/** A BYE in no dialog: well-formed, but 481. */
const noDialog: Treatment = { status: 481 };

const treatments: Record<string, Treatment> = {
  // Its To has the tag of a dialog that doesn't exist.
  'rfc4475/wsinv': {
    ...noDialog,
    answered: (t, response) => {
      t.equal(response.all('Via').length, 3);
      t.equal(response.tag('To'), '1918181833n');
    },
  },
  'rfc4475/intmeth': unknownMethod,
  'rfc4475/esc01': { ...busy, seen: (t, request) => t.match(request.uri, /^sip:sips%3Auser%40example.com@/) },
  'rfc4475/escnull': { ...seen, seen: (t, request) => t.match(request.raw, '<sip:%00%00@host5.example.com>') },
  'rfc4475/esc02': unknownMethod,
  'rfc4475/lwsdisp': seen,
  'rfc4475/longreq': { ...busy, answered: (t, response) => t.equal(response.all('Via').length, 34) },
  'rfc4475/dblreq': { ...seen, seen: (t, request) => t.equal(request.method, 'REGISTER') },
  'rfc4475/semiuri': seen,
  'rfc4475/transports': { ...seen, answered: (t, response) => t.equal(response.all('Via').length, 5) },
  'rfc4475/mpart01': {
    ...seen,
    seen: (t, request) => t.match(request.body, /^--7a9cbec02ceef655\r\n.*--7a9cbec02ceef655--\r\n$/s),
  },
  'rfc4475/badinv01': bad,
  'rfc4475/clerr': bad,
  'rfc4475/ncl': bad,
  'rfc4475/scalar02': bad,
  'rfc4475/quotbal': { ...bad, port: 5050 },
  'rfc4475/ltgtruri': bad,
  'rfc4475/lwsruri': bad,
  'rfc4475/lwsstart': bad,
  'rfc4475/trws': bad,
  'rfc4475/escruri': bad,
  'rfc4475/baddate': { ...busy, seen: (t, request) => t.equal(request.get('Date'), 'Fri, 01 Jan 2010 16:00:00 EST') },
  'rfc4475/regbadct': bad,
  'rfc4475/badaspec': bad,
  'rfc4475/baddn': bad,
  'rfc4475/badvers': { status: 505 },
  'rfc4475/mismatch01': bad,
  'rfc4475/mismatch02': bad,
  'rfc4475/badbranch': seen,
  'rfc4475/insuf': bad,
  'rfc4475/unkscm': { status: 416 },
  'rfc4475/novelsc': { status: 416 },
  'rfc4475/unksm2': {
    ...seen,
    seen: (t, request) => {
      t.match(request.get('To'), 'isbn:2983792873');
      t.equal(request.get('Contact'), '<name:John_Smith>');
    },
  },
  'rfc4475/bext01': {
    status: 420,
    answered: (t, response) =>
      t.same(response.list('Unsupported').slice(0, 2), ['nothingSupportsThis', 'nothingSupportsThisEither']),
  },
  'rfc4475/invut': { status: 415, seen: (t, request) => t.equal(request.body.length, 40) },
  'rfc4475/regaut01': { status: 401, seen: () => {} },
  'rfc4475/multi01': bad,
  'rfc4475/mcl01': bad,
  'rfc4475/zeromf': { ...seen, seen: (t, request) => t.equal(request.get('Max-Forwards'), '0') },
  'rfc4475/cparam01': {
    ...seen,
    seen: (t, request) => t.equal(request.get('Contact'), 'sip:+19725552222@gw1.example.net;unknownparam'),
  },
  'rfc4475/cparam02': {
    ...seen,
    seen: (t, request) => t.equal(request.get('Contact'), '<sip:+19725552222@gw1.example.net;unknownparam>'),
  },
  'rfc4475/regescrt': {
    ...seen,
    seen: (t, request) => t.equal(request.get('Contact'), '<sip:user@example.com?Route=%3Csip:sip.example.com%3E>'),
  },
  'rfc4475/sdp01': { status: 406, seen: () => {} },
  'rfc4475/inv2543': { ...busy, answered: (t, response) => t.equal(response.tag('From'), '') },
  'rfc5118/ipv6-good': { ...seen, seen: (t, request) => t.equal(request.uri, 'sip:[2001:db8::10]') },
  'rfc5118/ipv6-bad': bad,
  'rfc5118/port-ambiguous': seen,
  'rfc5118/port-unambiguous': seen,
  'rfc5118/via-received-param-with-delim': noDialog,
  'rfc5118/via-received-param-no-delim': seen,
  'rfc5118/ipv6-in-sdp': { ...busy, seen: (t, request) => t.match(request.body, 'c=IN IP6 2001:db8::20') },
  'rfc5118/mult-ip-in-header': { ...noDialog, port: 6050 },
  'rfc5118/mult-ip-in-sdp': { ...busy, seen: (t, request) => t.match(request.body, /c=IN IP4.*c=IN IP6/s) },
  'rfc5118/ipv4-mapped-ipv6': { ...busy, port: 19_823 },
  'rfc5118/ipv6-bug-abnf-3-colons': seen,
  'rfc5118/ipv6-correct-abnf-2-colons': seen,
};

/** Answers as RFC 3261 asks of a user agent server that takes SDP and knows the Digest scheme, but no call suits. */
function answerAsAsked(request: Request, response: Response): void {
  const isSdp = !request.has('Content-Type') || request.get('Content-Type') === 'application/sdp';
  if (request.method === 'INVITE') {
    if (!isSdp) response.send(415, { headers: { Accept: 'application/sdp' } });
    else response.send(request.get('Accept') === 'text/nobodyKnowsThis' ? 406 : 486);
  } else if (request.has('Authorization')) {
    response.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="here", nonce="1"' } });
  } else response.send(200);
}

for (const [name, treatment] of Object.entries(treatments)) {
  const { status, port = 5060 } = treatment;
  t.test(`${name} is answered ${status}`, except(target, 'torture'), async (t) => {
    // A server of its own: some of the messages have the same branch.
    const target = await startTarget(t);
    const requests: Request[] = [];
    const handle = (request: Request, response: Response) => {
      requests.push(request);
      answerAsAsked(request, response);
    };
    await startApplication(t, target, { invite: handle, register: handle, options: handle, message: handle });
    const stranger = await Stranger.open(t, target, port);
    const bytes = tortureMessage(name);
    stranger.send(bytes);
    const response = await stranger.final();
    t.equal(response.status, status, response.startLine);
    t.match(response.all('Via').length, /[1-9]/);
    treatment.answered?.(t, response);
    t.equal(requests.length, treatment.seen === undefined ? 0 : 1, 'requests that the application has seen');
    if (requests[0] !== undefined) treatment.seen?.(t, requests[0]);
  });
}

const responses = ['unreason', 'noreason', 'scalarlg', 'bigcode', 'bcast'];

t.test('no message is left out', async (t) => {
  const known = [...Object.keys(treatments), ...responses.map((name) => `rfc4475/${name}`)];
  t.same(known.sort(), tortureNames());
});

t.test('wsinv without its To tag reaches the application unfolded', async (t) => {
  const seen = later<Request>();
  await startApplication(t, target, {
    invite: (request, response) => {
      seen.resolve(request);
      response.send(486);
    },
  });
  const stranger = await Stranger.open(t, target, 5060);
  const text = tortureMessage('rfc4475/wsinv').toString('latin1').replace(';   tag    = 1918181833n', '');
  stranger.send(Buffer.from(text, 'latin1'));
  t.equal((await stranger.final()).status, 486);
  const request = await seen.promise;
  t.equal(request.get('UnknownHeaderWithUnusualValue'), ';;,,;;,;');
  t.equal(request.get('NewFangledHeader'), 'newfangled value continued newfangled value');
  t.equal(request.body.length, 150);
});

t.test('the responses of RFC 4475 that belong to no request are dropped', async (t) => {
  await startApplication(t, target, { options: (_, response) => response.send(200) });
  const stranger = await Stranger.open(t, target, 5060);
  for (const name of responses) stranger.send(tortureMessage(`rfc4475/${name}`));
  const phone = await openPhone(t, target);
  t.equal((await phone.ask('OPTIONS')).status, 200);
  await stranger.silence();
});

/** A response of RFC 4475 as if it were one to this request. */
function asAnswerTo(request: SipMessage, name: string): Buffer {
  const [startLine = ''] = tortureMessage(`rfc4475/${name}`).toString('latin1').split('\r\n');
  const echoed = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((header) => `${header}: ${request.get(header)}`);
  return Buffer.from([startLine, ...echoed, 'Content-Length: 0', '', ''].join('\r\n'), 'latin1');
}

t.test('bigcode is no answer to a request, noreason and unreason are', async (t) => {
  const { srf } = await startApplication(t, target);
  const phone = await openPhone(t, target);
  const asking = ask(srf, phone.uri, { method: 'OPTIONS' });
  const options = await phone.expect('OPTIONS');
  for (const name of ['bigcode', 'noreason', 'unreason']) phone.sendBytes(asAnswerTo(options, name), options);
  const { response } = await asking;
  t.equal(response.status, 200);
  t.equal(response.reason, '= 2**3 * 5**2 но сто девяносто девять - простое');
});

t.test('scalarlg is no answer to a request', async (t) => {
  const { srf } = await startApplication(t, target);
  const phone = await openPhone(t, target);
  const asking = ask(srf, phone.uri, { method: 'OPTIONS' });
  const options = await phone.expect('OPTIONS');
  phone.reply(options, 503, { headers: { CSeq: '9292394834772304023312 OPTIONS' } });
  phone.reply(options, 200);
  t.equal((await asking).response.status, 200);
});

t.test('the extraordinary method of intmeth reaches the application that asks for it, byte for byte', async (t) => {
  const application = await RawApplication.authenticated(t, target);
  await application.ask("route|!interesting-method0123456789_*+`.%indeed'~");
  const stranger = await Stranger.open(t, target, 5060);
  stranger.send(tortureMessage('rfc4475/intmeth'));
  const { sip } = await application.sip();
  t.ok(sip.includes('To: "BEL:\\\x07 NUL:\\\0 DEL:\\\x7f" <sip:1_unusual.URI~'));
  t.ok(sip.includes('="работающий";tag=_token~1\'+`*%!-.\r\n'));
});

t.test('dblreq over TCP is two requests', async (t) => {
  const methods: string[] = [];
  const both = later<void>();
  const handle = (request: Request, response: Response) => {
    methods.push(request.method);
    response.send(request.method === 'INVITE' ? 486 : 200);
    if (methods.length === 2) both.resolve();
  };
  await startApplication(t, target, { invite: handle, register: handle });
  const phone = await openPhone(t, target, { transport: 'tcp' });
  phone.sendBytes(tortureMessage('rfc4475/dblreq'));
  await both.promise;
  t.same(methods, ['REGISTER', 'INVITE']);
});

t.test('a message whose end nobody can know ends its TCP connection', except(target, 'torture'), async (t) => {
  for (const name of ['ncl', 'mcl01']) {
    const phone = await openPhone(t, target, { transport: 'tcp' });
    phone.sendBytes(tortureMessage(`rfc4475/${name}`));
    const response = await phone.receive(({ status }) => status === 400, '400');
    t.match(response.reason, /Content-Length/);
    while (phone.connected) await new Promise(setImmediate);
  }
});

t.test('a broadcast address in a Via is no destination (bcast)', async (t) => {
  const { srf } = await startApplication(t, target, {
    options: (request) => srf.proxyRequest(request, peer.uri),
  });
  const peer = await openPhone(t, target);
  const phone = await openPhone(t, target);
  const request = phone.request('OPTIONS', undefined, {
    headers: { Via: [phone.via(), 'SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23'] },
    body: sdp(phone),
  });
  phone.send(request);
  peer.reply(await peer.expect('OPTIONS'), 200);
  t.equal((await phone.final(request)).all('Via').length, 2, 'goes to the topmost Via alone');
});
