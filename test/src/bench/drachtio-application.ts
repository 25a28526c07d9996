// The application behind the measured server: answers OPTIONS and REGISTER, joins calls with one callee.
// Forked with the application port, its secret and the callee's URI; says 'ready' once the server takes its routes.
import Srf from 'drachtio-srf';
import type { Application } from '../conformance/application.js';

const [port = '', secret = '', callee = ''] = process.argv.slice(2);
const srf = new Srf() as unknown as Application;
srf.use('options', (_, res) => res.send(200));
srf.use('register', (req, res) =>
  res.send(200, { headers: { Contact: `${req.get('Contact')};expires=3600`, Expires: '3600' } }),
);
srf.use('invite', async (req, res) => {
  try {
    const { uas, uac } = await srf.createB2BUA(req, res, callee, { localSdpB: req.body });
    uas.on('destroy', () => void uac.destroy().catch(() => {}));
  } catch {
    // The load counts the call as failed.
  }
});
srf.on('connect', (error: Error | null) => {
  if (error) process.exit(1);
  setTimeout(() => process.send?.('ready'), 100);
});
srf.connect({ host: '127.0.0.1', port: Number(port), secret });
process.once('disconnect', () => process.exit());
