import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sandboxApis } from '../../src/sandbox/server.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { answer, homeWith } from '../support/home.ts';
import { until } from '../support/pace.ts';
import { LEFT, sitDown } from '../support/terminal.ts';
import { plivo } from '../support/wires.ts';

const hasScript = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'script')));
const DOWN = '\u001b[B';

test('browse without a terminal is a usage error that suggests recx list', async () => {
  const { run, shell } = await homeWith();
  const refusal = { code: 2, out: '', err: 'recx: browse needs a terminal\nFor a pipe or a file: recx list\n' };
  expect(await run(['browse', '-p', 'plivo'])).toMatchObject(refusal);
  const dumb = await shell(`TERM=dumb script -qec '$RECX browse -p plivo' /dev/null </dev/null`);
  expect(dumb.code).toBe(2);
  expect(dumb.out).toMatch(/^recx: browse cannot draw on a terminal with TERM=dumb\r\n/);
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A player that records its arguments and environment, and plays until it is stopped. */
const fakePlayer = (folder: string): { readonly path: string; told(): string } => {
  const path = join(folder, 'player');
  const log = join(folder, 'told');
  writeFileSync(path, `#!/bin/sh\n(echo "$@"; env; ls -l "$2"; echo end) >${log}\nexec sleep 60\n`, { mode: 0o700 });
  return { path, told: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') };
};

describe.runIf(hasScript)('browse on a terminal', () => {
  test('filters the list, shows and copies a recording, and restores the terminal on exit', async () => {
    const home = await homeWith();
    const sitting = sitDown(['browse', '-p', 'plivo'], home);
    const { sees, types } = sitting;
    await sees('\u001b[?1049h');
    await sees('? help  q quit');
    await sees(/> \d{4}-/);
    types(DOWN);
    await sees(/\n> \d{4}-/);
    types('/+4420');
    await sees('/+4420_');
    types('\r');
    await sees('filter: +4420 (Esc clears it)');
    types('\r');
    await sees(/From +\+4420/);
    types('y');
    await sees('\u001b]52;c;');
    await sees(/copied [\w-]+/);
    types('\u001b');
    await sees('filter: +4420 (Esc clears it)');
    types('\u001b');
    await sees(/ · \d+ · (all|more below|reading…)/);
    types('q');
    expect(await sitting.ended).toBe(0);
    expect(sitting.sent).toContain(LEFT);
  });

  test('downloads the marked recordings', async () => {
    const home = await homeWith();
    const sitting = sitDown(['browse', '-p', 'plivo', '--status', 'completed', '--dir', 'got'], home);
    await sitting.sees(/> \d{4}-/);
    sitting.types('  ');
    await sitting.sees('2 marked');
    sitting.types('d');
    await sitting.sees(/done 2: .* into got/);
    sitting.types('q');
    expect(await sitting.ended).toBe(0);
    expect(sitting.sent).toContain(LEFT);
    const files = readdirSync(join(home.folder, 'got')).filter((name) => !name.startsWith('.'));
    expect(files).toHaveLength(3);
    expect(files).toContain('manifest.ndjson');
    expect(await home.run(['verify', join(home.folder, 'got')])).toMatchObject({ code: 0 });
  });

  test('plays a recording from a temporary folder that is deleted, with a player whose environment has no secrets', async () => {
    const home = await homeWith();
    const { path, told } = fakePlayer(home.folder);
    const temporary = emptyFolder();
    const secret = sandboxApis.find(({ provider }) => provider === 'plivo')?.login[1] ?? '';
    const sitting = sitDown(['browse', '-p', 'plivo', '--status', 'completed'], home, {
      RECX_PLAYER: `${path} --quiet`,
      TMPDIR: temporary,
      PLIVO_AUTH_TOKEN: 'planted-by-name',
      MINE: 'kept',
      ANY_NAME: secret,
    });
    await sitting.sees(/> \d{4}-/);
    sitting.types('p');
    await sitting.sees('playing');
    await expect.poll(told).toMatch(/^end$/m);
    const [words = ''] = told().split('\n');
    expect(words).toMatch(/^--quiet \/.*\/recx-browse-\w+\/[\w-]+\.(mp3|wav)$/);
    expect(told()).not.toContain('planted-by-name');
    expect(told()).not.toContain(secret);
    expect(told()).toContain('MINE=kept');
    expect(told()).toContain('-rw-------');
    sitting.types('q');
    expect(await sitting.ended).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(join(home.folder, 'recordings'))).toBe(false);
  });

  test.each([
    ['no player is installed', '', 'no player was found: install mpv or ffplay, or set RECX_PLAYER'],
    ['RECX_PLAYER does not exist', '/no/such/player', '/no/such/player could not be started'],
  ])('shows an error on playback when %s', async (_, player, said) => {
    const env = { RECX_PLAYER: player, PROGRAM_PATH: emptyFolder() };
    const sitting = sitDown(['browse', '-p', 'plivo', '--status', 'completed'], await homeWith(), env);
    await sitting.sees(/> \d{4}-/);
    sitting.types('p');
    await sitting.sees(said);
    sitting.types('q');
    expect(await sitting.ended).toBe(0);
  });

  test.each([
    ['Ctrl-C', 130, undefined],
    ['SIGTERM', 143, 'SIGTERM'],
    ['SIGHUP', 129, 'SIGHUP'],
  ] as const)('%s ends browse with the exit code of that signal and restores the terminal', async (_, code, signal) => {
    const sitting = sitDown(['browse', '-p', 'plivo'], await homeWith());
    await sitting.sees(/> \d{4}-/);
    if (signal === undefined) sitting.types('\u0003');
    else sitting.signal(signal);
    expect(await sitting.ended).toBe(code);
    expect(sitting.sent).toContain(LEFT);
  });

  test.each(['', 'p', 'd'])(
    'a closed terminal ends browse and leaves no process, temporary file or lock (after key %j)',
    async (keys) => {
      const home = await homeWith();
      const player = fakePlayer(emptyFolder());
      const scratch = emptyFolder();
      const sitting = sitDown(['browse', '-p', 'plivo', '--dir', join(scratch, 'out')], home, {
        RECX_PLAYER: player.path,
        TMPDIR: scratch,
      });
      await sitting.sees(/> \d{4}-/);
      sitting.types(keys);
      if (keys === 'p') await until(() => player.told().includes('end'));
      const pid = Number(/pid:(\d+)/.exec(sitting.sent)?.[1]);
      sitting.hangUp();
      await until(() => !isAlive(pid));
      expect(readdirSync(scratch).filter((name) => name.startsWith('recx-'))).toEqual([]);
      const out = join(scratch, 'out');
      expect(existsSync(out) ? readdirSync(out).filter((name) => name.endsWith('.lock')) : []).toEqual([]);
      // A running player would show the path of its file in the process list.
      expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(scratch);
    },
  );

  test('rejected credentials end browse, and the error remains visible after the screen is restored', async () => {
    const home = await homeWith({ intercept: (_, response) => answer(response, {}, 401) });
    const sitting = sitDown(['browse', '-p', 'plivo'], home);
    expect(await sitting.ended).toBe(4);
    expect(sitting.sent.slice(sitting.sent.lastIndexOf(LEFT))).toMatch(/recx: .* answered 401 for profile "plivo"/);
  });

  test('a failing server is reported, loaded rows stay, and r reloads the list', async () => {
    let dead = false;
    const home = await homeWith({
      intercept: (_, response) => {
        if (dead) response.destroy();
        return dead;
      },
    });
    const sitting = sitDown(['browse', '-p', 'plivo', '--retries', '0'], home);
    await sitting.sees('more below');
    dead = true;
    sitting.types('G');
    await sitting.sees(/cannot be reached.* r reads again/);
    dead = false;
    sitting.types('r');
    await sitting.sees('more below');
    sitting.types('q');
    expect(await sitting.ended).toBe(0);
    expect(sitting.sent).toContain('incomplete');
  });

  test('control sequences in rows are escaped on the screen and in the copied id', async () => {
    const evil = '\u001b]0;owned\u0007\u202e\u001b[2J';
    const rows = [plivo.row(evil, { [plivo.key]: evil }), plivo.row('b')];
    const home = await homeWith({
      intercept: ({ url }, response) => url.pathname === plivo.list && answer(response, plivo.page(rows, null)),
    });
    const sitting = sitDown(['browse', '-p', 'plivo'], home);
    const { sees, types } = sitting;
    await sees(/> \d{4}-/);
    types('y');
    await sees('copied \\u001b]0;owned');
    types('\r');
    await sees(/ID +\\u001b\]0;owned/);
    types('qq');
    expect(await sitting.ended).toBe(0);
    expect(sitting.sent).not.toContain(evil);
  });
});
