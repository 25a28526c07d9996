import t from 'tap';
import { WebhookTargets } from './targets.js';

t.test('events are sent over https to public addresses, and where the operator allows it', async (t) => {
  const table: [url: string, withoutNetworks: boolean, withNetworks: boolean][] = [
    ['https://example.com/hook?a=1', true, true],
    ['https://example.com:8443/', true, true],
    ['https://1.1.1.1/', true, true],
    ['https://[2606:4700::1111]/', true, true],
    ['http://example.com/', false, true],
    ['http://1.1.1.1/', false, false],
    ['http://127.0.0.1:3000/', false, true],
    ['https://127.0.0.1/', false, true],
    ['https://2130706433/', false, true],
    ['https://0x7f.1/', false, true],
    ['https://127.0.0.2/', false, false],
    ['https://10.1.2.3/', false, true],
    ['https://10.2.2.3/', false, false],
    ['https://192.168.1.1/', false, false],
    ['https://169.254.169.254/latest/meta-data', false, false],
    ['https://100.64.0.1/', false, false],
    ['https://0.0.0.0/', false, false],
    ['https://224.0.0.1/', false, false],
    ['https://[::1]/', false, false],
    ['https://[::]/', false, false],
    ['https://[fd00::1]/', false, true],
    ['https://[fe80::1]/', false, false],
    ['https://[::ffff:127.0.0.1]/', false, true],
    ['https://[::ffff:10.2.0.1]/', false, false],
    ['https://[64:ff9b::7f00:1]/', false, false],
    ['https://[2002:7f00:1::]/', false, false],
    ['https://user:secret@example.com/', false, false],
    ['https://example.com/#there', false, false],
    ['ftp://example.com/', false, false],
    ['redis://127.0.0.1/', false, false],
    ['file:///etc/passwd', false, false],
    ['example.com', false, false],
    ['https://', false, false],
    ['', false, false],
  ];
  const [strict, open] = [new WebhookTargets([]), new WebhookTargets(['127.0.0.1', '10.1.0.0/16', 'fd00::/8'])];
  for (const [url, withoutNetworks, withNetworks] of table) {
    t.equal(strict.allows(url), withoutNetworks, `${url} without networks`);
    t.equal(open.allows(url), withNetworks, `${url} with networks`);
  }
});

t.test('a name is only connected to where it may mean', async (t) => {
  const look = (targets: WebhookTargets, url: string) =>
    new Promise((resolve) => {
      targets.lookup(new URL(url))('localhost', { family: 4, all: true }, (error, addresses) => {
        resolve(error === null ? addresses : error.message);
      });
    });
  t.match(await look(new WebhookTargets([]), 'https://localhost/'), /no address that is allowed/);
  t.match(await look(new WebhookTargets(['10.0.0.0/8']), 'http://localhost/'), /no address that is allowed/);
  t.same(await look(new WebhookTargets(['127.0.0.0/8']), 'http://localhost/'), [{ address: '127.0.0.1', family: 4 }]);
});
