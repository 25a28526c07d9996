import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openCountries } from './index.js';

const BUILT_IN = fileURLToPath(
  import.meta.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'),
);

t.test('the built-in database knows public addresses of both families', async (t) => {
  const countries = await openCountries({ provider: 'maxmind' });
  t.teardown(() => countries.close());
  for (const [address, country] of [
    ['8.8.8.8', 'US'],
    ['80.62.0.1', 'DK'],
    ['2001:4860:4860::8888', 'US'],
    ['2001:6b0::1', 'SE'],
  ]) {
    const answer = countries.country(address as string);
    t.equal(answer.country, country, address as string);
    t.match(answer.source, /^geo-whois-asn-country\.mmdb \d{4}-\d\d-\d\d$/);
  }
});

t.test('an IPv4-mapped IPv6 address has the country of its IPv4 address', async (t) => {
  const countries = await openCountries({ provider: 'maxmind' });
  t.equal(countries.country('::ffff:80.62.0.1').country, 'DK');
});

t.test('addresses that belong to nobody have no country, whatever the database says', async (t) => {
  const countries = await openCountries({ provider: 'maxmind' });
  for (const [address, source] of [
    ['192.168.1.1', 'private'],
    ['10.0.0.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['169.254.1.1', 'linkLocal'],
    ['fe80::1', 'linkLocal'],
    ['fd00::1', 'uniqueLocal'],
    ['198.51.100.7', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['0.0.0.0', 'unspecified'],
    ['::ffff:192.168.1.1', 'private'],
  ]) {
    t.strictSame(countries.country(address as string), { country: undefined, source }, address as string);
  }
});

t.test('text that is no address has no country', async (t) => {
  const countries = await openCountries({ provider: 'maxmind' });
  for (const text of ['', '8.8.8', '8', '010.8.8.8', '0x08080808', 'example.com', 'fe80::1%eth0', '8.8.8.8:5060']) {
    t.strictSame(countries.country(text), { country: undefined, source: 'not an address' }, JSON.stringify(text));
  }
  t.strictSame(countries.country('1'.repeat(100_000)), { country: undefined, source: 'not an address' });
});

t.test("the operator's networks go before the database and give private addresses a country", async (t) => {
  const networks = '127.0.0.3/32=dk, 10.0.0.0/8=SE, 10.1.0.0/16=NO, 80.62.0.0/16=FI, fd00::/8=IS';
  const countries = await openCountries({ provider: 'maxmind', networks });
  for (const [address, country] of [
    ['127.0.0.3', 'DK'],
    ['127.0.0.4', undefined],
    ['10.2.0.1', 'SE'],
    ['10.1.0.1', 'NO'],
    ['::ffff:10.1.0.1', 'NO'],
    ['80.62.0.1', 'FI'],
    ['fd12::1', 'IS'],
    ['8.8.8.8', 'US'],
  ]) {
    t.equal(countries.country(address as string).country, country, address as string);
  }
  t.equal(countries.country('10.1.0.1').source, 'networks');
});

t.test('remembered answers stay right when there are more addresses than are remembered', async (t) => {
  const countries = await openCountries({ provider: 'maxmind', networks: '10.0.0.0/9=DK,10.128.0.0/9=SE' });
  const address = (i: number) => `10.${i % 256}.${(i >> 8) % 256}.1`;
  for (let i = 0; i < 25_000; i++) countries.country(address(i));
  for (let i = 0; i < 25_000; i += 97) {
    t.equal(countries.country(address(i)).country, i % 256 < 128 ? 'DK' : 'SE');
  }
});

t.test(
  "an operator's file is read again when it changes, and a broken one leaves the last answers standing",
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'geoip-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const file = join(folder, 'country.mmdb');
    await copyFile(BUILT_IN, file);
    const errors: Error[] = [];
    const countries = await openCountries({
      provider: 'maxmind',
      database: file,
      checkEvery: 25,
      onError: (error) => errors.push(error),
    });
    t.teardown(() => countries.close());
    t.equal(countries.country('80.62.0.1').country, 'DK');

    await writeFile(join(folder, 'broken'), 'not a database');
    await rename(join(folder, 'broken'), file);
    await until(() => errors.length > 0);
    t.match(errors[0]?.message, /country\.mmdb is no readable MMDB file/);
    t.equal(countries.country('80.62.0.1').country, 'DK');

    await writeFile(join(folder, 'changed'), await withCodeReplaced('DK', 'GL'));
    await rename(join(folder, 'changed'), file);
    await until(() => countries.country('80.62.0.1').country === 'GL');
    t.equal(countries.country('80.62.0.1').country, 'GL');
  },
);

t.test("MaxMind's own record layout is read", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'geoip-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'GeoLite2-Country.mmdb');
  await writeFile(file, maxmindLayout('DK'));
  const countries = await openCountries({ provider: 'maxmind', database: file });
  t.teardown(() => countries.close());
  t.strictSame(countries.country('80.62.0.1'), { country: 'DK', source: 'GeoLite2-Country.mmdb 2026-01-01' });
});

t.test('a database that is missing or no database is an error that names the file', async (t) => {
  await t.rejects(openCountries({ provider: 'maxmind', database: '/nowhere/x.mmdb' }), {
    message: /^\/nowhere\/x\.mmdb is no readable MMDB file/,
  });
  await t.rejects(openCountries({ provider: 'maxmind', database: import.meta.filename }), {
    message: /is no readable MMDB file/,
  });
});

t.test('geoip-lite answers when it is chosen, with the same care for special addresses', async (t) => {
  const countries = await openCountries({ provider: 'geoip-lite', networks: '10.0.0.0/8=SE' });
  t.teardown(() => countries.close());
  t.strictSame(countries.country('8.8.8.8'), { country: 'US', source: 'geoip-lite' });
  t.strictSame(countries.country('2001:4860:4860::8888'), { country: 'US', source: 'geoip-lite' });
  t.strictSame(countries.country('192.168.1.1'), { country: undefined, source: 'private' });
  t.strictSame(countries.country('10.0.0.1'), { country: 'SE', source: 'networks' });
});

t.test('malformed networks are an error at opening', async (t) => {
  await t.rejects(openCountries({ provider: 'maxmind', networks: '10.0.0.0/8' }), RangeError);
});

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await sleep(25);
}

/** The built-in database with one country code replaced in its data section. */
async function withCodeReplaced(from: string, to: string): Promise<Buffer> {
  const database = await readFile(BUILT_IN);
  const record = Buffer.concat([Buffer.from([0x42]), Buffer.from(from)]);
  const data = database.lastIndexOf(record);
  if (data < 0) throw new Error(`no ${from} in the database`);
  database.write(to, data + 1);
  return database;
}

/** A database of one record, `{ country: { iso_code } }`, for every address (MaxMind DB file format 2.0). */
function maxmindLayout(code: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0x40 | value.length]), Buffer.from(value)]);
  const map = (...pairs: [string, Buffer][]) =>
    Buffer.concat([Buffer.from([0xe0 | pairs.length]), ...pairs.flatMap(([key, value]) => [text(key), value])]);
  const uint16 = (value: number) => Buffer.from([0xa2, value >> 8, value & 0xff]);
  const epoch = Buffer.alloc(10);
  epoch.writeUInt8(0x08, 0);
  epoch.writeUInt8(0x02, 1);
  epoch.writeBigUInt64BE(BigInt(Date.UTC(2026, 0, 1) / 1000), 2);
  const record = map(['country', map(['iso_code', text(code)])]);
  const node = Buffer.from([0, 0, 1 + 16, 0, 0, 1 + 16]);
  const metadata = map(
    ['node_count', Buffer.from([0xc1, 1])],
    ['record_size', uint16(24)],
    ['ip_version', uint16(4)],
    ['database_type', text('GeoLite2-Country')],
    ['binary_format_major_version', uint16(2)],
    ['binary_format_minor_version', uint16(0)],
    ['build_epoch', epoch],
  );
  return Buffer.concat([
    node,
    Buffer.alloc(16),
    record,
    Buffer.from([0xab, 0xcd, 0xef]),
    Buffer.from('MaxMind.com'),
    metadata,
  ]);
}
