import { describe, expect, test } from 'vitest';
import type { Run } from '../../support/run.ts';
import { signalwireApis } from '../../support/signalwire-account.ts';
import { twoTokens } from '../../support/two-tokens.ts';

type Row = { readonly id: string; readonly api: string; readonly profile: string };
const rowsOf = ({ out }: Run): readonly Row[] =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const both = ['-p', 'swA', '-p', 'swB', '--all', '-o', 'ndjson'];
const SHARED = /recx: profiles "swA" and "swB" belong to the same account: its recordings are listed once\n/g;

describe.concurrent('two profiles of one account', () => {
  test('list each recording once, with the first profile, and say so once', async () => {
    const account = await twoTokens();
    const alone = rowsOf(await account.run(['list', '-p', 'swA', '--all', '-o', 'ndjson']));
    for (const [first, second] of [
      ['swA', 'swB'],
      ['swB', 'swA'],
    ]) {
      const { code, out, err } = await account.run(['list', '-p', `${first},${second}`, '--all', '-o', 'ndjson']);
      expect(code).toBe(0);
      expect(err).toMatch(
        new RegExp(
          `^recx: profiles "${first}" and "${second}" belong to the same account: .*\nShown with profile "${first}".*\n$`,
        ),
      );
      const rows = rowsOf({ out } as Run);
      expect(rows.map(({ id }) => id)).toEqual(alone.map(({ id }) => id));
      expect(new Set(rows.map(({ profile }) => profile))).toEqual(new Set([first]));
    }
    const stats = await account.run(['stats', '--all-profiles', '--by', 'profile', '-o', 'json']);
    expect(stats.err.match(SHARED)).toHaveLength(1);
    expect(JSON.parse(stats.out).map(({ profile }: Row) => profile)).not.toContain('swB');
    const quiet = await account.run(['list', ...both, '-q']);
    expect(quiet.err).toBe('');
  });

  test('are not named if they have no API in common, and neither are those of different accounts', async () => {
    const account = await twoTokens();
    account.remember('swA', ['relay']);
    account.remember('swB', ['video']);
    for (const words of [both, ['--all-profiles', '--all', '-o', 'ndjson']])
      expect(await account.run(['list', ...words])).toMatchObject({ code: 0, err: '' });
  });

  test('do not name an API as left out that the other of them lists', async () => {
    const account = await twoTokens();
    account.remember('swA', ['relay', 'compatibility']);
    account.remember('swB', ['video']);
    const leftOut = async (names: string): Promise<readonly string[]> =>
      (await account.run(['list', '-p', names, '-n', '1'], { columns: 200, showsErrors: true })).err.match(
        /\S+ \S+ of profile "\w+" (?=is left out)/g,
      ) ?? [];
    expect(await leftOut('swA,swB')).toEqual([]);
    expect(await leftOut('swA')).toEqual(['signalwire video of profile "swA" ']);
  });

  test('are complete if one token may not read an API that the other lists', async () => {
    const account = await twoTokens();
    const alone = (await account.run(['list', '-p', 'swA', '--all', '-o', 'ndjson'])).out;
    account.refused.swB.add('video');
    for (const [apis, more] of [
      [undefined, []],
      [signalwireApis, []],
      [signalwireApis, ['--api', 'all']],
      [undefined, ['--api', 'video,relay,compatibility']],
    ] as const) {
      account.remember('swB', apis);
      const { code, out, err } = await account.run(['list', ...both, ...more]);
      expect({ code, out }).toEqual({ code: 0, out: alone });
      expect(
        err.match(/left out signalwire video of profile "swB": the token needs the scope Video \(HTTP 40[13]\)\n/g),
      ).toHaveLength(1);
      const stats = await account.run(['stats', '-p', 'swA,swB', ...more, '-o', 'json']);
      expect(stats.code).toBe(0);
    }
    account.remember('swB', ['relay', 'compatibility']);
    for (const more of [[], ['--api', 'video,relay,compatibility']]) {
      const before = account.sandbox.requests.length;
      const { code, out, err } = await account.run(['list', ...both, ...more]);
      expect({ code, out }).toEqual({ code: 0, out: alone });
      expect(err).not.toContain('left out');
      const paths = account.sandbox.requests.slice(before).map(({ url }) => url.pathname);
      const first = paths.filter((path) => path === '/api/video/room_recordings');
      expect(first.length).toBeGreaterThan(0);
      expect(
        account.sandbox.requests
          .slice(before)
          .every(({ url, headers }) => isFirst(headers) || !url.pathname.startsWith('/api/video')),
      ).toBe(true);
    }
  });

  test('are complete if one token is wrong, with one warning; two wrong ones are exit 4', async () => {
    const account = await twoTokens();
    const alone = (await account.run(['list', '-p', 'swA', '--all', '-o', 'ndjson'])).out;
    for (const api of signalwireApis) account.refused.swB.add(api);
    const { code, out, err } = await account.run(['list', ...both]);
    expect({ code, out }).toEqual({ code: 0, out: alone });
    expect(err.match(/rejected the credentials/g)).toHaveLength(1);
    expect(err).toMatch(/left out signalwire of profile "swB": .*\n.*recx profile check swB\n/);
    expect(err).not.toContain('scope');
    for (const api of signalwireApis) account.refused.swA.add(api);
    expect(await account.run(['list', ...both])).toMatchObject({ code: 4, out: '' });
  });

  test('are incomplete if no token may read an API that is remembered', async () => {
    const account = await twoTokens();
    for (const name of ['swA', 'swB'] as const) {
      account.remember(name, signalwireApis);
      account.refused[name].add('video');
    }
    const { code, err } = await account.run(['list', ...both]);
    expect(code).toBe(3);
    for (const name of ['swA', 'swB']) expect(err).toContain(`signalwire video of profile "${name}": `);
  });

  test('find a recording through one of them, and a missing one is not found', async () => {
    const account = await twoTokens();
    account.remember('swB', signalwireApis);
    account.refused.swB.add('video');
    const nowhere = '00000000-0000-4000-8000-00000000dead';
    for (const id of [nowhere, nowhere.slice(0, 12)]) {
      for (const more of [[], ['--api', 'all']]) {
        const { code, err } = await account.run(['get', id, '-p', 'swA,swB', ...more]);
        expect({ id, code, err }).toMatchObject({ id, code: 6 });
        expect(err).not.toMatch(/could not be (?:queried|searched)/);
      }
    }
  });
});

/** Whether a request has the token of the first profile. */
const isFirst = (headers: Readonly<Record<string, unknown>>): boolean =>
  !Buffer.from(String(headers.authorization).slice(6), 'base64').toString().includes('PTsecond');
