import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { cleanUp } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';
import { listArgs, relay } from '../../support/wire-formats.ts';

/** A proxy that opens tunnels, and the `Proxy-Authorization` of each. */
const startProxy = async (): Promise<{ readonly port: number; readonly seen: (string | undefined)[] }> => {
  const seen: (string | undefined)[] = [];
  const server = createServer().on('connect', ({ url = '', headers }, socket) => {
    seen.push(headers['proxy-authorization']);
    const [host, port] = url.split(':');
    const server = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(server).pipe(socket);
    });
    for (const end of [socket, server]) end.on('error', () => {});
    cleanUp(() => {
      socket.destroy();
      server.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => server.close());
  return { port: (server.address() as AddressInfo).port, seen }; // a TCP server has a port
};

test('a list is read through the proxy that the environment names, however it is written', async () => {
  const [{ run }, { port, seen }] = await Promise.all([homeWith(), startProxy()]);
  const proxies = [
    [`127.0.0.1:${port}`, undefined],
    [`http://127.0.0.1:${port}/proxy?a=b`, undefined],
    [`http://CORP\\jdoe:pa%ss@127.0.0.1:${port}`, 'CORP\\jdoe:pa%ss'],
  ] as const;
  for (const [value, pair] of proxies) {
    expect(await run(listArgs(relay), { env: { HTTP_PROXY: value } })).toMatchObject({ code: 0, err: '' });
    expect(seen.pop()).toBe(pair && `Basic ${Buffer.from(pair).toString('base64')}`);
  }
});

test.each(['127.0.0.0/8', '127.0.0.1', '*', 'localhost, 127.0.0.0/8'])(
  'a list is read without the proxy when NO_PROXY is %s',
  async (noProxy) => {
    const [{ run }, { port, seen }] = await Promise.all([homeWith(), startProxy()]);
    const env = { HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: noProxy };
    expect(await run(listArgs(relay), { env })).toMatchObject({ code: 0, err: '' });
    expect(seen).toEqual([]);
  },
);

test.each([
  ['list', '-p', 'relay'],
  ['list', '-p', 'relay', '-p', 'twilio'],
  ['download', '-p', 'relay', '-n', '1'],
  ['profile', 'check', 'plivo'],
])('recx %s %s %s ends with exit code 2 when the address of the proxy cannot be used', async (...words) => {
  const { run, folder } = await homeWith();
  const dir = words[0] === 'download' ? ['--dir', `${folder}/out`] : [];
  const { code, err } = await run([...words, ...dir], { env: { HTTP_PROXY: 'socks5://jdoe:hunter2@127.0.0.1:1080' } });
  expect(code).toBe(2);
  expect(err).toContain('HTTP_PROXY');
  expect(err).not.toContain('hunter2');
});
