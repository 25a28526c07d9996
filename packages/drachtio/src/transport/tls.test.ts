import { once } from 'node:events';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, connect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import t from 'tap';
import { createServer } from '../server.js';
import { type App, startApp } from '../testing/application.js';
import { requestText, responseTo } from '../testing/messages.js';
import { TcpPhone } from '../testing/phone.js';
import { readCredentials, type TlsFiles } from './credentials.js';

type Issued = { cert: string; key: string };
type Teardown = { teardown(after: () => unknown): void };

/** A certificate with a name in it, of a CA or self-signed. */
async function issue(name: string, ca?: Issued): Promise<Issued> {
  const extensions = [
    { name: 'basicConstraints' as const, cA: ca === undefined, critical: true },
    { name: 'subjectAltName' as const, altNames: [{ type: 2 as const, value: name }] },
  ];
  const made = await generate([{ name: 'commonName', value: name }], {
    ...{ keyType: 'ec', algorithm: 'sha256', extensions },
    ...(ca !== undefined && { ca }),
  });
  return { cert: made.cert, key: made.private };
}

const ca = await issue('the CA');
const [first, second, stranger] = await Promise.all([issue('first', ca), issue('second', ca), issue('stranger')]);

/** A server with an application that answers OPTIONS, and what it logs. */
async function start(t: Teardown, tls: TlsFiles) {
  const errors: string[] = [];
  const log = (facts: object) => errors.push(String((facts as { err?: Error }).err?.message));
  const silent = () => {};
  const server = createServer({
    sip: { contacts: ['sip:127.0.0.1:0;transport=tls', 'sip:127.0.0.1:0;transport=udp'] },
    tls,
    admin: { host: '127.0.0.1', port: 0, secret: 'secret' },
    logger: { debug: silent, info: silent, warn: silent, error: log },
  });
  const { port, admin } = await server.listen();
  const app = await startApp(admin.port, 'secret', (srf) => srf.options((_, res) => res.send(200)));
  t.teardown(() => {
    app.on('error', () => {});
    app.disconnect();
    return server.close();
  });
  return { port, errors, app };
}

async function open(t: Teardown, port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  t.teardown(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function answers(socket: TLSSocket): Promise<boolean> {
  const phone = new TcpPhone(socket);
  phone.send(requestText({ method: 'OPTIONS', via: `SIP/2.0/TLS 127.0.0.1:${phone.port};branch=z9hG4bK1;rport` }));
  return (await phone.response(200)).status === 200;
}

/** The name in the certificate that the server shows to who comes now. */
async function shown(t: Teardown, port: number): Promise<string> {
  const socket = await open(t, port);
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(name);
}

/** How an application's OPTIONS to a URI ends. */
async function statusOf(app: App, uri: string): Promise<number> {
  const request = await app.request(uri, { method: 'OPTIONS' });
  return new Promise((resolve) => request.on('response', (response: { status: number }) => resolve(response.status)));
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; !(await what()); attempt += 1) {
    if (attempt === 100) throw new Error('did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

t.test('without files it has a certificate of its own, and speaks TLS 1.2 and 1.3 only', async (t) => {
  const { port } = await start(t, {});
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await open(t, port, { minVersion: version, maxVersion: version });
    t.equal(socket.getProtocol(), version);
    t.match(socket.getPeerCertificate().subjectaltname, /DNS:localhost.*IP Address:127\.0\.0\.1/);
    t.ok(await answers(socket));
  }
  const old = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
  });
  await t.rejects(once(old, 'secureConnect'));
});

t.test('files that change are read again; open connections stay, broken files change nothing', async (t) => {
  const dir = t.testdir({ 'cert.pem': first.cert, 'key.pem': first.key });
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const replace = async (path: string, text: string) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  const { port, errors } = await start(t, { cert, key });
  t.equal(await shown(t, port), 'first');
  const before = await open(t, port);

  await replace(cert, 'no certificate');
  await until(() => errors.length === 1);
  t.match(errors[0], /cert\.pem with the key .*key\.pem can't be used/);
  await unlink(cert);
  await until(() => errors.length === 2);
  t.match(errors[1], /certificate can't be read: ENOENT/);
  t.equal(await shown(t, port), 'first', 'what was before stays');

  await replace(key, second.key);
  await replace(cert, second.cert);
  await until(async () => (await shown(t, port)) === 'second');
  t.ok(await answers(before), 'the connection made before lives on');
});

t.test('with a CA the other end must have its certificate from there', async (t) => {
  const dir = t.testdir({ 'cert.pem': first.cert, 'key.pem': first.key, 'ca.pem': ca.cert });
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem'), ca: join(dir, 'ca.pem') };
  const { port } = await start(t, files);
  t.ok(await answers(await open(t, port, { ...second })));
  for (const certificate of [{}, stranger]) {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...certificate });
    socket.on('error', () => {});
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    t.pass('refused');
  }
});

for (const [what, files, own, status] of [
  ['any certificate will do without a CA', [], stranger, 200],
  ['one of the CA will do', ['ca'], second, 200],
  ['one of nobody will not', ['ca'], stranger, 503],
] as const) {
  t.test(`where the server itself connects, ${what}`, async (t) => {
    const dir = t.testdir({ 'cert.pem': first.cert, 'key.pem': first.key, 'ca.pem': ca.cert });
    const { app } = await start(t, {
      ...{ cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') },
      ...(files.length > 0 && { ca: join(dir, 'ca.pem') }),
    });
    const vias: string[] = [];
    let connections = 0;
    const peer = createTlsServer({ ...own }, async (socket) => {
      connections += 1;
      const phone = new TcpPhone(socket);
      t.teardown(() => socket.destroy());
      for (const _ of [1, 2]) {
        const request = await phone.request('OPTIONS');
        vias.push(request.via.transport);
        phone.send(responseTo(request, 200).toBuffer().toString());
      }
    });
    peer.on('tlsClientError', () => {});
    peer.listen(0, '127.0.0.1');
    await once(peer, 'listening');
    t.teardown(() => peer.close());
    const { port } = peer.address() as { port: number };
    for (const uri of [`sip:bob@127.0.0.1:${port};transport=tls`, `sips:bob@127.0.0.1:${port}`]) {
      t.equal(await statusOf(app, uri), status, uri);
    }
    t.same(vias, status === 200 ? ['TLS', 'TLS'] : []);
    if (status === 200) t.equal(connections, 1, 'one connection for both');
  });
}

t.test('files that can not be used are named', async (t) => {
  const dir = t.testdir({ 'cert.pem': first.cert, 'key.pem': first.key, 'other.pem': second.key, 'junk.pem': 'junk' });
  const [cert, key, other, junk] = ['cert.pem', 'key.pem', 'other.pem', 'junk.pem'].map((name) => join(dir, name));
  const table: [TlsFiles, RegExp][] = [
    [{ cert }, /the key is missing/],
    [{ key }, /the certificate is missing/],
    [{ cert: '/nowhere', key }, /certificate can't be read: .*\/nowhere/],
    [{ cert, key: other }, /cert\.pem with the key .*other\.pem can't be used: .*mismatch/],
    [{ cert: junk, key }, /junk\.pem .* can't be used/],
    [{ cert, key, ca: junk }, /CA .*junk\.pem can't be used/],
  ];
  for (const [files, message] of table) await t.rejects(readCredentials(files), { message });
});
