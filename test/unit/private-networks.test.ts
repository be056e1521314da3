import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
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
  expect(await lookUp('https://203.0.113.9', 'localhost')).toContain('inside a private network');
  expect(await lookUp('http://127.0.0.1:80', 'localhost')).toMatch(/127\.0\.0\.1|::1/);
  expect(await lookUp('http://localhost:80', 'localhost')).toMatch(/127\.0\.0\.1|::1/);
});
