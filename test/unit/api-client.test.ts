import { expect, onTestFinished, test } from 'vitest';
import { definitions } from '../../src/providers/index.ts';
import { openApiClients } from '../../src/system/net/api-client.ts';
import { type UnrelatedServer, unrelatedServer } from '../support/home.ts';
import { silentLog, testRuntime } from '../support/open-provider.ts';

test.each(definitions)(
  'the API client of $title sends requests to its own origin only, whatever URL an adapter passes',
  async (one) => {
    const [own, other] = [await unrelatedServer(), await unrelatedServer()];
    const originOf = ({ port }: UnrelatedServer): string => `http://127.0.0.1:${port}`;
    const http = openApiClients(testRuntime, silentLog, { timeout: 60_000, attempts: 1 });
    onTestFinished(() => http.close());
    const account = {
      profile: 'key',
      origin: originOf(own),
      login: ['user', 'secret'],
      remedy: 'none',
      direct: true,
    } as const;
    const { find, get } = http.clientFor(account, one);
    for (const address of [
      `${originOf(other)}/list`,
      originOf(other).replace('127.0.0.1', 'localhost'),
      'https://127.0.0.1/',
    ]) {
      await expect(get(address)).rejects.toMatchObject({ kind: 'unsafe' });
      await expect(find(new URL(address))).rejects.toMatchObject({ kind: 'unsafe' });
    }
    expect(await get('/list')).toMatchObject({ body: {} });
    expect({ own: own.connections(), other: other.connections() }).toEqual({ own: 1, other: 0 });
  },
);
