import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { type Home, homeWith } from '../support/home.ts';
import { runHere } from '../support/run.ts';

const recentFile = ({ folder }: Home) => join(folder, 'recent.json');
const idsIn = (home: Home): readonly string[] =>
  JSON.parse(readFileSync(recentFile(home), 'utf8')).recent.map(({ id }: { readonly id: string }) => id);
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('ids shown on a terminal are stored for completion, the newest first, and ids written to a pipe are not', async () => {
  const home = await homeWith();
  const { out } = await home.run(['list', '-p', 'plivo', '--limit', '7', '--fields', 'id', '-o', 'csv', '--no-header']);
  expect(existsSync(recentFile(home))).toBe(false);
  chmodSync(home.folder, 0o755);
  expect(await home.onTerminal(['list', '-p', 'plivo', '--limit', '5'], 120)).toMatchObject({ code: 0, err: '' });
  const ids = out.trim().split('\n');
  expect(idsIn(home)).toEqual(ids.slice(0, 5));
  expect([mode(recentFile(home)), mode(home.folder)]).toEqual(['600', '700']);
  await home.onTerminal(['get', '-p', 'plivo', ids[6] ?? ''], 120);
  await home.onTerminal(['get', '-p', 'plivo', ids[2] ?? ''], 120);
  expect(idsIn(home)).toEqual([ids[2], ids[6], ids[0], ids[1], ids[3], ids[4]]);
  await home.onTerminal(['list', '-p', 'demo', '--all'], 120);
  expect(idsIn(home)).toHaveLength(200);
  const { out: offered } = await home.run(['complete', '--', 'get', '-p', 'demo', '']);
  expect(offered.split('\n')).toHaveLength(202);
  expect(offered).toMatch(/^words\n[\w-]+\t(?:call|conference|room|unknown), 20\d\d-\d\d-\d\d \d\d:\d\d, demo\n/);
});

test('the demo profile does not create the config folder', async () => {
  const home = await homeWith();
  const place = join(emptyFolder(), 'none');
  const words = `RECX_CONFIG_DIR=${place} $RECX list -p demo --limit 3`;
  const { code, out } = await home.shell(`script -qec '${words}' /dev/null </dev/null`, { env: { TERM: 'xterm' } });
  expect(code).toBe(0);
  expect(out).toContain('completed');
  expect(existsSync(place)).toBe(false);
});

test.each<[what: string, spoil: (path: string) => void, kept: boolean]>([
  ['is truncated JSON', (path) => writeFileSync(path, '{"recent":[{"id":'), false],
  ['has another structure', (path) => writeFileSync(path, '{"recent":[1,{"id":2},null]}'), false],
  ['is too large', (path) => writeFileSync(path, ' '.repeat(2 ** 21)), false],
  ['is a folder', (path) => mkdirSync(path), true],
  ['is a symlink', (path) => symlinkSync('/dev/full', path), true],
])('a recent.json that %s does not disturb a run or completion', async (_, spoil, kept) => {
  const home = await homeWith();
  spoil(recentFile(home));
  expect(await home.run(['complete', '--', 'get', ''])).toMatchObject({ code: 0, out: 'words\n', err: '' });
  expect(await home.onTerminal(['list', '-p', 'plivo', '--limit', '2'], 120)).toMatchObject({ code: 0, err: '' });
  const { err } = await home.onTerminal(['list', '-p', 'plivo', '--limit', '2', '--verbose'], 120);
  expect(err.includes('failed to save recent ids')).toBe(kept);
  if (!kept) expect(idsIn(home)).toHaveLength(2);
  rmSync(recentFile(home), { recursive: true });
});

test('a config folder that others can write to gets no recent.json, and its mode is not changed', async () => {
  const home = await homeWith();
  const place = emptyFolder();
  chmodSync(place, 0o777);
  const words = `RECX_CONFIG_DIR=${place} $RECX list -p demo --limit 3 --verbose`;
  const { out } = await home.shell(`script -qec '${words}' /dev/null </dev/null`, { env: { TERM: 'xterm' } });
  expect(out).toContain(`others can write to ${place}`);
  expect([mode(place), existsSync(join(place, 'recent.json'))]).toEqual(['777', false]);
});

test('completion creates no files, changes no files and shows no secrets', async () => {
  const folder = join(emptyFolder(), 'none');
  const asked = ['get ', 'list -p ', 'download --ids ', 'profile use '].map((line) => line.split(' '));
  for (const words of asked) {
    const run = await runHere(['complete', '--', ...words], { env: { HOME: folder, RECX_CONFIG_DIR: folder } });
    expect(run).toMatchObject({ code: 0, err: '' });
  }
  expect(existsSync(folder)).toBe(false);
  const home = await homeWith();
  const config = join(home.folder, 'config.json');
  chmodSync(config, 0o644);
  const before = readFileSync(config, 'utf8');
  const { out } = await home.run(['complete', '--', 'list', '-p', '']);
  expect(out.split('\n').filter((line) => line.includes('\t'))).toHaveLength(6);
  expect([readFileSync(config, 'utf8'), mode(config)]).toEqual([before, '644']);
  writeFileSync(config, 'not JSON');
  expect(await home.run(['complete', '--', 'list', '-p', ''])).toMatchObject({
    code: 0,
    out: 'words\ndemo\tbuilt-in sample data\n',
    err: '',
  });
});
