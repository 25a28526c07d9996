import t from 'tap';
import { checkTorture, utf8 } from '../testing/torture.js';
import { parseAddress } from './address.js';
import { splitList } from './list.js';
import { parameter } from './parameters.js';
import { parseUri } from './uri.js';
import { parseVia } from './via.js';

checkTorture(t, 'rfc4475', {
  // 3.1.1 valid messages
  wsinv: (t, m) => {
    t.equal(m.uri, 'sip:vivekg@chair-dnrc.example.com;unknownparam');
    t.match(m.to, { uri: 'sip:vivekg@chair-dnrc.example.com', tag: '1918181833n' });
    t.match(m.from, { displayName: '"J Rosenberg \\\\\\""', uri: 'sip:jdrosen@example.com', tag: '98asjd8' });
    t.equal(m.value('Max-Forwards'), '0068');
    t.same(m.cseq, { number: 9, method: 'INVITE' });
    t.match(m.via, { transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw', rport: true });
    const [, second, third] = m.values('Via').map((via) => parseVia(via));
    t.match(second, { transport: 'TCP', host: 'spindle.example.com', branch: 'z9hG4bK9ikj8' });
    t.match(third, { transport: 'UDP', host: '192.168.255.111', branch: 'z9hG4bK30239' });
    t.equal(m.value('Subject'), '');
    t.equal(m.value('NewFangledHeader'), 'newfangled value continued newfangled value');
    t.equal(m.value('UnknownHeaderWithUnusualValue'), ';;,,;;,;');
    const route = parseUri(parseAddress(m.value('Route') ?? '')?.uri ?? '');
    t.same(
      [...(route?.parameters ?? [])],
      [
        ['lr', ''],
        ['unknownwith', 'value'],
        ['unknown-no-value', ''],
      ],
    );
    const contact = parseAddress(m.value('Contact') ?? '');
    t.match(contact, { displayName: '"Quoted string \\"\\""', uri: 'sip:jdrosen@example.com' });
    t.same(contact?.parameters, [
      { name: 'newparam', value: 'newvalue' },
      { name: 'secondparam', value: undefined },
      { name: 'q', value: '0.33' },
    ]);
    t.equal(m.body.length, 150);
  },
  intmeth: (t, m) => {
    t.equal(m.method, "!interesting-Method0123456789_*+`.%indeed'~");
    t.equal(
      parseUri(m.uri)?.user,
      "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
    );
    t.equal(m.via.branch, "z9hG4bK-.!%66*_+`'~");
    t.equal(m.to.displayName, '"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f"');
    t.equal(m.from.displayName, "token1~` token2'+_ token3*%!.-");
    t.equal(utf8(parameter(m.from.parameters, "fromparam''~+*_!.-%")), '"работающий"');
    t.equal(m.from.tag, "_token~1'+`*%!-.");
    t.equal(m.callId, 'intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
    t.equal(m.value('Max-Forwards'), '255');
    t.equal(utf8(m.value("extensionHeader-!.%*+_`'~")), '\ufeff大停電');
  },
  esc01: (t, m) => {
    t.match(parseUri(m.uri), { scheme: 'sip', user: 'sips%3Auser%40example.com', host: 'example.net' });
    t.equal(parseUri(m.to.uri)?.user, '%75se%72');
    t.equal(parseUri(m.from.uri)?.user, 'I%20have%20spaces');
    const contact = parseUri(parseAddress(m.value('Contact') ?? '')?.uri ?? '');
    t.equal(contact?.user, 'cal%6Cer');
    t.same(
      [...(contact?.parameters ?? [])],
      [
        ['%6c%72', ''],
        ['n%61me', 'v%61lue%25%34%31'],
      ],
    );
  },
  escnull: (t, m) => {
    t.equal(parseUri(m.to.uri)?.user, 'null-%00-null');
    t.same(
      m.values('Contact').map((value) => parseUri(parseAddress(value)?.uri ?? '')?.user),
      ['%00', '%00%00'],
    );
  },
  esc02: (t, m) => {
    t.equal(m.method, 'RE%47IST%45R', 'is no REGISTER');
    t.equal(m.to.displayName, '"%Z%45"');
    t.equal(m.via.branch, 'z9hG4bK209%fzsnel234');
    t.equal(m.values('Contact').length, 2, 'C%6Fntact is no Contact');
    t.equal(m.value('C%6Fntact'), '<sip:alias2@host2.example.com>');
  },
  lwsdisp: (t, m) => t.match(m.from, { displayName: 'caller', uri: 'sip:caller@example.com', tag: '323' }),
  longreq: (t, m) => {
    t.match(m.to.displayName, /^"I have a user name of (extreme){10} proportion"$/);
    t.match([...(parseUri(m.to.uri)?.parameters.keys() ?? [])].at(-1), /^very(long){25}parameternamewithnovalue$/);
    t.match(m.from.tag, /^12(982){50}424$/);
    t.equal(m.callId, `longreq.one${'really'.repeat(20)}longcallid`);
    t.equal(m.values('Via').length, 34);
    t.equal(m.via.host, 'sip33.example.com');
    t.match(parseVia(m.values('Via').at(-1) ?? '')?.branch, /^very(long){50}branchvalue$/);
    t.match(m.value(`Unknown-${'Long'.repeat(20)}-Name`), /^unknown-(long){20}-value; /);
  },
  dblreq: (t, m) => {
    t.equal(m.method, 'REGISTER');
    t.equal(m.callId, 'dblreq.0ha0isndaksdj99sdfafnl3lk233412');
    t.equal(m.body.length, 0, 'what follows in the datagram is dropped');
  },
  semiuri: (t, m) => {
    t.match(parseUri(m.uri), { user: 'user;par=u%40example.net', host: 'example.com' });
    t.equal(splitList(m.value('Accept') ?? '')?.length, 6);
  },
  transports: (t, m) =>
    t.same(
      m.values('Via').map((value) => parseVia(value)?.transport),
      ['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'],
    ),
  mpart01: (t, m) => {
    t.equal(m.body.length, 553);
    t.equal(m.body.subarray(-22).toString(), '--7a9cbec02ceef655--\r\n');
    const binary = m.body.subarray(m.body.lastIndexOf('\r\n\r\n') + 4);
    t.equal(binary.subarray(0, 4).toString('hex'), '30820152');
    t.equal(binary.length, 0x152 + 4 + '\r\n--7a9cbec02ceef655--\r\n'.length);
    t.match(m.value('Identity'), /^r5mwreLuyDRYBi.*YUA=$/);
  },
  unreason: (t, m) => t.equal(utf8(m.reason), '= 2**3 * 5**2 но сто девяносто девять - простое'),
  noreason: (t, m) => t.match(m, { status: 100, reason: '' }),

  // 3.1.2 invalid messages
  badinv01: [400, 'Invalid Via'],
  clerr: [400, 'Body Shorter Than Content-Length'],
  ncl: [400, 'Invalid Content-Length'],
  scalar02: [400, 'Invalid CSeq'],
  scalarlg: 'dropped',
  quotbal: [400, 'Invalid To'],
  ltgtruri: [400, 'Invalid Request-URI'],
  lwsruri: [400, 'Invalid Request-URI'],
  lwsstart: [400, 'Invalid Request-URI'],
  trws: [400, 'Invalid Request Line'],
  escruri: [400, 'Invalid Request-URI'],
  // An element that has no use for the Date shouldn't refuse it.
  baddate: (t, m) => t.equal(m.value('Date'), 'Fri, 01 Jan 2010 16:00:00 EST'),
  regbadct: [400, 'Invalid Contact'],
  badaspec: [400, 'Invalid To'],
  baddn: [400, 'Invalid From'],
  badvers: [505, 'Version Not Supported'],
  mismatch01: [400, 'Invalid CSeq'],
  mismatch02: [400, 'Invalid CSeq'],
  bigcode: 'dropped',

  // 3.2 transaction layer
  badbranch: (t, m) => t.equal(m.via.branch, 'z9hG4bK'),

  // 3.3 application layer: what the application or the server refuses is well-formed for the parser
  insuf: [400, 'Missing From'],
  unkscm: (t, m) => t.equal(m.uri, 'nobodyKnowsThisScheme:totallyopaquecontent'),
  novelsc: (t, m) => t.equal(m.uri, 'soap.beep://192.0.2.103:3002'),
  unksm2: (t, m) => {
    t.equal(m.to.uri, 'isbn:2983792873');
    t.match(m.from, { uri: 'http://www.example.com', tag: '3234233' });
    t.equal(parseAddress(m.value('Contact') ?? '')?.uri, 'name:John_Smith');
  },
  bext01: (t, m) => {
    t.equal(m.value('Require'), 'nothingSupportsThis, nothingSupportsThisEither');
    t.equal(m.value('Proxy-Require'), 'noProxiesSupportThis, norDoAnyProxiesSupportThis');
  },
  invut: (t, m) => t.match(m.body.toString(), /^<audio>\r\n <pcmu port="443"\/>\r\n<\/audio>\r\n$/),
  regaut01: (t, m) => t.equal(m.value('Authorization'), 'NoOneKnowsThisScheme opaque-data=here'),
  multi01: [400, 'Repeated CSeq'],
  mcl01: [400, 'Repeated Content-Length'],
  bcast: (t, m) => t.equal(parseVia(m.values('Via')[1] ?? '')?.host, '255.255.255.255'),
  zeromf: (t, m) => t.equal(m.value('Max-Forwards'), '0'),
  cparam01: (t, m) => {
    const contact = parseAddress(m.value('Contact') ?? '');
    t.equal(contact?.uri, 'sip:+19725552222@gw1.example.net');
    t.same(contact?.parameters, [{ name: 'unknownparam', value: undefined }], "the header's parameter");
  },
  cparam02: (t, m) => {
    const contact = parseAddress(m.value('Contact') ?? '');
    t.equal(parseUri(contact?.uri ?? '')?.parameters.get('unknownparam'), '', "the URI's parameter");
    t.same(contact?.parameters, []);
  },
  regescrt: (t, m) => {
    const contact = parseAddress(m.value('Contact') ?? '');
    t.equal(contact?.uri, 'sip:user@example.com?Route=%3Csip:sip.example.com%3E');
    t.equal(parseUri(contact?.uri ?? '')?.host, 'example.com');
  },
  sdp01: (t, m) => t.equal(m.value('Accept'), 'text/nobodyKnowsThis'),

  // 3.4 backward compatibility
  inv2543: (t, m) => {
    t.equal(m.via.branch, undefined);
    t.equal(m.from.tag, undefined);
    t.match(m.to, { uri: 'sip:+16505552222@ss1.example.net', parameters: [{ name: 'user', value: 'phone' }] });
    t.equal(m.value('Content-Length'), '105', 'the datagram’s end is the body’s');
  },
});
