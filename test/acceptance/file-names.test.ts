import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  acceptanceTest,
  downloadArgs,
  downloadedFile,
  intactResponse,
  mediaBytes,
  type Workspace,
} from '../support/acceptance.ts';
import { profileAddArgs } from '../support/home.ts';
import { listTree, MANIFEST, manifestEntries, nativeFormat } from '../support/media-account.ts';
import { sha256 } from '../support/media-faults.ts';
import { plivo, relay } from '../support/wire-formats.ts';

/** Downloads ids and returns the file name of each; checks that each file belongs to its id and that every other id is reported. */
const downloadNames = async (workspace: Workspace, ids: readonly string[]): Promise<Map<string, string>> => {
  await workspace.serveRecordings(
    relay,
    ids.map((id) => ({ id })),
  );
  const { code, err } = await workspace.run(downloadArgs(relay));
  const lines = manifestEntries(workspace.out).map(({ id, path }) => [String(id), String(path)] as const);
  for (const [id, path] of lines) {
    workspace.expectMedia(path, mediaBytes(relay, ids.indexOf(id)));
    expect(path).toMatch(/^[^-.\s/\\:<>"|?*][^/\\:<>"|?*]*\.wav$/);
    expect(Buffer.byteLength(`.${path}.part.json`)).toBeLessThanOrEqual(255);
  }
  expect(new Set(lines.map(([, path]) => path)).size).toBe(lines.length);
  expect(listTree(workspace.out)).toEqual([...lines.map(([, path]) => path), MANIFEST].sort());
  expect({ lost: err.match(/^recx: /gm)?.length ?? 0, code }).toEqual({
    lost: ids.length - lines.length,
    code: lines.length === ids.length ? 0 : 3,
  });
  return new Map(lines);
};

acceptanceTest('C01 ids that contain path traversal become safe file names or are refused', async (workspace) => {
  const ids = ['../../x', '/etc/x', '..', 'a/../../b', '..\\x', 'C:x', 'x:ads', '%2e%2e%2fx', 'good'];
  const names = await downloadNames(workspace, ids);
  expect(names.get('good')).toBe('good.wav');
});

acceptanceTest('C02 neither a response header nor the URL determines a file name or extension', async (workspace) => {
  const places = [
    ['one', 'x.sh', 'text/x-sh'],
    ['two', 'x.desktop', 'application/x-desktop'],
    ['three', 'x.html', 'audio/x-wav'],
  ] as const;
  const storage = await workspace.mediaServer((request, response) => {
    const index = places.findIndex(([, path]) => request.url.pathname.endsWith(path));
    response.setHeader('content-disposition', 'attachment; filename="../.bashrc"');
    return intactResponse(relay, index)(request, response);
  });
  await workspace.serveRecordings(
    relay,
    places.map(([id, path]) => ({ id, link: `${storage.originByName}/${path}` })),
  );
  expect((await workspace.run(downloadArgs(relay))).code).toBe(0);
  expect(readdirSync(workspace.out).sort()).toEqual([MANIFEST, 'one.wav', 'three.wav', 'two.wav']);
});

acceptanceTest(
  'C03 ids that are special to an operating system get safe and unique file names, the same in every run',
  async (workspace) => {
    const ids = [
      'CON',
      'nul.mp3',
      'a.',
      'a ',
      'a',
      'A',
      '-rf',
      '.hidden',
      'x'.repeat(300),
      `${'x'.repeat(299)}y`,
      '\u202egpj.exe',
      'a\0b',
      'a\nb',
      '__proto__',
      'constructor',
      '録'.repeat(100),
    ];
    const first = await downloadNames(workspace, ids);
    expect([...first.keys()].sort()).toEqual([...ids].sort());
    const again = await workspace.run(downloadArgs(relay));
    expect({ code: again.code, names: readdirSync(workspace.out).length }).toEqual({ code: 0, names: ids.length + 1 });
    await workspace.serveRecordings(relay, [{ id: '' }]);
    expect([0, 3, 5]).toContain((await workspace.run(downloadArgs(relay))).code);
  },
);

acceptanceTest('C05 a symlink planted under the final file name is not followed', async (workspace) => {
  await workspace.serveRecordings(relay, [{ id: 'one' }, { id: 'two' }]);
  const outside = join(workspace.root, 'outside');
  writeFileSync(outside, 'mine');
  mkdirSync(workspace.out, { mode: 0o700 });
  symlinkSync(outside, downloadedFile(workspace, relay, 'one'));
  expect((await workspace.run(downloadArgs(relay))).code).toBe(3);
  expect(lstatSync(downloadedFile(workspace, relay, 'one')).isSymbolicLink()).toBe(true);
  expect([0, 3]).toContain((await workspace.run(downloadArgs(relay, '--overwrite'))).code);
  expect(readFileSync(outside, 'utf8')).toBe('mine');
  expect(existsSync(downloadedFile(workspace, relay, 'two'))).toBe(true);
});

acceptanceTest('C07 a file that was already downloaded is not requested again', async (workspace) => {
  for (const wire of [relay, plivo]) {
    const asked = await workspace.serveRecordings(wire, [
      { id: 'one', ...(wire === relay && { row: { byte_size: mediaBytes(wire).length } }) },
    ]);
    for (const round of [1, 2])
      expect({ round, ...(await workspace.run(downloadArgs(wire))) }).toMatchObject({
        round,
        code: 0,
        out: '',
        err: '',
      });
    expect(asked).toHaveLength(1);
  }
});

acceptanceTest('C08 a different file under the same name is kept, and --overwrite replaces it', async (workspace) => {
  await workspace.serveRecordings(relay, [{ id: 'one', row: { byte_size: mediaBytes(relay).length } }]);
  mkdirSync(workspace.out, { mode: 0o700 });
  const file = downloadedFile(workspace, relay, 'one');
  writeFileSync(file, 'mine', { mode: 0o600 });
  const { code, err } = await workspace.run(downloadArgs(relay));
  expect({ code, text: readFileSync(file, 'utf8') }).toEqual({ code: 3, text: 'mine' });
  expect(err).toMatch(/^recx: one: .* already exists with a different .*\nUse --overwrite/m);
  expect((await workspace.run(downloadArgs(relay, '--overwrite'))).code).toBe(0);
  expect(sha256(readFileSync(file))).toBe(sha256(mediaBytes(relay)));
});

acceptanceTest('C09 files get mode 0600 and folders 0700 under every umask', async (workspace) => {
  const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);
  await workspace.serveRecordings(relay, [{ id: 'one' }]);
  const [words, input] = profileAddArgs('plivo', 'new', 'http://127.0.0.1:1');
  workspace.allowWrites(join(workspace.cwd, 'calls.csv'));
  for (const umask of ['000', '022', '077']) {
    const dir = workspace.allowWrites(join(workspace.cwd, `out-${umask}`));
    const config = workspace.allowWrites(join(workspace.home, umask));
    workspace.allowWrites(join(config, 'config.json'), 'secrets');
    const download = downloadArgs(relay, '--dir', dir, '--name', 'sub/{id}', '--sidecar').join(' ');
    const { code, err } = await workspace.shell(
      `umask ${umask}; $RECX ${download} && $RECX export -p relay --since 7d --out calls.csv &&
       RECX_CONFIG_DIR=${config} $RECX ${words.join(' ')}`,
      { input },
    );
    expect({ umask, code, err }).toEqual({ umask, code: 0, err: '' });
    for (const folder of [dir, join(dir, 'sub'), config]) expect(`${folder} ${mode(folder)}`).toBe(`${folder} 700`);
    const files = [
      join(dir, 'sub/one.wav'),
      join(dir, 'sub/one.json'),
      join(dir, MANIFEST),
      join(config, 'config.json'),
    ];
    for (const file of [...files, join(workspace.cwd, 'calls.csv')])
      expect(`${file} ${mode(file)}`).toBe(`${file} 600`);
  }
});

acceptanceTest('C10 a folder that cannot be written is reported before any media is requested', async (workspace) => {
  const asked = await workspace.serveRecordings(relay, [{ id: 'one' }]);
  writeFileSync(join(workspace.cwd, 'file'), '');
  const sealed = join(workspace.cwd, 'sealed');
  mkdirSync(sealed);
  chmodSync(sealed, 0o555);
  const root = process.getuid?.() === 0;
  const places = [['file/x', 'ENOTDIR'], ['/proc/x', 'ENOENT'], ...(root ? [] : [[join(sealed, 'x'), 'EACCES']])];
  for (const [dir = '', name] of places) {
    const { code, out, err } = await workspace.run(downloadArgs(relay, '--dir', dir));
    expect({ dir, code, out }).toEqual({ dir, code: 7, out: '' });
    expect(err).toMatch(/^recx: [^\n]+\n$/);
    expect(err).toContain(dir);
    expect(err).toContain(name);
  }
  const deep = workspace.allowWrites(join(workspace.cwd, 'missing'));
  expect(asked).toHaveLength(0);
  expect((await workspace.run(downloadArgs(relay, '--dir', join(deep, 'parent')))).code).toBe(0);
  expect(existsSync(join(deep, 'parent', `one.${nativeFormat(relay)}`))).toBe(true);
});
