import { createServer, type DrachtioServer, type ServerOptions } from '../server.js';
import { type App, startApp } from './application.js';
import { UdpPhone } from './phone.js';

/** A session description. */
export const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n';
/** What makes an INVITE carry it. */
export const OFFER = { more: ['Content-Type: application/sdp'], body: SDP };

/** A running server with an application. */
export interface World {
  readonly server: DrachtioServer;
  readonly port: number;
  readonly admin: number;
  readonly app: App;
  phone(): Promise<UdpPhone>;
  close(): Promise<void>;
}

/** Starts a server, connects an application that `define` equips, and closes both when the test ends. */
export async function start(
  t: Tap,
  define: (app: App) => void = () => {},
  options: Partial<ServerOptions> = {},
): Promise<World> {
  const server = createServer({
    sip: { contacts: ['sip:127.0.0.1:0'] },
    admin: { host: '127.0.0.1', port: 0, secret: 'secret' },
    ...options,
  });
  const { port, admin } = await server.listen();
  const app = await startApp(admin.port, 'secret', define);
  const phones: UdpPhone[] = [];
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    app.on('error', () => {});
    app.disconnect();
    for (const phone of phones) phone.close();
    await server.close();
  };
  t.teardown(close);
  return {
    server,
    port,
    admin: admin.port,
    app,
    close,
    phone: async () => {
      const phone = await UdpPhone.start(port);
      phones.push(phone);
      return phone;
    },
  };
}

type Tap = { teardown(after: () => Promise<void>): void };

/** A Via of a phone. */
export const viaOf = (phone: { port: number }, branch: string, transport = 'UDP') =>
  `SIP/2.0/${transport} 127.0.0.1:${phone.port};branch=z9hG4bK${branch};rport`;
/** A Contact of a phone. */
export const contactOf = (phone: { port: number }) => `Contact: <sip:phone@127.0.0.1:${phone.port}>`;
