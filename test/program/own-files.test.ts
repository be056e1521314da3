import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configNames } from '../../src/system/config/location.ts';
import { MANIFEST, type MediaAccount, nativeFormat, openMediaAccount } from '../support/media-account.ts';
import { relay } from '../support/wire-formats.ts';

const file = `one.${nativeFormat(relay)}`;

/** A home with a download, an export and a list of ids, and the contents of all of them. */
const withFiles = async (): Promise<{ account: MediaAccount; contents(): readonly string[] }> => {
  const account = await openMediaAccount(relay, [{ id: 'one' }]);
  expect(await account.download('--sidecar')).toMatchObject({ code: 0 });
  const { folder, out } = account;
  const ids = join(folder, 'ids');
  writeFileSync(ids, 'one\n');
  writeFileSync(join(folder, configNames.recentIds), '{"recent":[]}');
  for (const words of [
    ['--out', join(folder, 'calls.csv')],
    ['--incremental', '--out', join(folder, 'kept.csv')],
  ])
    expect(await account.run(['export', ...relay.args, ...words])).toMatchObject({ code: 0 });
  expect(await account.run(['report', out])).toMatchObject({ code: 0 });
  const paths = ['config.json', 'recent.json', 'ids', 'calls.csv', 'kept.csv'].map((name) => join(folder, name));
  const all = [...paths, ...[MANIFEST, file, 'one.json', 'report.html'].map((name) => join(out, name))];
  symlinkSync(out, join(folder, 'linked'));
  symlinkSync(join(out, MANIFEST), join(folder, 'link'));
  linkSync(join(folder, 'config.json'), join(folder, 'hard-link'));
  return { account, contents: () => all.map((path) => readFileSync(path, 'latin1')) };
};

// `$` stands for the home folder, `%` for the download folder.
test.each([
  ['download --since 7d --dir % --summary', `%/${MANIFEST}`],
  ['download --since 7d --dir % --summary', `%/${MANIFEST.toUpperCase()}`],
  ['download --since 7d --dir % --summary', `$/linked/${MANIFEST}`],
  ['download --since 7d --dir % --summary', '$/link'],
  ['download --since 7d --dir % --summary', `%/${file}`],
  ['download --since 7d --dir % --summary', '%/two.mp3'],
  ['download --since 7d --dir % --summary', '%/one.json'],
  ['download --since 7d --sidecar --dir % --summary', '%/two.json'],
  ['download --since 7d --dir % --summary', '%/.recx.lock'],
  ['download --since 7d --dir % --summary', '%/report.html'],
  ['download --ids $/ids --dir % --summary', '$/ids'],
  ['download --ids $/ids --dir % --summary', '$/linked/../ids'],
  ['download --sidecar --overwrite --dir % --ids', '%/one.json'],
  ['download --since 7d --dir % --summary', '$/config.json'],
  ['download --since 7d --dir % --summary', '$/CONFIG.JSON'],
  ['download --since 7d --dir % --summary', '$/hard-link'],
  ['download --since 7d --dir % --summary', '$/recent.json'],
  ['download --since 7d --dir % --summary', '$/compile-cache/x'],
  ['download --since 7d --dir % --summary', '$/kept.csv'],
  ['export --out $/calls.csv --summary', '$/kept.csv'],
  ['export --out $/calls.csv --summary', '$/calls.csv'],
  ['export --out $/calls.csv --summary', '$/Calls.csv'],
  ['export --out $/calls.csv --summary', '$/config.json'],
  ['export --out $/calls-{year}.csv --summary', '$/calls-2026.csv'],
  ['export --out $/calls.csv --summary', '$/other.csv.state.json'],
  ['export --out $/calls.csv --incremental --state', '$/calls.csv'],
  ['export --out $/calls.csv --incremental --state', `%/${MANIFEST}`],
  ['export --out $/calls.csv --incremental --reset-state --state', '$/config.json'],
  ['export --out $/{kind}.json --incremental --out $/{year}.json --state', '$/2026.json'],
  ['export -o csv --out', `%/${file}`],
  ['export --out', '$/config.json'],
  ['export -o ndjson --out', `%/${MANIFEST}`],
  ['report % --overwrite --out', '$/compile-cache/x.html'],
] as const)('recx %s %s is refused before anything is written or requested', async (words, path) => {
  const { account, contents } = await withFiles();
  const [before, asked] = [contents(), account.sandbox.requests.length];
  const [command = '', ...rest] = `${words} ${path}`
    .split(' ')
    .map((word) => word.replace('$', account.folder).replace('%', account.out));
  const { code, err } = await account.run([command, ...(command === 'report' ? [] : relay.args), ...rest]);
  expect({ code, err }).toMatchObject({
    code: expect.toSatisfy((one) => one === 2 || one === 8),
    err: expect.stringMatching(/^recx: /),
  });
  expect(contents()).toEqual(before);
  expect(account.sandbox.requests).toHaveLength(asked);
});

test.each(['< $RECX_HOME/ids', '2> $RECX_HOME/log', '> $RECX_HOME/log'])(
  'the file of a standard stream (%s) is not replaced by a summary',
  async (redirection) => {
    const { account } = await withFiles();
    const path = redirection.includes('ids') ? 'ids' : 'log';
    const words = `download ${relay.args.join(' ')} --ids - --dir ${account.out} --summary $RECX_HOME/${path}`;
    const { code } = await account.shell(`echo one | cat > $RECX_HOME/in; $RECX ${words} ${redirection}`, {
      env: { RECX_HOME: account.folder },
    });
    expect(code).toBe(2);
    if (path === 'ids') expect(readFileSync(join(account.folder, 'ids'), 'utf8')).toBe('one\n');
  },
);

test('an output of the user beside the files of recx is written', async () => {
  const { account } = await withFiles();
  mkdirSync(join(account.folder, 'reports'));
  for (const path of [join(account.out, 'summary.json'), join(account.folder, 'reports', 'config.json')]) {
    for (let round = 0; round < 2; round++) {
      expect(await account.download('--summary', path)).toMatchObject({ code: 0, err: '' });
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ skipped: 1 });
    }
  }
});
