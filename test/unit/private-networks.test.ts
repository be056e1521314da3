import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { openSsrfGuard } from '../../src/system/net/ssrf-guard.ts';

const far = 'https://api.plivo.com';
const near = 'http://127.0.0.1:8080';

test.each([
  [far, 'http://127.0.0.1/', false],
  [far, 'https://10.1.2.3/', false],
  [far, 'https://192.168.0.1/', false],
  [far, 'https://172.31.0.1/', false],
  [far, 'https://100.64.0.1/', false],
  [far, 'http://169.254.169.254/', false],
  [far, 'http://2852039166/', false],
  [far, 'http://0x7f.1/', false],
  [far, 'http://[::1]/', false],
  [far, 'http://[::ffff:10.0.0.1]/', false],
  [far, 'http://[fe80::1]/', false],
  [far, 'http://[fd00:ec2::254]/', false],
  [far, 'http://0.0.0.0/', false],
  [far, 'https://8.8.8.8/', true],
  [far, 'https://172.32.0.1/', true],
  [far, 'https://[2606:4700::1111]/', true],
  [near, 'http://127.0.0.2:9/', true],
  [near, 'http://10.0.0.1/', true],
  [near, 'http://169.254.169.254/', false],
  ['http://localhost:1', 'http://127.0.0.1/', true],
  ['https://10.0.0.1', 'https://10.9.9.9/', true],
  ['https://169.254.1.1', 'https://169.254.1.1/', true],
] as const)('for an account at %s, media from %s is allowed: %s', (home, url, allowed) => {
  const check = (): void => openSsrfGuard(home).checkHost(new URL(url));
  if (allowed) expect(check).not.toThrow();
  else expect(check).toThrow(Failure);
});

const lookedUp = (home: string, name: string): Promise<string> =>
  new Promise((resolve) => {
    openSsrfGuard(home).lookup(name, { all: true }, (error, found) => {
      resolve(error === null ? (found as LookupAddress[]).map(({ address }) => address).join() : error.message);
    });
  });

test('a name that resolves to a private address is refused, unless the server of the account has one too', async () => {
  expect(await lookedUp('https://203.0.113.9', 'localhost')).toContain('inside a private network');
  expect(await lookedUp('http://127.0.0.1:80', 'localhost')).toMatch(/127\.0\.0\.1|::1/);
  expect(await lookedUp('http://localhost:80', 'localhost')).toMatch(/127\.0\.0\.1|::1/);
});
