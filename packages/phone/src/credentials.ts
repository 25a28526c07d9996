import { randomInt } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 32;

/** The SIP credentials of a phone; nobody chooses them. */
export interface Credentials {
  username: string;
  password: string;
}

/** New credentials: each 32 characters of `[a-z0-9]`, uniform, from the system's cryptographic source (165 bits). */
export function newCredentials(): Credentials {
  return { username: randomText(), password: randomText() };
}

function randomText(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
