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
import { adding } from '../support/home.ts';
import { sha256 } from '../support/media-faults.ts';
import { linesOf, MANIFEST, nativeOf, treeOf } from '../support/stock.ts';
import { acceptance, downloading, fileIn, goodOf, mediaOf, type Trial } from '../support/trial.ts';
import { plivo, relay } from '../support/wires.ts';

/** Downloads ids and returns the file name of each; checks that each file belongs to its id and that every other id is reported. */
const downloadNames = async (trial: Trial, ids: readonly string[]): Promise<Map<string, string>> => {
  await trial.stock(
    relay,
    ids.map((id) => ({ id })),
  );
  const { code, err } = await trial.run(downloading(relay));
  const lines = linesOf(trial.out).map(({ id, path }) => [String(id), String(path)] as const);
  for (const [id, path] of lines) {
    trial.expects(path, mediaOf(relay, ids.indexOf(id)));
    expect(path).toMatch(/^[^-.\s/\\:<>"|?*][^/\\:<>"|?*]*\.wav$/);
    expect(Buffer.byteLength(`.${path}.part.json`)).toBeLessThanOrEqual(255);
  }
  expect(new Set(lines.map(([, path]) => path)).size).toBe(lines.length);
  expect(treeOf(trial.out)).toEqual([...lines.map(([, path]) => path), MANIFEST].sort());
  expect({ lost: err.match(/^recx: /gm)?.length ?? 0, code }).toEqual({
    lost: ids.length - lines.length,
    code: lines.length === ids.length ? 0 : 3,
  });
  return new Map(lines);
};

acceptance('C01 ids that contain path traversal become safe file names or are refused', async (trial) => {
  const ids = ['../../x', '/etc/x', '..', 'a/../../b', '..\\x', 'C:x', 'x:ads', '%2e%2e%2fx', 'good'];
  const names = await downloadNames(trial, ids);
  expect(names.get('good')).toBe('good.wav');
});

acceptance('C02 neither a response header nor the URL determines a file name or extension', async (trial) => {
  const places = [
    ['one', 'x.sh', 'text/x-sh'],
    ['two', 'x.desktop', 'application/x-desktop'],
    ['three', 'x.html', 'audio/x-wav'],
  ] as const;
  const storage = await trial.other((request, response) => {
    const index = places.findIndex(([, path]) => request.url.pathname.endsWith(path));
    response.setHeader('content-disposition', 'attachment; filename="../.bashrc"');
    return goodOf(relay, index)(request, response);
  });
  await trial.stock(
    relay,
    places.map(([id, path]) => ({ id, link: `${storage.named}/${path}` })),
  );
  expect((await trial.run(downloading(relay))).code).toBe(0);
  expect(readdirSync(trial.out).sort()).toEqual([MANIFEST, 'one.wav', 'three.wav', 'two.wav']);
});

acceptance(
  'C03 ids that are special to an operating system get safe and unique file names, the same in every run',
  async (trial) => {
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
    const first = await downloadNames(trial, ids);
    expect([...first.keys()].sort()).toEqual([...ids].sort());
    const again = await trial.run(downloading(relay));
    expect({ code: again.code, names: readdirSync(trial.out).length }).toEqual({ code: 0, names: ids.length + 1 });
    await trial.stock(relay, [{ id: '' }]);
    expect([0, 3, 5]).toContain((await trial.run(downloading(relay))).code);
  },
);

acceptance('C05 a symlink planted under the final file name is not followed', async (trial) => {
  await trial.stock(relay, [{ id: 'one' }, { id: 'two' }]);
  const outside = join(trial.root, 'outside');
  writeFileSync(outside, 'mine');
  mkdirSync(trial.out, { mode: 0o700 });
  symlinkSync(outside, fileIn(trial, relay, 'one'));
  expect((await trial.run(downloading(relay))).code).toBe(3);
  expect(lstatSync(fileIn(trial, relay, 'one')).isSymbolicLink()).toBe(true);
  expect([0, 3]).toContain((await trial.run(downloading(relay, '--overwrite'))).code);
  expect(readFileSync(outside, 'utf8')).toBe('mine');
  expect(existsSync(fileIn(trial, relay, 'two'))).toBe(true);
});

acceptance('C07 a file that was already downloaded is not requested again', async (trial) => {
  for (const wire of [relay, plivo]) {
    const asked = await trial.stock(wire, [
      { id: 'one', ...(wire === relay && { row: { byte_size: mediaOf(wire).length } }) },
    ]);
    for (const round of [1, 2])
      expect({ round, ...(await trial.run(downloading(wire))) }).toMatchObject({ round, code: 0, out: '', err: '' });
    expect(asked).toHaveLength(1);
  }
});

acceptance('C08 a different file under the same name is kept, and --overwrite replaces it', async (trial) => {
  await trial.stock(relay, [{ id: 'one', row: { byte_size: mediaOf(relay).length } }]);
  mkdirSync(trial.out, { mode: 0o700 });
  const file = fileIn(trial, relay, 'one');
  writeFileSync(file, 'mine', { mode: 0o600 });
  const { code, err } = await trial.run(downloading(relay));
  expect({ code, text: readFileSync(file, 'utf8') }).toEqual({ code: 3, text: 'mine' });
  expect(err).toMatch(/^recx: one: .*--overwrite/m);
  expect((await trial.run(downloading(relay, '--overwrite'))).code).toBe(0);
  expect(sha256(readFileSync(file))).toBe(sha256(mediaOf(relay)));
});

acceptance('C09 files get mode 0600 and folders 0700 under every umask', async (trial) => {
  const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);
  await trial.stock(relay, [{ id: 'one' }]);
  const [words, input] = adding('plivo', 'new', 'http://127.0.0.1:1');
  trial.allow(join(trial.cwd, 'calls.csv'));
  for (const umask of ['000', '022', '077']) {
    const dir = trial.allow(join(trial.cwd, `out-${umask}`));
    const config = trial.allow(join(trial.home, umask));
    trial.allow(join(config, 'config.json'), 'secrets');
    const download = downloading(relay, '--dir', dir, '--name', 'sub/{id}', '--sidecar').join(' ');
    const { code, err } = await trial.shell(
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
    for (const file of [...files, join(trial.cwd, 'calls.csv')]) expect(`${file} ${mode(file)}`).toBe(`${file} 600`);
  }
});

acceptance('C10 a folder that cannot be written is reported before any media is requested', async (trial) => {
  const asked = await trial.stock(relay, [{ id: 'one' }]);
  writeFileSync(join(trial.cwd, 'file'), '');
  const sealed = join(trial.cwd, 'sealed');
  mkdirSync(sealed);
  chmodSync(sealed, 0o555);
  const root = process.getuid?.() === 0;
  const places = [['file/x', 'ENOTDIR'], ['/proc/x', 'ENOENT'], ...(root ? [] : [[join(sealed, 'x'), 'EACCES']])];
  for (const [dir = '', name] of places) {
    const { code, out, err } = await trial.run(downloading(relay, '--dir', dir));
    expect({ dir, code, out }).toEqual({ dir, code: 7, out: '' });
    expect(err).toMatch(/^recx: [^\n]+\n$/);
    expect(err).toContain(dir);
    expect(err).toContain(name);
  }
  const deep = trial.allow(join(trial.cwd, 'missing'));
  expect(asked).toHaveLength(0);
  expect((await trial.run(downloading(relay, '--dir', join(deep, 'parent')))).code).toBe(0);
  expect(existsSync(join(deep, 'parent', `one.${nativeOf(relay)}`))).toBe(true);
});
