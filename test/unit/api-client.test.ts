import { expect, onTestFinished, test } from 'vitest';
import type { ApiClient, ApiDefinition } from '../../src/core/provider.ts';
import { definitions } from '../../src/providers/index.ts';
import { openRunClock } from '../../src/system/clock.ts';
import { openApiClients } from '../../src/system/net/api-client.ts';
import { type UnrelatedServer, unrelatedServer } from '../support/home.ts';
import { silentLog, testRuntime } from '../support/open-provider.ts';

const originOf = ({ port }: UnrelatedServer): string => `http://127.0.0.1:${port}`;

/** A client of an account on a server of the test, and the texts that the client logs. */
const clientAt = (
  origin: string,
  definition: ApiDefinition,
): { readonly client: ApiClient; readonly logged: string[] } => {
  const logged: string[] = [];
  const log = { ...silentLog, debug: (_event: string, text: string) => void logged.push(text) };
  const clock = openRunClock({ now: testRuntime.now, released: 0, warn: () => {} });
  const clients = openApiClients(testRuntime, log, clock, { timeout: 60_000, attempts: 1 });
  onTestFinished(() => clients.close());
  const account = {
    profile: 'key',
    origin,
    id: 'account',
    basicAuth: ['user', 'secret'],
    rejectedHint: 'none',
    bypassProxy: true,
  } as const;
  return { client: clients.clientFor(account, definition), logged };
};

test.each(definitions)(
  'the API client of $title sends requests to its own origin only, whatever URL an adapter passes',
  async (definition) => {
    const [own, other] = [await unrelatedServer(), await unrelatedServer()];
    const { client } = clientAt(originOf(own), definition);
    for (const address of [
      `${originOf(other)}/list`,
      originOf(other).replace('127.0.0.1', 'localhost'),
      'https://127.0.0.1/',
    ]) {
      await expect(client.get(address)).rejects.toMatchObject({ kind: 'unsafe' });
      await expect(client.find(new URL(address))).rejects.toMatchObject({ kind: 'unsafe' });
    }
    expect(await client.get('/list')).toMatchObject({ body: {} });
    expect({ own: own.connections(), other: other.connections() }).toEqual({ own: 1, other: 0 });
  },
);

test.each(definitions)(
  'the API client of $title hides the value of every query parameter that its definition does not list',
  async (definition) => {
    const { client, logged } = clientAt(originOf(await unrelatedServer()), definition);
    const [named = ''] = definition.loggedParameters;
    const unnamed = [
      'token',
      'cursor',
      'page_token',
      'PageToken',
      'api_key',
      'signature',
      named.toUpperCase(),
      `x${named}`,
    ];
    const query = new URLSearchParams([[named, 'shown'], ...unnamed.map((key): [string, string] => [key, 'hunter2'])]);
    await client.get(`/list?${query}`);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(`/list?${named}=shown&${unnamed.map((key) => `${key}=…`).join('&')}: 200 `);
  },
);
