import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { unrelatedServer } from '../../support/home.ts';
import {
  buildsMediaUrls,
  expectFiles,
  nativeFile,
  nativeFormat,
  nativeMedia,
  openMediaAccount,
  type ServedRecording,
  withExtensions,
} from '../../support/media-account.ts';
import { redirect, startMediaServer } from '../../support/media-faults.ts';
import { timeoutFor } from '../../support/timing.ts';
import { relay, wireFormats } from '../../support/wire-formats.ts';

/** URLs that must not be followed, as a link or a redirect, for an account on this machine. */
const refusedUrls = [
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/x.wav',
  'http://10.0.0.1/x.wav',
  'https://10.0.0.1/x.wav',
  'https://169.254.169.254/x.wav',
  'https://[fe80::1]/x.wav',
  'https://[fd00:ec2::254]/x.wav',
  'https://[::ffff:169.254.169.254]/x.wav',
  'https://0xa9fea9fe/x.wav',
  'https://192.168.1.1/x.wav',
  'https://2886729729/x.wav',
  'http://storage.example/x.wav',
  'ftp://127.0.0.1/x.wav',
  'file:///etc/passwd',
  'data:audio/wav;base64,UklGRg==',
  'javascript:alert(1)',
  'http://user:word@127.0.0.1/x.wav',
  'http://[',
];

const opened: (() => void)[] = [];
afterAll(() => {
  for (const close of opened.splice(0)) close();
});

/** A proxy that handles a connection with this function once data has arrived. */
const startProxy = async (handle: (socket: Socket) => void): Promise<{ origin: string; connections(): number }> => {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => handle(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return { origin: `http://127.0.0.1:${port}`, connections: () => connections };
};

describe.concurrent.each(wireFormats)('media of $profile', (wire) => {
  test('is not fetched from private, link-local or invalid addresses, neither by a redirect nor by a link', async () => {
    const led = refusedUrls.map(
      (address, index): ServedRecording => ({ id: `led-${index}`, media: redirect(address) }),
    );
    const linked = buildsMediaUrls(wire)
      ? []
      : refusedUrls.map((link, index): ServedRecording => ({ id: `linked-${index}`, link }));
    // A plain HTTP link is tried as HTTPS, and this name does not resolve.
    const account = await openMediaAccount(wire, [...led, ...linked, { id: 'fine' }]);
    const { code, err } = await account.run([
      '--timeout',
      '8s',
      '--retries',
      '0',
      'download',
      ...wire.args,
      '--all',
      '--dir',
      account.out,
    ]);
    expect(code).toBe(3);
    for (const { id } of [...led, ...linked]) expect(err).toMatch(new RegExp(`^recx: ${id}: \\S`, 'm'));
    expectFiles(account.out, withExtensions(wire, { fine: nativeFile(wire) }));
  });

  test('is not fetched over plain HTTP from another machine', async () => {
    const bystander = await unrelatedServer();
    // A proxy would see any request, in plain text or as a tunnel.
    const proxy = await startMediaServer(nativeMedia(wire));
    const [linked, led] = [`one.${nativeFormat(wire)}`, 'led'].map(
      (name) => `http://storage.example:${bystander.port}/${name}`,
    );
    const account = await openMediaAccount(wire, [
      { id: 'linked', link: linked ?? '' },
      { id: 'led', media: redirect(led ?? '') },
    ]);
    const { code, err } = await account.run(
      ['--retries', '0', 'download', ...wire.args, '--since', '7d', '--dir', account.out],
      {
        env: { HTTP_PROXY: proxy.origin, NO_PROXY: '127.0.0.1' },
      },
    );
    expect(code).toBe(3);
    expect(err).toMatch(/^recx: linked: \S/m);
    expect(err).toMatch(/^recx: led: .*plain http/m);
    expect({ proxy: proxy.requests.length, bystander: bystander.connections() }).toEqual({ proxy: 0, bystander: 0 });
    expectFiles(account.out, {});
  });
});

describe.concurrent('a proxy for media requests', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['closes the connection', (socket) => socket.end()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['responds with 403', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')],
    ['responds with invalid HTTP', (socket) => socket.end('hello\r\n\r\n')],
    ['never responds', () => {}],
  ])('that %s makes the recording fail after the allowed number of attempts', async (_, does) => {
    const proxy = await startProxy(does);
    const account = await openMediaAccount(relay, [{ id: 'one', link: 'https://media.signalwire.example/one.wav' }]);
    const words = [
      '--timeout',
      timeoutFor(2),
      '--retries',
      '1',
      'download',
      '-p',
      'relay',
      '--all',
      '--dir',
      account.out,
    ];
    const { code, err } = await account.run(words, { env: { HTTPS_PROXY: proxy.origin, NO_PROXY: '127.0.0.1' } });
    expect({ code, connections: proxy.connections() }).toEqual({ code: 3, connections: 2 });
    expect(err).toMatch(/^recx: one: \S/m);
    expectFiles(account.out, {});
  });
});
