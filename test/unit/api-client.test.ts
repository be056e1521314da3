import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { definitions } from '../../src/providers/index.ts';
import { openHttp } from '../../src/system/http.ts';
import { silent, world } from '../support/open-provider.ts';

const listening = async (): Promise<{ readonly origin: string; connections(): number }> => {
  let connections = 0;
  const server = createServer((_, response) => response.end('{}')).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return { origin: `http://127.0.0.1:${port}`, connections: () => connections };
};

test.each(definitions)(
  'the client of $title asks nobody but its own origin, whatever an adapter wants',
  async (one) => {
    const [own, other] = [await listening(), await listening()];
    const http = openHttp(world, silent, { timeout: 60_000, attempts: 1 });
    onTestFinished(() => http.close());
    const account = {
      profile: 'key',
      origin: own.origin,
      login: ['user', 'secret'],
      remedy: 'none',
      direct: true,
    } as const;
    const { find, get } = http.toolsFor(account, one);
    for (const address of [
      `${other.origin}/list`,
      other.origin.replace('127.0.0.1', 'localhost'),
      'https://127.0.0.1/',
    ]) {
      await expect(get(address)).rejects.toMatchObject({ kind: 'unsafe' });
      await expect(find(new URL(address))).rejects.toMatchObject({ kind: 'unsafe' });
    }
    expect(await get('/list')).toMatchObject({ body: {} });
    expect({ own: own.connections(), other: other.connections() }).toEqual({ own: 1, other: 0 });
  },
);
