import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type Certificate, makeCertificate } from './certificate.js';

/** Where the PEM files are that TLS needs. */
export interface TlsFiles {
  /** The server's certificate, with the chain behind it. The server makes one itself when neither this nor `key` is given. */
  readonly cert?: string | undefined;
  /** The key of the certificate. */
  readonly key?: string | undefined;
  /** The CAs that peers must have a certificate from; they need none when this isn't given. */
  readonly ca?: string | undefined;
}

/** What the files hold. */
export interface Credentials extends Certificate {
  readonly ca?: string;
}

/**
 * Reads the files and sees whether they can be used.
 * @throws Error that names the file and what is wrong with it
 */
export async function readCredentials({ cert, key, ca }: TlsFiles): Promise<Credentials> {
  const certificate = await readCertificate(cert, key);
  if (ca === undefined) return certificate;
  const text = await read('CA', ca);
  try {
    new X509Certificate(text);
  } catch (error) {
    throw new Error(`the TLS CA ${ca} can't be used: ${(error as Error).message}`);
  }
  return { ...certificate, ca: text };
}

/** What changes whenever one of the files does. */
export async function versionOf({ cert, key, ca }: TlsFiles): Promise<string> {
  const versions = [cert, key, ca].map(async (path) => {
    if (path === undefined) return '';
    const found = await stat(path).catch((error: Error) => error);
    return found instanceof Error ? found.message : `${found.ino} ${found.size} ${found.mtimeMs}`;
  });
  return (await Promise.all(versions)).join('|');
}

async function readCertificate(cert: string | undefined, key: string | undefined): Promise<Certificate> {
  if (cert === undefined && key === undefined) return makeCertificate();
  if (cert === undefined || key === undefined) {
    throw new Error(`TLS needs a certificate and its key, the ${key === undefined ? 'key' : 'certificate'} is missing`);
  }
  const certificate = { cert: await read('certificate', cert), key: await read('key', key) };
  try {
    createSecureContext(certificate);
  } catch (error) {
    throw new Error(`the TLS certificate ${cert} with the key ${key} can't be used: ${(error as Error).message}`);
  }
  return certificate;
}

async function read(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`the TLS ${what} can't be read: ${(error as Error).message}`);
  }
}
