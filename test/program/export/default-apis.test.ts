import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SignalwireAccount, signalwireAccount, signalwireApis } from '../../support/signalwire-account.ts';

const targets = ['calls.ndjson', 'calls-{year}-{month}-{day}.ndjson'];

const exportTo = (account: SignalwireAccount, out: string, ...more: readonly string[]) =>
  account.run(['export', '-p', 'sw', '--incremental', '--out', join(account.folder, 'out', out), ...more]);

const stateOf = (account: SignalwireAccount, out: string): readonly string[] => {
  const { sources } = JSON.parse(readFileSync(join(account.folder, 'out', `${out}.state.json`), 'utf8'));
  return Object.keys(sources)
    .map((key) => key.split(' ')[1] ?? '')
    .sort();
};

const queriedSince = (account: SignalwireAccount, before: number): readonly string[] => {
  const prefixes = { relay: '/api/relay', video: '/api/video', compatibility: '/api/laml' };
  const paths = account.sandbox.requests.slice(before).map(({ url }) => url.pathname);
  return Object.entries(prefixes).flatMap(([api, prefix]) =>
    paths.some((path) => path.startsWith(prefix)) ? [api] : [],
  );
};

describe.concurrent.each(targets)('the state of an incremental export to %s', (out) => {
  test('remembers the APIs that worked, and asks no others from then on', async () => {
    const account = await signalwireAccount();
    account.refused.add('video');
    const first = await exportTo(account, out);
    expect(first.code).toBe(0);
    expect(first.err).toMatch(/^recx: left out signalwire video of profile "sw"/);
    expect(stateOf(account, out)).toEqual(['compatibility', 'relay']);
    for (const isRefused of [true, false]) {
      if (!isRefused) account.refused.clear();
      const before = account.sandbox.requests.length;
      expect(await exportTo(account, out)).toMatchObject({ code: 0, err: '' });
      expect(queriedSince(account, before)).toEqual(['relay', 'compatibility']);
    }
    expect(await exportTo(account, out, '--api', 'video')).toMatchObject({ code: 0, err: '' });
    expect(stateOf(account, out)).toEqual(['compatibility', 'relay', 'video']);
  });

  test('of an earlier version with one API gets no others by the new default', async () => {
    const account = await signalwireAccount();
    expect((await exportTo(account, out, '--api', 'relay')).code).toBe(0);
    for (const remembered of [undefined, signalwireApis, ['video']]) {
      account.remember(remembered);
      const before = account.sandbox.requests.length;
      expect(await exportTo(account, out)).toMatchObject({ code: 0, err: '' });
      expect(queriedSince(account, before)).toEqual(['relay']);
    }
    expect(stateOf(account, out)).toEqual(['relay']);
  });

  test('keeps the part of an API that refuses now, and the others are exported: exit 3', async () => {
    const account = await signalwireAccount();
    expect((await exportTo(account, out)).code).toBe(0);
    const whole = stateOf(account, out);
    expect(whole).toEqual([...signalwireApis].sort());
    for (const remembered of [undefined, signalwireApis, ['relay']]) {
      account.remember(remembered);
      account.refused.add('compatibility');
      const { code, err } = await exportTo(account, out);
      expect(code).toBe(3);
      expect(err).toContain('signalwire compatibility of profile "sw": ');
      expect(err).toContain('exported without signalwire compatibility of profile "sw"');
      expect(stateOf(account, out)).toEqual(whole);
      account.refused.clear();
    }
    expect(await exportTo(account, out)).toMatchObject({ code: 0, err: '' });
    for (const api of signalwireApis) account.refused.add(api);
    expect((await exportTo(account, out)).code).toBe(4);
  });
});

test('a file that is written whole stays as it was when a remembered API refuses', async () => {
  const account = await signalwireAccount();
  account.remember(signalwireApis);
  const path = join(account.folder, 'calls.csv');
  const words = ['export', '-p', 'sw', '--out', path];
  expect((await account.run(words)).code).toBe(0);
  const before = readFileSync(path, 'utf8');
  account.refused.add('relay');
  expect((await account.run(words)).code).toBe(3);
  expect(readFileSync(path, 'utf8')).toBe(before);
});
