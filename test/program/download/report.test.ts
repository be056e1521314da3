import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith, unrelatedServer } from '../../support/home.ts';
import { fileBytes } from '../../support/media-faults.ts';
import { runPacked, runShell } from '../../support/packed.ts';
import { type Run, runHere } from '../../support/run.ts';
import { wireFormats } from '../../support/wire-formats.ts';

const audio = fileBytes('wav');
const sha256 = createHash('sha256').update(audio).digest('hex');
const lineOf = (path: string, more: object = {}): string =>
  `${JSON.stringify({
    id: path.replace(/\..*/, ''),
    provider: 'plivo',
    api: 'voice',
    profile: 'work',
    path,
    bytes: audio.length,
    sha256,
    content_type: 'audio/wav',
    created_at: '2026-11-20T12:00:00.000Z',
    downloaded_at: '2026-11-20T13:00:00.000Z',
    ...more,
  })}\n`;

/** A folder with these files and their manifest. */
const folderWith = (...paths: readonly string[]): string => {
  const folder = join(emptyFolder(), 'out');
  mkdirSync(folder);
  for (const path of paths) writeFileSync(join(folder, path), audio);
  writeFileSync(join(folder, 'manifest.ndjson'), paths.map((path) => lineOf(path)).join(''));
  return folder;
};
const report = (folder: string, ...words: readonly string[]): Promise<Run> => runHere(['report', folder, ...words]);
const pageIn = (folder: string): string => readFileSync(join(folder, 'report.html'), 'utf8');

interface Row {
  readonly [key: string]: string | number | null;
}
/** The rows embedded in a report page. */
const rowsIn = (page: string): readonly Row[] => {
  const [, about = '{}'] = /id="about">(.*)<\/script>/.exec(page) ?? [];
  const { keys } = JSON.parse(about) as { readonly keys: readonly string[] };
  return [...page.matchAll(/class="rows">(.*)<\/script>/g)].flatMap(([, json = '']) =>
    (JSON.parse(json) as (readonly (string | number | null)[])[]).map((values) =>
      Object.fromEntries(keys.map((key, index) => [key, values[index] ?? null])),
    ),
  );
};
const states = (page: string): readonly string[] => rowsIn(page).map(({ path, state }) => `${path} ${state}`);

describe.concurrent('the HTML report', () => {
  test('on a terminal says that its folder has to go with it', async () => {
    const home = await homeWith();
    const onTerminal = async (...words: readonly string[]) => {
      const { code, err } = await home.run(['report', ...words], { columns: 100, showsErrors: true });
      expect(code).toBe(0);
      return err.replaceAll(/\s+/g, '');
    };
    const calls = join(home.folder, 'calls');
    cpSync(folderWith('a.wav'), calls, { recursive: true });
    expect(await onTerminal(calls)).toContain(
      `:nonemissingordamagedTopassiton,sendthewholefolder${calls}:thepageplaysthefilesthere`,
    );
    expect(await onTerminal(calls, '--out', join(home.folder, 'page.html'))).toContain(`sendthefolder${calls}withit`);
    const none = join(home.folder, 'none');
    mkdirSync(none);
    expect(await onTerminal(none)).not.toContain('Topassiton');
  });

  test('of an intact folder prints nothing, has mode 0600 and is not reported by verify', async () => {
    const folder = folderWith('a.wav', 'b.wav');
    for (let round = 0; round < 2; round++) expect(await report(folder)).toMatchObject({ code: 0, out: '', err: '' });
    expect(statSync(join(folder, 'report.html')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['a.wav', 'b.wav', 'manifest.ndjson', 'report.html']);
    expect(states(pageIn(folder))).toEqual(['a.wav ok', 'b.wav ok']);
    expect(await runHere(['verify', folder, '-o', 'json'])).toMatchObject({ code: 0, out: '[]\n' });
  });

  test('marks missing and damaged files, and needs --check to detect changed bytes', async () => {
    const folder = folderWith('a.wav', 'altered.wav', 'longer.wav', 'missing.wav');
    const altered = Buffer.from(audio);
    altered.writeUInt8(altered.readUInt8(99) ^ 1, 99);
    writeFileSync(join(folder, 'altered.wav'), altered);
    expect(await report(folder)).toMatchObject({ code: 0 });
    appendFileSync(join(folder, 'longer.wav'), 'x');
    rmSync(join(folder, 'missing.wav'));
    const run = await report(folder);
    expect(run).toMatchObject({ code: 3, out: '' });
    expect(run.err).toMatch(/4 files, .*: 1 missing, 1 damaged/);
    expect(states(pageIn(folder))).toEqual(['a.wav ok', 'altered.wav ok', 'longer.wav damaged', 'missing.wav missing']);
    expect(pageIn(folder)).toContain('contents not hashed (use --check)');
    expect((await report(folder, '--check')).code).toBe(3);
    expect(states(pageIn(folder))).toContain('altered.wav damaged');
    expect(pageIn(folder)).toContain('File sizes and SHA-256 hashes checked.');
  });

  test('reads no file outside the folder, and counts unreadable manifest lines', async () => {
    const folder = folderWith('a.wav');
    const outside = join(folder, '../outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'x.wav'), audio);
    writeFileSync(join(outside, 'x.json'), JSON.stringify({ id: 'x', provider: 'plivo', from: 'SECRET' }));
    symlinkSync(outside, join(folder, 'way'));
    symlinkSync(join(outside, 'x.wav'), join(folder, 'link.wav'));
    symlinkSync(join(outside, 'x.json'), join(folder, 'link.json'));
    const leading = [
      '../outside/x.wav',
      join(outside, 'x.wav'),
      'a/../../outside/x.wav',
      '..\\outside\\x.wav',
      'way/x.wav',
    ];
    const lines = [...leading, 'link.wav', `${'x'.repeat(5000)}.wav`].map((path) => lineOf(path, { id: 'x' }));
    appendFileSync(join(folder, 'manifest.ndjson'), `\n{}\nnull\n${lines.join('')}{"id":"to`);
    const run = await report(folder, '--check');
    expect(run.code).toBe(3);
    expect(run.err).toMatch(/3 unreadable lines in the manifest/);
    const rows = rowsIn(pageIn(folder));
    expect(rows.map(({ state }) => state)).toEqual(['ok', ...leading.map(() => 'missing'), 'damaged', 'missing']);
    expect(rows.slice(1).map(({ media }) => media)).toEqual(lines.map(() => null));
    expect(pageIn(folder)).not.toContain('SECRET');
    const verified = await runHere(['verify', folder, '-o', 'json']);
    expect(verified.out).toContain('its path leads through a link');
  });

  test('reads sidecars, and ignores those that are broken, huge or of another recording', async () => {
    const folder = folderWith('a.wav', 'broken.wav', 'huge.wav', 'other.wav', 'none.wav');
    const sidecar = (id: string): string =>
      JSON.stringify({ id, provider: 'plivo', from: '+12025550101', kind: 'call' });
    writeFileSync(join(folder, 'a.json'), sidecar('a'));
    writeFileSync(join(folder, 'broken.json'), sidecar('broken').slice(0, 20));
    writeFileSync(join(folder, 'huge.json'), sidecar('huge') + ' '.repeat(70_000));
    writeFileSync(join(folder, 'other.json'), sidecar('a'));
    expect(await report(folder)).toMatchObject({ code: 0, err: '' });
    expect(rowsIn(pageIn(folder)).map(({ from }) => from)).toEqual(['+12025550101', null, null, null, null]);
    expect(pageIn(folder)).toContain('3 sidecars cannot be read');
    await runShell(`rm ${folder}/a.json && mkfifo ${folder}/a.json`);
    expect(await report(folder)).toMatchObject({ code: 0, err: '' });
  });

  test('links to the files correctly from any folder', async () => {
    const folder = folderWith('a b#1.wav');
    const other = join(folder, '../elsewhere/deep');
    expect(await report(folder, '--out', join(other, 'page.html'))).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(other, 'page.html'), 'utf8')).toContain('href="../../out/a%20b%231.wav"');
    const run = await report(folder, '--out', '-');
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toContain('href="./a%20b%231.wav"');
    expect(run.out.endsWith('</html>\n')).toBe(true);
    expect(existsSync(join(folder, 'report.html'))).toBe(false);
  });

  test('replaces only a report unless --overwrite is given, and never follows a link', async () => {
    const folder = folderWith('a.wav');
    const page = join(folder, 'report.html');
    writeFileSync(page, '<!doctype html>mine');
    const refused = await report(folder);
    expect(refused).toMatchObject({ code: 7, out: '' });
    expect(refused.err).toContain('--overwrite');
    expect(readFileSync(page, 'utf8')).toBe('<!doctype html>mine');
    expect(await report(folder, '--overwrite')).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(page, 'utf8')).toContain('generator');
    const victim = join(folder, '../victim.html');
    for (const [link, overwritten] of [
      [symlinkSync, 8],
      [linkSync, 0],
    ] as const) {
      rmSync(page);
      writeFileSync(victim, readFileSync(join(folder, 'a.wav')));
      link(victim, page);
      expect((await report(folder)).code).toBe(overwritten === 8 ? 8 : 7);
      expect((await report(folder, '--overwrite')).code).toBe(overwritten);
      expect(readFileSync(victim).equals(audio)).toBe(true);
    }
    rmSync(page);
    symlinkSync(victim, join(folder, '.report.html.part'));
    expect((await report(folder)).code).not.toBe(0);
    expect(readFileSync(victim).equals(audio)).toBe(true);
  });

  test('of an empty folder states that it is empty, and a missing folder or manifest is an error', async () => {
    const empty = emptyFolder();
    for (let round = 0; round < 2; round++) expect(await report(empty)).toMatchObject({ code: 0, out: '', err: '' });
    expect(pageIn(empty)).toContain('The folder is empty');
    expect(await report(join(empty, 'nowhere'))).toMatchObject({ code: 7, out: '' });
    expect(existsSync(join(empty, 'nowhere'))).toBe(false);
    writeFileSync(join(empty, 'x.wav'), audio);
    const run = await report(empty);
    expect(run).toMatchObject({ code: 7, out: '' });
    expect(run.err).toContain('manifest.ndjson not found');
    symlinkSync('/dev/zero', join(empty, 'manifest.ndjson'));
    expect(await report(empty)).toMatchObject({ code: 8, out: '' });
  });

  test('lists files that are not in the manifest', async () => {
    const folder = folderWith('a.wav');
    writeFileSync(join(folder, 'note <1>.txt'), 'x');
    expect(await report(folder)).toMatchObject({ code: 0, err: '' });
    expect(pageIn(folder)).toContain('<li>note &#60;1&#62;.txt</li>');
  });

  test.each([
    ['--out', 'manifest.ndjson'],
    ['--out', 'a.wav'],
    ['--out', ''],
    ['--out', '.html'],
    ['--title', ' '],
    ['--out', '-', '--overwrite'],
    ['--out', '-', '--open'],
    ['--rehash'],
  ])('rejects %s %s %s', async (...words) => {
    const folder = folderWith('a.wav');
    expect(await report(folder, ...words.filter((word) => word !== undefined))).toMatchObject({ code: 2, out: '' });
    expect(readdirSync(folder).sort()).toEqual(['a.wav', 'manifest.ndjson']);
  });

  test('can be written after a killed run left a lock and a partial file', async () => {
    const folder = folderWith('a.wav');
    writeFileSync(join(folder, '.report.html.part'), 'left'.repeat(1e5));
    writeFileSync(join(folder, '.report.html.lock'), '');
    utimesSync(join(folder, '.report.html.lock'), 1e9, 1e9);
    expect(await report(folder)).toMatchObject({ code: 0, err: '' });
    expect(pageIn(folder).endsWith('</html>\n')).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['a.wav', 'manifest.ndjson', 'report.html']);
  });
});

/** A folder for PATH with an opener that notes its arguments and its environment, and ends with this code. */
const openerFolder = (code = 0): string => {
  const folder = emptyFolder();
  const script = `#!/bin/sh\n{ printf '%s\\n' "$@"; env; } > ${folder}/seen.tmp; mv ${folder}/seen.tmp ${folder}/seen; exit ${code}\n`;
  writeFileSync(join(folder, process.platform === 'darwin' ? 'open' : 'xdg-open'), script, { mode: 0o755 });
  return folder;
};
const SYSTEM_PATH = '/usr/bin:/bin';

describe.concurrent('report --open', () => {
  test('opens the page by its URL, without secrets in the environment', async () => {
    const folder = folderWith('a.wav');
    const page = join(folder, '-o $(touch x) #1;.html');
    const opener = openerFolder();
    const config = emptyFolder();
    const stored = {
      provider: 'plivo',
      credentials: { auth_id: 'MA' },
      secret: { field: 'auth_token', env: 'MY_TOKEN' },
    };
    writeFileSync(join(config, 'config.json'), JSON.stringify({ version: 1, profiles: { work: stored } }));
    const env = {
      PATH: `${opener}:${SYSTEM_PATH}`,
      RECX_CONFIG_DIR: config,
      TWILIO_AUTH_TOKEN: 'tok-1',
      MY_TOKEN: 'tok-2',
      DISPLAY: ':7',
    };
    expect(await runHere(['report', folder, '--out', page, '--open'], { env })).toMatchObject({
      code: 0,
      out: '',
      err: '',
    });
    const seen = readFileSync(join(opener, 'seen'), 'utf8');
    expect(seen.split('\n')[0]).toBe(pathToFileURL(page).href);
    expect(seen).toContain('DISPLAY=:7');
    expect(seen).not.toContain('tok-');
  });

  test.each([
    ['without an opener', emptyFolder, /--open: .*\w not found on the PATH\nOpen .*report\.html in a browser yourself/],
    ['with an opener that fails', () => `${openerFolder(3)}:${SYSTEM_PATH}`, /--open: \S*open exited with code 3/],
  ])('%s ends with 7, and the page stays', async (_, path, text) => {
    const folder = folderWith('a.wav');
    const run = await runHere(['report', folder, '--open'], { env: { PATH: path() } });
    expect(run).toMatchObject({ code: 7, out: '' });
    expect(run.err).toMatch(text);
    expect(pageIn(folder)).toContain('</html>');
  });

  test('without an opener, missing files still make the exit code 3', async () => {
    const folder = folderWith('a.wav', 'b.wav');
    rmSync(join(folder, 'b.wav'));
    const run = await runHere(['report', folder, '--open'], { env: { PATH: emptyFolder() } });
    expect(run.code).toBe(3);
    expect(run.err).toMatch(/1 missing[\s\S]*not found on the PATH|not found on the PATH[\s\S]*1 missing/);
  });
});

test.concurrent.each(wireFormats)(
  'a download of $name without sidecars is reported with caller, kind and length',
  async ({ args }) => {
    const home = await homeWith();
    const folder = emptyFolder();
    const filters = [...args, '--since', '7d', '--status', 'completed'];
    expect((await home.run(['download', ...filters, '-n', '3', '--dir', folder])).code).toBe(0);
    const { out } = await home.run(['list', ...filters, '-o', 'json']);
    const recordings = JSON.parse(out) as readonly Row[]; // the document of list
    expect((await report(folder)).code).toBe(0);
    const rows = rowsIn(pageIn(folder));
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      const { kind, from, to, duration_seconds: durationSeconds } = recordings.find(({ id }) => id === row.id) ?? {};
      expect(row).toMatchObject({ kind, from, to, durationSeconds });
    }
  },
);

/** A browser to test the page in; without one the test is skipped. */
const browser = process.env.CHROMIUM;
test.skipIf(!browser)('in Chromium hostile data in the HTML report stays text, and no request is made', async () => {
  const folder = folderWith('a.wav');
  writeFileSync(join(folder, 'b.wav'), audio);
  const { port, connections } = await unrelatedServer();
  const bad = `</script><img src="http://127.0.0.1:${port}/" onerror=alert(1)>\u202e`;
  appendFileSync(join(folder, 'manifest.ndjson'), lineOf('b.wav', { id: bad, profile: bad }));
  expect((await report(folder)).code).toBe(0);
  const home = emptyFolder();
  const flags = '--headless --no-sandbox --disable-gpu --virtual-time-budget=3000 --dump-dom';
  const run = await runShell(`${browser} ${flags} --user-data-dir=${home} file://${folder}/report.html 2>/dev/null`, {
    env: { HOME: home },
  });
  const [, body = ''] = /id="recordings"([\s\S]*?)<\/section>/.exec(run.out) ?? [];
  expect(body).toContain('&lt;/script&gt;&lt;img');
  expect(body).toContain('\\u202e');
  expect(run.out).not.toContain('<img');
  expect(connections()).toBe(0);
});

test.skipIf(!browser)(
  'in Chromium a narrow screen shows each row of the report as a card, with nothing cut off',
  async () => {
    const folder = folderWith('a.wav');
    writeFileSync(join(folder, 'b.wav'), audio);
    const details = {
      kind: 'call',
      from: '+12025550101',
      to: `sip:${'support'.repeat(9)}@example.com`,
      duration_seconds: 65,
    };
    appendFileSync(join(folder, 'manifest.ndjson'), lineOf('b.wav', details));
    // The packed program: only there the page has its style.
    expect((await runPacked(['report', folder])).code).toBe(0);
    const probe =
      'const { scrollWidth, clientWidth } = document.documentElement;' +
      "const cut = [...document.querySelectorAll('#table td')].filter((cell) => cell.scrollWidth > cell.clientWidth);" +
      "const { display } = getComputedStyle(document.querySelector('#table tbody tr'));" +
      "document.title = [scrollWidth - clientWidth, cut.length, display].join(' ');";
    const page = pageIn(folder).replace(/<meta http-equiv[^>]*>/, '');
    writeFileSync(
      join(folder, 'probe.html'),
      page.replace('</body>', `<script>setTimeout(() => {${probe}}, 500)</script></body>`),
    );
    const home = emptyFolder();
    const flags = '--headless --no-sandbox --disable-gpu --virtual-time-budget=3000 --window-size=500,900 --dump-dom';
    const run = await runShell(`${browser} ${flags} --user-data-dir=${home} file://${folder}/probe.html 2>/dev/null`, {
      env: { HOME: home },
    });
    expect(/<title>(.*)<\/title>/.exec(run.out)?.[1]).toBe('0 0 grid');
  },
);
