import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/server.ts';
import { relayRelated } from '../../../src/sandbox/signalwire-relay.ts';
import { answer, homeWith } from '../../support/home.ts';

const checked = async (profile: string, options: Partial<SandboxOptions> = {}) => {
  const home = await homeWith(options);
  const check = (...words: readonly string[]) =>
    home.run(['profile', 'check', profile, '-o', 'ndjson', '--api', profile === 'relay' ? 'relay' : 'all', ...words]);
  const remembered = () =>
    JSON.parse(readFileSync(join(home.folder, 'config.json'), 'utf8')).profiles[profile].call_ids;
  return { home, check, remembered };
};

describe('profile check', () => {
  test('says of every API whether its calls can be read', async () => {
    const home = await homeWith();
    for (const profile of ['relay', 'plivo', 'twilio']) {
      const { code, out } = await home.run(['profile', 'check', profile, '-o', 'ndjson']);
      const rows = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect({ code, calls: rows.map(({ calls }) => calls) }).toEqual({ code: 0, calls: rows.map(() => 'yes') });
    }
    const table = await home.onTerminal(['profile', 'check', 'relay'], 80);
    expect(table.out).toMatch(/Calls/);
  });

  test.each([
    ['calls and conferences', ['calls', 'conferences'], 'no permission (401)'],
    ['conferences', ['conferences'], 'calls: yes, conferences: no permission (401)'],
  ])('names the missing permission for %s, which is no failure', async (_, lists, text) => {
    const { check } = await checked('twilio', {
      refuses: (api) => lists.some((list) => api === `twilio/voice/${list}`),
    });
    const { code, out, err } = await check();
    expect({ code, calls: JSON.parse(out).calls, err }).toEqual({ code: 0, calls: text, err: '' });
  });

  test('says that calls are unknown which cannot be checked, and why on request', async () => {
    const { check } = await checked('twilio', {
      intercept: ({ url }, response) => url.pathname.includes('/Calls') && answer(response, {}, 501),
    });
    const { code, out, err } = await check();
    const calls = 'calls: unknown, conferences: yes';
    expect({ code, calls: JSON.parse(out).calls, err }).toEqual({ code: 0, calls, err: '' });
    expect((await check('-v')).err).toContain('failed to check the calls');
  });
});

describe('the ids of calls at Relay', () => {
  test.each([
    ['legs', 'same'],
    ['segments', 'other'],
  ] as const)(
    'are found out by a check, if they are those of %s, so that later runs need not probe',
    async (ids, word) => {
      const now = Date.now();
      const { home, check, remembered } = await checked('relay', {
        now: () => now,
        related: { 'signalwire/relay': relayRelated(now, ids) },
      });
      const list = () => home.run(['list', '-p', 'relay', '--with-calls', '--limit', '60', '-o', 'ndjson']);
      const before = await list();
      expect(remembered()).toBeUndefined();
      expect((await check()).code).toBe(0);
      expect(remembered()).toEqual({ relay: word });
      const { out } = await home.run(['profile', 'show', 'relay', '-o', 'json']);
      expect(JSON.parse(out).call_ids).toEqual({ relay: word });
      const start = home.sandbox.requests.length;
      expect((await list()).out).toBe(before.out);
      const paths = home.sandbox.requests.slice(start).map(({ url }) => url.pathname);
      // With other ids none is asked for.
      if (word === 'other') expect(paths.filter((path) => /\/voice\/logs\/[^/]+$/.test(path))).toEqual([]);
      expect((await check()).code).toBe(0);
      expect(remembered()).toEqual({ relay: word });
    },
  );

  test('stay unknown when nothing shows them', async () => {
    const { check, remembered } = await checked('relay', {
      related: { 'signalwire/relay': { logs: [], conferences: [] } },
    });
    expect((await check()).code).toBe(0);
    expect(remembered()).toBeUndefined();
  });
});
