import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { parseHostNames } from '../../src/core/origin.ts';
import { type AddressScope, scopeOf } from '../../src/system/net/route/address-scope.ts';
import { openSsrfGuard } from '../../src/system/net/route/ssrf-guard.ts';

const publicAccount = 'https://api.plivo.com';
const localAccount = 'http://127.0.0.1:8080';

test.each([
  [publicAccount, 'http://127.0.0.1/', false],
  [publicAccount, 'https://10.1.2.3/', false],
  [publicAccount, 'https://192.168.0.1/', false],
  [publicAccount, 'https://172.31.0.1/', false],
  [publicAccount, 'https://100.64.0.1/', false],
  [publicAccount, 'http://169.254.169.254/', false],
  [publicAccount, 'http://2852039166/', false],
  [publicAccount, 'http://0x7f.1/', false],
  [publicAccount, 'http://[::1]/', false],
  [publicAccount, 'http://[::ffff:10.0.0.1]/', false],
  [publicAccount, 'http://[fe80::1]/', false],
  [publicAccount, 'http://[fd00:ec2::254]/', false],
  [publicAccount, 'http://0.0.0.0/', false],
  [publicAccount, 'https://8.8.8.8/', true],
  [publicAccount, 'https://172.32.0.1/', true],
  [publicAccount, 'https://[2606:4700::1111]/', true],
  [localAccount, 'http://127.0.0.2:9/', true],
  [localAccount, 'http://10.0.0.1/', true],
  [localAccount, 'http://169.254.169.254/', false],
  ['http://localhost:1', 'http://127.0.0.1/', true],
  ['https://10.0.0.1', 'https://10.9.9.9/', true],
  ['https://169.254.1.1', 'https://169.254.1.1/', true],
] as const)('with an account at %s, the media URL %s is allowed: %s', (home, url, allowed) => {
  const check = (): void => openSsrfGuard(home).checkHost(new URL(url));
  if (allowed) expect(check).not.toThrow();
  else expect(check).toThrow(Failure);
});

const lookUp = (home: string, name: string): Promise<string> =>
  new Promise((resolve) => {
    openSsrfGuard(home).lookup(name, { all: true }, (error, found) => {
      resolve(error === null ? (found as LookupAddress[]).map(({ address }) => address).join() : error.message);
    });
  });

test('a host name that resolves to a private network is refused, unless the account itself is on that network', async () => {
  expect(await lookUp('https://8.8.4.4', 'localhost')).toContain('inside a private network');
  expect(await lookUp('http://127.0.0.1:80', 'localhost')).toMatch(/127\.0\.0\.1|::1/);
  expect(await lookUp('http://localhost:80', 'localhost')).toMatch(/127\.0\.0\.1|::1/);
});

/** The first and last address of every block of IANA's special-purpose registries, and addresses that contain one of IPv4. */
const registry: Readonly<Record<AddressScope, readonly string[]>> = {
  private: [
    ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255'],
    ...['127.0.0.0', '127.255.255.255', '172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.255'],
    ...['192.0.2.0', '192.0.2.255', '192.31.196.0', '192.31.196.255', '192.52.193.0', '192.52.193.255'],
    ...['192.88.99.0', '192.88.99.255', '192.168.0.0', '192.168.255.255', '192.175.48.0', '192.175.48.255'],
    ...['198.18.0.0', '198.19.255.255', '198.51.100.0', '198.51.100.255', '203.0.113.0', '203.0.113.255'],
    ...['224.0.0.0', '239.255.255.255', '240.0.0.0', '255.255.255.255'],
    ...['::', '::1', '::ffff:10.0.0.1', '::ffff:0:10.0.0.1', '::ffff:0:8.8.8.8', '::8.8.8.8', '::10.0.0.1'],
    ...[
      '64:ff9b::10.0.0.1',
      '64:ff9b::127.0.0.1',
      '64:ff9b:0:1::',
      '64:ff9b:1::',
      '64:ff9b:1:ffff:ffff:ffff:ffff:ffff',
    ],
    ...[
      '100::',
      '100::ffff:ffff:ffff:ffff',
      '100:0:0:1::',
      '2001::',
      '2001:0:7f00:1::',
      '2001:1::1',
      '2001:1ff:ffff::',
    ],
    ...['2001:2::', '2001:3::', '2001:4:112::', '2001:10::', '2001:20::', '2001:30::', '2001:db8::', '2001:db8:ffff::'],
    ...['2002:a00:1::', '2002:7f00:1::1', '2002:c0a8:101::', '2620:4f:8000::', '3fff::', '3fff:fff:ffff::'],
    ...['2606:4700::5efe:10.0.0.1', '2606:4700::200:5efe:192.168.0.1', '4000::', '5f00::', '8000::', 'e000::'],
    ...['fc00::', 'fdff::1', 'fec0::', 'feff::1', 'ff00::', 'ff02::1'],
  ],
  metadata: [
    ...['169.254.0.0', '169.254.169.254', '169.254.255.255', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
    ...['fe80::', 'febf::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fd20:ce::254'],
    ...['::ffff:169.254.169.254', '::169.254.169.254', '64:ff9b::169.254.169.254', '64:ff9b:1::169.254.169.254'],
    ...['2002:a9fe:a9fe::', '2001::5601:5601', '2606:4700::5efe:169.254.169.254'],
  ],
  public: [
    ...['1.0.0.0', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ...['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.1.0'],
    ...[
      '192.0.3.0',
      '192.167.255.255',
      '192.169.0.0',
      '198.17.255.255',
      '198.20.0.0',
      '203.0.114.0',
      '223.255.255.255',
    ],
    ...['::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2000::', '2001:200::', '2001:db7::', '2001:db9::', '2002:808:808::'],
    ...['2606:4700:4700::1111', '2a00:1450:4001::200e', '2620:4f:7fff::', '3ffe::', '3fff:1000::'],
  ],
};

test.each(Object.keys(registry) as readonly AddressScope[])('every %s address is one', (scope) => {
  expect(registry[scope].filter((address) => scopeOf(address) !== scope)).toEqual([]);
});

test.each<[names: readonly string[], url: string, isAllowed: boolean]>([
  [['10.1.2.3'], 'https://10.1.2.3/', true],
  [['10.1.2.3'], 'https://10.1.2.4/', false],
  [['fd00::1'], 'https://[fd00::1]/', true],
  [['169.254.169.254'], 'http://169.254.169.254/', false],
  [['store.example'], 'https://10.1.2.3/', false],
])('with the private hosts %j a link to %s is followed: %s', (names, url, isAllowed) => {
  const check = () => openSsrfGuard(publicAccount, names).checkHost(new URL(url));
  if (isAllowed) expect(check).not.toThrow();
  else expect(check).toThrow(Failure);
});

test.each([
  [['localhost'], true],
  [['.localhost'], false],
  [[], false],
])('with the private hosts %j a name with a private address is looked up: %s', async (names, isAllowed) => {
  const { lookup } = openSsrfGuard(publicAccount, names);
  const error = await new Promise((resolve) => lookup('localhost', {}, resolve));
  expect(error === null).toBe(isAllowed);
});

test.each([
  ['store.example, 10.1.2.3 ,', ['store.example', '10.1.2.3']],
  ['Store.Example,.Inner.example', ['store.example', '.inner.example']],
  ['[FD00::1],fd00:0::2', ['fd00::1', 'fd00::2']],
  ['Store.example.,*.inner.example.', ['store.example', '.inner.example']],
  ['münchen.example', ['xn--mnchen-3ya.example']],
  ['', []],
])('the names of hosts %j are %j', (list, names) => {
  expect(parseHostNames(list, 'list')).toEqual(names);
});

test.each([
  'https://store.example',
  'store.example:9000',
  'store.example/x',
  'a b',
  '.',
  'user@store.example',
  '10.0.0.0/8',
  '*',
  '*.',
  'store.*',
  'a.*.example',
  '*store.example',
  '..example',
  'store..example',
  'store.example..',
])('%s is not the name of a host', (name) => {
  expect(() => parseHostNames(name, 'list')).toThrow(expect.objectContaining({ kind: 'usage' }));
});
