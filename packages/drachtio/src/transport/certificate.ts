import { hostname, networkInterfaces } from 'node:os';

/** A certificate with the chain behind it, and its key; PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Milliseconds that a self-signed certificate is good for: ten years. */
const LIFETIME = 10 * 365 * 86_400_000;

/** Makes a self-signed certificate for this machine, by all names and addresses it has. RSA, which the oldest phones know. */
export async function makeCertificate(): Promise<Certificate> {
  // Only who needs a certificate waits for the library.
  const { generate } = await import('selfsigned');
  const names = [...new Set(['localhost', hostname()])];
  const addresses = Object.values(networkInterfaces()).flatMap(
    (entries) => entries?.map(({ address }) => address) ?? [],
  );
  const altNames = [
    ...names.map((value) => ({ type: 2 as const, value })),
    ...[...new Set(addresses)].map((ip) => ({ type: 7 as const, ip })),
  ];
  const made = await generate([{ name: 'commonName', value: hostname() }], {
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + LIFETIME),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { cert: made.cert, key: made.private };
}
