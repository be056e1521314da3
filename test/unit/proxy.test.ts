import { expect, onTestFinished, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { isExempt } from '../../src/system/net/route/no-proxy.ts';
import { openProxies } from '../../src/system/net/route/proxies.ts';
import { parseProxyAddress } from '../../src/system/net/route/proxy-address.ts';

test.each<[value: string, origin: string, pair?: string]>([
  ['http://proxy:8080', 'http://proxy:8080'],
  ['https://proxy.example', 'https://proxy.example'],
  ['HTTP://Proxy:8080/', 'http://proxy:8080'],
  [' http://proxy:8080\n', 'http://proxy:8080'],
  ['proxy:8080', 'http://proxy:8080'],
  ['proxy.example', 'http://proxy.example'],
  ['127.0.0.1:9', 'http://127.0.0.1:9'],
  ['[::1]:3128', 'http://[::1]:3128'],
  ['http://proxy:8080/path', 'http://proxy:8080'],
  ['http://proxy:8080?a=b', 'http://proxy:8080'],
  ['http://proxy:8080/pac@file#top', 'http://proxy:8080'],
  ['proxy:8080/path?a=b', 'http://proxy:8080'],
  ['http://user:secret@proxy:8080', 'http://proxy:8080', 'user:secret'],
  ['user:secret@proxy:8080', 'http://proxy:8080', 'user:secret'],
  ['http://user@proxy:8080', 'http://proxy:8080', 'user:'],
  ['http://user:a:b@proxy:8080', 'http://proxy:8080', 'user:a:b'],
  ['http://CORP\\jdoe:secret@proxy:8080', 'http://proxy:8080', 'CORP\\jdoe:secret'],
  ['http://CORP%5Cjdoe:secret@proxy:8080', 'http://proxy:8080', 'CORP\\jdoe:secret'],
  ['http://user:pa%ss%@proxy:8080', 'http://proxy:8080', 'user:pa%ss%'],
  ['http://user:%40%3a%2F%C3%A9@proxy:8080', 'http://proxy:8080', 'user:@:/é'],
  ['http://me@corp.example:secret@proxy:8080', 'http://proxy:8080', 'me@corp.example:secret'],
  ['http://user:pa/ss?#@proxy:8080', 'http://proxy:8080', 'user:pa/ss?#'],
  ['http://user:sé cret@proxy:8080/x', 'http://proxy:8080', 'user:sé cret'],
])('the proxy %s is used', (value, origin, pair) => {
  const { origin: read, authorization } = parseProxyAddress(value, 'HTTPS_PROXY');
  expect(read).toBe(origin);
  expect(authorization).toBe(pair && `Basic ${Buffer.from(pair).toString('base64')}`);
});

test.each([
  'socks5://proxy:1080',
  'socks4://user:hunter2@proxy:1080',
  'ftp://proxy',
  'file:///etc/passwd',
  'http://',
  'http://user:hunter2@',
  '://hunter2',
  'http://proxy:hunter2',
  'http://proxy:99999',
  'http://pro xy:8080',
  '"http://user:hunter2@proxy:8080"',
  '[::1',
  '%%%',
])('the proxy %s is a usage error that names the variable and not the value', async (value) => {
  const proxies = openProxies({ https_proxy: value });
  const failure: unknown = await proxies.dispatcherFor(new URL('https://api.example.com')).catch((error) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ kind: 'usage', message: expect.stringMatching(/^https_proxy: /) });
  expect(JSON.stringify(failure)).not.toContain('hunter2');
  await proxies.close();
});

const urls = {
  api: 'https://api.example.com/v1',
  port: 'https://api.example.com:8443/',
  ten: 'https://10.1.2.3/',
  loopback: 'http://127.0.0.1:8080/',
  six: 'https://[fd00::1]/',
  mapped: 'https://[::ffff:10.1.2.3]/',
  idn: 'https://münchen.example/',
  dotted: 'https://api.example.com./',
} as const;

test.each<[noProxy: string, exempt: readonly (keyof typeof urls)[]]>([
  ['', []],
  ['*', ['api', 'port', 'ten', 'loopback', 'six', 'mapped', 'idn', 'dotted']],
  ['other.example, *', ['api', 'port', 'ten', 'loopback', 'six', 'mapped', 'idn', 'dotted']],
  ['api.example.com', ['api', 'port', 'dotted']],
  ['API.Example.COM.', ['api', 'port', 'dotted']],
  ['example.com', ['api', 'port', 'dotted']],
  ['.example.com', ['api', 'port', 'dotted']],
  ['*.example.com', ['api', 'port', 'dotted']],
  ['.api.example.com', ['api', 'port', 'dotted']],
  ['ample.com', []],
  ['i.example.com', []],
  ['api.example.com:8443', ['port']],
  ['api.example.com:443', ['api', 'dotted']],
  ['10.0.0.0/8', ['ten', 'mapped']],
  ['127.0.0.0/8', ['loopback']],
  ['10.1.2.3', ['ten', 'mapped']],
  ['10.1.2.3:443', ['ten', 'mapped']],
  ['10.1.2.3:80', []],
  ['127.0.0.1:8080', ['loopback']],
  ['10.0.0.0/8:443', ['ten', 'mapped']],
  ['10.0.0.0/8:80', []],
  ['127.0.0.0/8:8080', ['loopback']],
  ['[fd00::]/8:443', ['six']],
  ['[fd00::]/8:80', []],
  ['::/0', ['six', 'mapped']],
  ['::ffff:0:0/96', ['ten', 'loopback', 'mapped']],
  ['10.1.2.0/33', []],
  ['10.0.0.0/x', []],
  ['0.0.0.0/0', ['ten', 'loopback', 'mapped']],
  ['fd00::/8', ['six']],
  ['[fd00::]/8', ['six']],
  ['fd00::1', ['six']],
  ['[fd00::1]', ['six']],
  ['[FD00:0::1]:443', ['six']],
  ['[fd00::1]:80', []],
  ['fd00::/200', []],
  ['münchen.example', ['idn']],
  ['xn--mnchen-3ya.example', ['idn']],
  ['one.example\tapi.example.com  10.0.0.0/8,,', ['api', 'port', 'dotted', 'ten', 'mapped']],
  ['/', []],
  ['.', []],
  [':', []],
])('NO_PROXY=%s exempts %j', (noProxy, exempt) => {
  const found = Object.entries(urls).filter(([, url]) => isExempt(new URL(url), noProxy));
  expect(found.map(([name]) => name).sort()).toEqual([...exempt].sort());
});

test('a host that NO_PROXY exempts is requested without the proxy, so that its address is checked', async () => {
  const proxies = openProxies({ HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '.internal' });
  onTestFinished(() => proxies.close());
  expect(await proxies.dispatcherFor(new URL('https://metadata.internal/'))).toBeUndefined();
  expect(await proxies.dispatcherFor(new URL('https://media.example/'))).toBeDefined();
});
