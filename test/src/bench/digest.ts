import { hash } from 'node:crypto';

/** What a phone proves that it is. */
export interface Account {
  username: string;
  password: string;
}

/** The header line that answers the challenge of a 401 or 407, for the first use of its nonce. */
export function answerChallenge(challenge: string, account: Account, method: string, uri: string): string {
  const { username, password } = account;
  const [nonce, realm] = [quoted(challenge, 'nonce'), quoted(challenge, 'realm')];
  const secret = hash('md5', `${username}:${realm}:${password}`);
  const response = hash('md5', `${secret}:${nonce}:00000001:c0ffee:auth:${hash('md5', `${method}:${uri}`)}`);
  return (
    `${challenge.startsWith('SIP/2.0 407') ? 'Proxy-Authorization' : 'Authorization'}: Digest username="${username}", ` +
    `realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5, qop=auth, nc=00000001, ` +
    'cnonce="c0ffee"\r\n'
  );
}

function quoted(text: string, name: string): string {
  const from = text.indexOf(`${name}="`) + name.length + 2;
  return text.slice(from, text.indexOf('"', from));
}
