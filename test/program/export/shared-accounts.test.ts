import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataFiles, readIds } from '../../support/export-account.ts';
import { signalwireApis } from '../../support/signalwire-account.ts';
import { type TwoTokens, twoTokens } from '../../support/two-tokens.ts';

const targets = ['calls.csv', 'calls-{year}-{month}-{day}.csv'];

const exportTo = (account: TwoTokens, out: string, ...more: readonly string[]) =>
  account.run(['export', '-p', 'swA,swB', '--incremental', '--out', join(account.folder, 'out', out), '-q', ...more]);

const stateOf = (account: TwoTokens, out: string): readonly string[] => {
  const { sources } = JSON.parse(readFileSync(join(account.folder, 'out', `${out}.state.json`), 'utf8'));
  return Object.keys(sources)
    .map((key) => key.split(' ')[1] ?? '')
    .sort();
};

const idsOf = (account: TwoTokens): readonly string[] => dataFiles(join(account.folder, 'out')).flatMap(readIds).sort();

describe.concurrent.each(targets)('an incremental export to %s through two tokens of one account', (out) => {
  test('succeeds again and again if one of them may not read an API, and has each row once', async () => {
    const account = await twoTokens();
    account.refused.swB.add('video');
    const all = [...signalwireApis].sort();
    expect(await exportTo(account, out)).toMatchObject({ code: 0, err: '' });
    const first = idsOf(account);
    expect(new Set(first).size).toBe(first.length);
    expect(stateOf(account, out)).toEqual(all);
    for (const apis of [undefined, signalwireApis, ['relay', 'compatibility']]) {
      account.remember('swB', apis);
      expect(await exportTo(account, out)).toMatchObject({ code: 0, err: '' });
      expect(await exportTo(account, out, '--api', 'video')).toMatchObject({ code: 0, err: '' });
      expect(stateOf(account, out)).toEqual(all);
      expect(idsOf(account)).toEqual(first);
    }
    const path = join(account.folder, 'out', out);
    const { err } = await account.run(['export', '-p', 'swA,swB', '--incremental', '--out', path]);
    expect(err).toMatch(/^recx: profiles "swA" and "swB" belong to the same account[^\n]*\n[^\n]*\n$/);
  });

  test('is partial if no token may read an API of its state', async () => {
    const account = await twoTokens();
    expect(await exportTo(account, out)).toMatchObject({ code: 0 });
    const first = idsOf(account);
    for (const apis of [undefined, ['relay', 'compatibility']]) {
      account.refused.swA.add('video');
      account.refused.swB.add('video');
      account.remember('swA', apis);
      account.remember('swB', apis);
      const { code, err } = await exportTo(account, out);
      expect(code).toBe(3);
      expect(err).toContain('exported without signalwire video of profile "swA"');
      account.refused.swB.clear();
      expect(await exportTo(account, out)).toMatchObject({ code: 0 });
      expect(idsOf(account)).toEqual(first);
    }
  });

  test('keeps the API when the profile that could read it leaves, and reads it again when it is back', async () => {
    const account = await twoTokens();
    account.refused.swB.add('video');
    expect(await exportTo(account, out)).toMatchObject({ code: 0 });
    const first = idsOf(account);
    const path = join(account.folder, 'out', out);
    const alone = await account.run(['export', '-p', 'swB', '--incremental', '--out', path]);
    expect(alone.code).toBe(3);
    expect(await exportTo(account, out)).toMatchObject({ code: 0 });
    expect(idsOf(account)).toEqual(first);
  });
});
