import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runSecretCommand } from '../../src/system/config/secret-command.ts';
import { limits } from '../../src/system/limits.ts';
import type { Runtime } from '../../src/system/runtime.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { openSandbox, profileAddArgs } from '../support/home.ts';
import { nativeFormat, openMediaAccount } from '../support/media-account.ts';
import { startShell } from '../support/packed.ts';
import { runHere } from '../support/run.ts';
import { plivo, relay } from '../support/wire-formats.ts';

const runtime = { in: { isTTY: false }, beforeEnd: () => () => {} } as unknown as Runtime; // all that it uses
const { secretCommandTimeout } = limits;

/** Resolves when a process has ended; the test's own timeout is the limit. */
const untilGone = async (pid: number): Promise<void> => {
  for (;;) {
    try {
      process.kill(pid, 0);
      // A killed process whose parent has not noticed is a zombie.
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const untilExists = async (path: string): Promise<string> => {
  while (!existsSync(path) || readFileSync(path, 'utf8') === '')
    await new Promise((resolve) => setTimeout(resolve, 20));
  return readFileSync(path, 'utf8');
};

describe('a secret command', () => {
  afterEach(() => {
    Object.assign(limits, { secretCommandTimeout });
  });
  const run = (command: string): Promise<string> => runSecretCommand(command, 'work', runtime);

  test.each([
    ["printf 'hunter2\\nmore\\n'", 'hunter2\n'],
    ["printf 'hunter2\\r\\n'", 'hunter2\r\n'],
    ["printf 'hunter2'", 'hunter2'],
    ["printf 'hun'; sleep 0.1; printf 'ter2\\n'", 'hunter2\n'],
    ["printf 'hunter2\\n'; yes | head -c 200000", 'hunter2\n'],
    ['(sleep 300 >/dev/stdout 2>/dev/null & echo hunter2)', 'hunter2\n'],
  ])('%s gives its first line', async (command, line) => {
    expect(await run(command)).toBe(line);
  });

  test('that prints a line too long for a secret is refused, not cut', async () => {
    await expect(run('yes | head -c 200000 | tr -d "\\n"')).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('longer than 65536 bytes'),
    });
    await expect(run('yes | tr -d "\\n"')).rejects.toMatchObject({ kind: 'credentials' });
  });

  test('that ignores SIGTERM is killed with everything it started', async () => {
    Object.assign(limits, { secretCommandTimeout: 500 });
    const pids = join(emptyFolder(), 'pids');
    const command = `trap '' TERM; (trap '' TERM; sleep 300) & echo $$ $! >${pids}; sleep 300; true`;
    await expect(run(command)).rejects.toMatchObject({ message: expect.stringContaining('timed out') });
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) await untilGone(Number(pid));
  });

  test('leaves standard input to the ids', async () => {
    const account = await openMediaAccount(relay, [{ id: 'one' }, { id: 'two' }]);
    const file = join(account.folder, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    const { secret } = config.profiles.relay;
    config.profiles.relay.secret = { field: secret.field, command: `cat >/dev/null; echo '${secret.value}'` };
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    const words = ['download', ...relay.args, '--dir', account.out, '--ids', '-'];
    expect(await account.runPacked(words, { input: 'one\ntwo\n' })).toMatchObject({ code: 0, err: '' });
    for (const id of ['one', 'two']) expect(existsSync(join(account.out, `${id}.${nativeFormat(relay)}`))).toBe(true);
  });

  test.each(
    (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).flatMap((signal) => [
      { signal, trap: 'true', words: 'list -p work' },
      { signal, trap: "trap '' TERM INT HUP", words: 'list -p work' },
      { signal, trap: "trap '' TERM INT HUP", words: 'download -p work --all --dir "$HOME/out"' },
    ]),
  )('is ended with $words by $signal after $trap', async ({ signal, trap, words }) => {
    const folder = emptyFolder();
    const pids = join(folder, 'pids');
    const secret = { field: 'auth_token', command: `${trap}; echo $$ >${pids}; sleep 300; true` };
    const work = { provider: 'plivo', credentials: { auth_id: 'MA1' }, secret };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ version: 1, profiles: { work } }), { mode: 0o600 });
    const { child, ended } = startShell(`exec $RECX ${words}`, { env: { HOME: folder, RECX_CONFIG_DIR: folder } });
    const pid = Number(await untilExists(pids));
    child.kill(signal);
    expect(await ended).toMatchObject({ signal });
    await untilGone(pid);
  });
});

describe('credentials as Windows and files of variables write them', () => {
  const { provider } = plivo;

  test('with CR LF are used without it, from standard input, a variable, a command and the environment', async () => {
    const { origin } = await openSandbox();
    const [words, input] = profileAddArgs(provider, 'work', origin);
    const secret = input.trim();
    const list = ['list', '-p', 'work', '-n', '1', '-o', 'csv'];
    for (const [flags, text, env] of [
      [[], `${secret}\r\n`, {}],
      [['--secret-env', 'SECRET'], '', { SECRET: `${secret}\r\n` }],
      [['--secret-command', `printf '%s\\r\\n' '${secret}'`], '', {}],
    ] as const) {
      const home = { HOME: emptyFolder(), ...env };
      expect(await runHere([...words, ...flags], { input: text, env: home })).toMatchObject({ code: 0, err: '' });
      expect(await runHere(list, { env: home })).toMatchObject({ code: 0, err: '' });
    }
  });

  test('in quotes are named: an id at once, a secret when it is rejected', async () => {
    const { origin } = await openSandbox();
    const [words, input] = profileAddArgs(provider, 'work', origin);
    const env = { HOME: emptyFolder() };
    const quotedId = words.map((word) => word.replace(/^(auth_id=)(.*)$/, '$1"$2"'));
    const refused = await runHere(quotedId, { input, env });
    expect({ code: refused.code, err: refused.err }).toEqual({
      code: 2,
      err: 'recx: --set auth_id is in quotes\nRemove the quotes\n',
    });
    const variables = { PLIVO_AUTH_ID: "'MA1'", PLIVO_AUTH_TOKEN: 'x' };
    expect(await runHere(['list'], { env: { ...env, ...variables } })).toMatchObject({
      code: 4,
      err: 'recx: PLIVO_AUTH_ID is in quotes\nRemove the quotes\n',
    });
    expect(await runHere(words, { input: `"${input.trim()}"\n`, env })).toMatchObject({ code: 0, err: '' });
    const rejected = await runHere(['list', '-p', 'work'], { env });
    expect(rejected.code).toBe(4);
    expect(rejected.err).toMatch(/\nThe Auth Token is in quotes, which may not belong to it\n$/);
  });
});
