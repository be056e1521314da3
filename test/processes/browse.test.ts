import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sandboxApis } from '../../src/sandbox/server.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { answer, homeWith } from '../support/home.ts';
import { RESTORED, startOnTerminal } from '../support/terminal.ts';
import { waitUntil } from '../support/timing.ts';
import { plivo } from '../support/wire-formats.ts';

const hasScript = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'script')));
const DOWN = '\u001b[B';

test('browse without a terminal is a usage error that suggests recx list', async () => {
  const { run, shell } = await homeWith();
  const refusal = {
    code: 2,
    out: '',
    err: 'recx: browse requires a terminal\nTo use recx in a script, see recx list\n',
  };
  expect(await run(['browse', '-p', 'plivo'])).toMatchObject(refusal);
  const dumb = await shell(`TERM=dumb script -qec '$RECX browse -p plivo' /dev/null </dev/null`);
  expect(dumb.code).toBe(2);
  expect(dumb.out).toMatch(/^recx: browse does not work with TERM=dumb\r\n/);
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
    const terminal = startOnTerminal(['browse', '-p', 'plivo'], home);
    const { waitFor, type } = terminal;
    await waitFor('\u001b[?1049h');
    await waitFor('? help  q quit');
    await waitFor(/> \d{4}-/);
    type(DOWN);
    await waitFor(/\n> \d{4}-/);
    type('/+4420');
    await waitFor('/+4420_');
    type('\r');
    await waitFor('filter: +4420 (Esc clears it)');
    type('\r');
    await waitFor(/From +\+4420/);
    type('y');
    await waitFor('\u001b]52;c;');
    await waitFor(/copied [\w-]+/);
    type('\u001b');
    await waitFor('filter: +4420 (Esc clears it)');
    type('\u001b');
    await waitFor(/ · \d+ · (all|more below|loading…)/);
    type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.sent).toContain(RESTORED);
    const { recent } = JSON.parse(readFileSync(join(home.folder, 'recent.json'), 'utf8'));
    expect(recent[0]).toMatchObject({ profile: 'plivo', id: expect.stringMatching(/^[\da-f]{8}-/) });
  });

  test('downloads the marked recordings', async () => {
    const home = await homeWith();
    const terminal = startOnTerminal(['browse', '-p', 'plivo', '--status', 'completed', '--dir', 'got'], home);
    await terminal.waitFor(/> \d{4}-/);
    terminal.type('  ');
    await terminal.waitFor('2 marked');
    terminal.type('d');
    await terminal.waitFor(/2 downloaded to got\//);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.sent).toContain(RESTORED);
    const files = readdirSync(join(home.folder, 'got')).filter((name) => !name.startsWith('.'));
    expect(files).toHaveLength(3);
    expect(files).toContain('manifest.ndjson');
    expect(await home.run(['verify', join(home.folder, 'got')])).toMatchObject({ code: 0 });
  });

  test('plays a recording from a temporary folder that is deleted, with a player whose environment has no secrets', async () => {
    const home = await homeWith();
    const { path, told } = fakePlayer(home.folder);
    const temporary = emptyFolder();
    const secret = sandboxApis.find(({ provider }) => provider === 'plivo')?.basicAuth[1] ?? '';
    const terminal = startOnTerminal(['browse', '-p', 'plivo', '--status', 'completed'], home, {
      RECX_PLAYER: `${path} --quiet`,
      TMPDIR: temporary,
      PLIVO_AUTH_TOKEN: 'planted-by-name',
      MINE: 'kept',
      ANY_NAME: secret,
    });
    await terminal.waitFor(/> \d{4}-/);
    terminal.type('p');
    await terminal.waitFor('playing');
    await expect.poll(told).toMatch(/^end$/m);
    const [words = ''] = told().split('\n');
    expect(words).toMatch(/^--quiet \/.*\/recx-browse-\w+\/\w+\/[\w-]+\.(mp3|wav)$/);
    expect(told()).not.toContain('planted-by-name');
    expect(told()).not.toContain(secret);
    expect(told()).toContain('MINE=kept');
    expect(told()).toContain('-rw-------');
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(join(home.folder, 'recordings'))).toBe(false);
  });

  test.each([
    ['of the recording', {}, true],
    ['of another account', { account_id: 'MAother' }, false],
    ['of another provider', { provider: 'twilio' }, false],
    ['of another recording', { id: 'other' }, false],
    ['of another size', { bytes: 4 }, false],
    ['without a line', undefined, false],
  ] as const)('plays a file of the folder only if it is its own: one %s', async (_, changes, isOwn) => {
    const home = await homeWith();
    const { path, told } = fakePlayer(home.folder);
    const words = ['-p', 'plivo', '--status', 'completed', '--limit', '1'];
    const got = join(home.folder, 'got');
    expect(await home.run(['download', ...words, '--dir', got])).toMatchObject({ code: 0 });
    const manifest = join(got, 'manifest.ndjson');
    const line = { ...JSON.parse(readFileSync(manifest, 'utf8')), ...changes };
    writeFileSync(manifest, changes === undefined ? '' : `${JSON.stringify(line)}\n`);
    const args = ['browse', '-p', 'plivo', '--status', 'completed', '--dir', got];
    const terminal = startOnTerminal(args, home, { RECX_PLAYER: `${path} --quiet`, TMPDIR: emptyFolder() });
    await terminal.waitFor(/> \d{4}-/);
    terminal.type('p');
    await terminal.waitFor('playing');
    await expect.poll(told).toMatch(/^end$/m);
    expect(told().split('\n')[0]).toMatch(isOwn ? /^--quiet \/.*\/got\/[^/]+$/ : /\/recx-browse-\w+\//);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  test.each([
    ['no player is installed', '', 'no player found: install mpv or ffplay, or set RECX_PLAYER'],
    ['RECX_PLAYER does not exist', '/no/such/player', '/no/such/player failed to start'],
  ])('shows an error on playback when %s', async (_, player, said) => {
    const env = { RECX_PLAYER: player, PROGRAM_PATH: emptyFolder() };
    const terminal = startOnTerminal(['browse', '-p', 'plivo', '--status', 'completed'], await homeWith(), env);
    await terminal.waitFor(/> \d{4}-/);
    terminal.type('p');
    await terminal.waitFor(said);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  test.each([
    ['Ctrl-C', 130, undefined],
    ['SIGTERM', 143, 'SIGTERM'],
    ['SIGHUP', 129, 'SIGHUP'],
  ] as const)('%s ends browse with the exit code of that signal and restores the terminal', async (_, code, signal) => {
    const terminal = startOnTerminal(['browse', '-p', 'plivo'], await homeWith());
    await terminal.waitFor(/> \d{4}-/);
    if (signal === undefined) terminal.type('\u0003');
    else terminal.signal(signal);
    expect(await terminal.ended).toBe(code);
    expect(terminal.sent).toContain(RESTORED);
  });

  test.each(['', 'p', 'd'])(
    'a closed terminal ends browse and leaves no process, temporary file or lock (after key %j)',
    async (keys) => {
      const home = await homeWith();
      const player = fakePlayer(emptyFolder());
      const scratch = emptyFolder();
      const terminal = startOnTerminal(['browse', '-p', 'plivo', '--dir', join(scratch, 'out')], home, {
        RECX_PLAYER: player.path,
        TMPDIR: scratch,
      });
      await terminal.waitFor(/> \d{4}-/);
      terminal.type(keys);
      if (keys === 'p') await waitUntil(() => player.told().includes('end'));
      const pid = Number(/pid:(\d+)/.exec(terminal.sent)?.[1]);
      terminal.hangUp();
      await waitUntil(() => !isAlive(pid));
      expect(readdirSync(scratch).filter((name) => name.startsWith('recx-'))).toEqual([]);
      const out = join(scratch, 'out');
      expect(existsSync(out) ? readdirSync(out).filter((name) => name.endsWith('.lock')) : []).toEqual([]);
      // A running player would show the path of its file in the process list.
      expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(scratch);
    },
  );

  test('rejected credentials end browse, and the error remains visible after the screen is restored', async () => {
    const home = await homeWith({ intercept: (_, response) => answer(response, {}, 401) });
    const terminal = startOnTerminal(['browse', '-p', 'plivo'], home);
    expect(await terminal.ended).toBe(4);
    expect(terminal.sent.slice(terminal.sent.lastIndexOf(RESTORED))).toMatch(
      /recx: Plivo rejected the credentials of profile "plivo" \(HTTP 401 from /,
    );
  });

  test('a failing server is reported, loaded rows stay, and r reloads the list', async () => {
    let dead = false;
    const home = await homeWith({
      intercept: (_, response) => {
        if (dead) response.destroy();
        return dead;
      },
    });
    const terminal = startOnTerminal(['browse', '-p', 'plivo', '--retries', '0'], home);
    await terminal.waitFor('more below');
    dead = true;
    terminal.type('G');
    await terminal.waitFor(/cannot be reached.* r reloads the list/);
    dead = false;
    terminal.type('r');
    await terminal.waitFor('more below');
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.sent).toContain('incomplete');
  });

  test('control sequences in rows are escaped on the screen and in the copied id', async () => {
    const evil = '\u001b]0;owned\u0007\u202e\u001b[2J';
    const rows = [plivo.row(evil, { [plivo.textKey]: evil }), plivo.row('b')];
    const home = await homeWith({
      intercept: ({ url }, response) => url.pathname === plivo.listPath && answer(response, plivo.page(rows, null)),
    });
    const terminal = startOnTerminal(['browse', '-p', 'plivo'], home);
    const { waitFor, type } = terminal;
    await waitFor(/> \d{4}-/);
    type('y');
    await waitFor('copied \\u001b]0;owned');
    type('\r');
    await waitFor(/ID +\\u001b\]0;owned/);
    type('qq');
    expect(await terminal.ended).toBe(0);
    expect(terminal.sent).not.toContain(evil);
  });
});
