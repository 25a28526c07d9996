import t from 'tap';
import { parseNetworks } from './networks.js';

t.test('networks are read with the longest prefix first', (t) => {
  const networks = parseNetworks(' 10.0.0.0/8=se ,10.1.0.0/16=DK,192.0.2.1=NO,::/0=FI');
  t.strictSame(
    networks.map(({ address, prefix, country }) => `${address}/${prefix}=${country}`),
    ['192.0.2.1/32=NO', '10.1.0.0/16=DK', '10.0.0.0/8=SE', '::/0=FI'],
  );
  t.strictSame(parseNetworks('  '), []);
  t.end();
});

t.test('a mistake is named', (t) => {
  for (const [text, message] of [
    ['10.0.0.0/8', "'10.0.0.0/8' must be network=country, such as 10.1.0.0/16=DK"],
    ['10.0.0.0/8=DK,', "'' must be network=country, such as 10.1.0.0/16=DK"],
    ['10.0.0.0/8=DK=SE', "'10.0.0.0/8=DK=SE' must be network=country, such as 10.1.0.0/16=DK"],
    ['10.0.0.0/8=DNK', "'10.0.0.0/8=DNK': 'DNK' is no country code of two letters"],
    ['10/8=DK', "'10/8' is no network: write an IPv4 or IPv6 address and /prefix"],
    ['010.0.0.0/8=DK', "'010.0.0.0/8' is no network: write an IPv4 or IPv6 address and /prefix"],
    ['fe80::%1/64=DK', "'fe80::%1/64' is no network: write an IPv4 or IPv6 address and /prefix"],
    ['10.0.0.0/33=DK', "'10.0.0.0/33': the prefix must be a number from 0 to 32"],
    ['10.0.0.0/=DK', "'10.0.0.0/': the prefix must be a number from 0 to 32"],
    ['10.0.0.1/8=DK', "'10.0.0.1/8' has bits set after the prefix: write 10.0.0.0/8"],
    ['fd00::1/8=DK', "'fd00::1/8' has bits set after the prefix: write fd00::/8"],
    ['10.0.0.0/8=DK,10.0.0.0/8=SE', 'network 10.0.0.0/8 is given twice'],
  ] as const) {
    t.throws(() => parseNetworks(text), { name: 'RangeError', message }, text);
  }
  t.end();
});
