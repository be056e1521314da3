import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith, openSandbox, profileAddArgs } from '../../support/home.ts';
import { runShell } from '../../support/packed.ts';
import { runHere, SIGNATURE } from '../../support/run.ts';
import { listArgs, sandboxEntries, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const addScript = (wire: WireFormat, name: string): string => {
  const [words, input] = profileAddArgs(wire.provider, name, 'http://127.0.0.1:1');
  return `umask 000; echo ${input.trim()} | $RECX ${words.join(' ')}`;
};

const unusable = [
  ['a carriage return', 'hunter2\rtail\n'],
  ['a carriage return at its end', 'hunter2\r'],
  ['a NUL', 'hunter2\0tail\n'],
  ['a second line', 'hunter2\ntail\n'],
  ['a second, empty line', 'hunter2\n\n'],
  ['a letter beyond Latin-1', 'hunter2ключ\n'],
  ['a space', 'hunter2 tail\n'],
  ['a byte order mark', '\ufeffhunter2\n'],
] as const;
const traces = /hunter2|tail|ключ/;

// A profile belongs to a provider, not to one of its APIs.
const mainApis = wireFormats.filter(({ apiArgs }) => apiArgs.length === 0);

describe.concurrent.each(mainApis)('a profile of $provider', (wire) => {
  test('is stored with mode 0600 under any umask, when rewritten, and when its mode was looser', async () => {
    const home = emptyFolder();
    const folder = join(home, '.config', 'recx');
    const file = join(folder, 'config.json');
    const loosen = (): void => {
      chmodSync(folder, 0o777);
      chmodSync(file, 0o644);
    };
    const scripts = [
      addScript(wire, 'first'),
      addScript(wire, 'second'),
      '$RECX profile list',
      '$RECX profile use first',
    ];
    for (const [index, script] of [...scripts, addScript(wire, 'third')].entries()) {
      if (index > 1) loosen();
      const { code, err } = await runShell(script, { env: { HOME: home } });
      expect({ code, err, file: mode(file), folder: mode(folder) }).toEqual({
        code: 0,
        err: '',
        file: '600',
        folder: '700',
      });
    }
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).profiles)).toEqual(['first', 'second', 'third']);
  });

  test('has one trailing newline removed from its secret, and is not used when the secret has other invalid characters', async () => {
    const sandbox = await openSandbox();
    const [words, secret] = profileAddArgs(wire.provider, 'work', sandbox.origin);
    const env = { HOME: emptyFolder() };
    expect(await runHere([...words, '--secret-env', 'SECRET'], { env })).toMatchObject({ code: 0, err: '' });
    const list = ['list', '-p', 'work', '-n', '1'];
    for (const value of [secret, `${secret.trim()}\r\n`])
      expect(await runHere(list, { env: { ...env, SECRET: value } })).toMatchObject({ code: 0, err: '' });
    const { length } = sandbox.requests;
    expect(length).toBeGreaterThan(0);
    for (const [, value] of unusable.filter(([, text]) => !text.includes('\0'))) {
      const { code, out, err } = await runHere(list, { env: { ...env, SECRET: value } });
      expect({ code, out }).toEqual({ code: 4, out: '' });
      expect(err).not.toMatch(traces);
      expect(err).toContain('SECRET');
    }
    expect(sandbox.requests).toHaveLength(length);
  });

  test.each(['json', 'table'])('never shows its secret in %s output', async (format) => {
    const { run } = await homeWith();
    const [, secret] = profileAddArgs(wire.provider, 'any', '');
    for (const words of ['list', `show ${wire.profile}`, `check ${wire.profile}`]) {
      const { code, err, out } = await run(['profile', ...words.split(' '), '-o', format]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain(wire.profile);
      expect(out).not.toContain(secret.trim());
    }
  });
});

describe.concurrent.each(wireFormats)('a recording of $profile', (wire) => {
  test('shows media URLs only with --urls or --fields media_url', async () => {
    const address = `https://media.example.com/one.mp3?X-Amz-Signature=${SIGNATURE}`;
    const { run } = await homeWith({ entries: sandboxEntries(wire, [['one', { [wire.keys.media]: address }]]) });
    const got = ['get', 'one', ...wire.args];
    for (const words of [listArgs(wire), listArgs(wire, '-o', 'csv'), listArgs(wire, '-o', 'table'), got]) {
      const { code, out } = await run(['--verbose', ...words]);
      expect(code).toBe(0);
      expect(out).toContain('one');
      expect(out).not.toMatch(/media\.example|Amz/);
    }
    for (const words of [listArgs(wire, '--urls'), [...got, '-o', 'csv', '--fields', 'media_url']]) {
      expect((await run(words)).out).toContain(address);
    }
  });
});

describe.concurrent('adding a profile', () => {
  test.each([
    ['--token X', ['--token', 'X'], 'plivo'],
    ['--token=X', ['--token=X'], 'plivo'],
    ['--password=X', ['--password=X'], 'plivo'],
    ['--auth-token=X', ['--auth-token=X'], 'plivo'],
    ['--secret X', ['--secret', 'X'], 'plivo'],
    ['an argument', ['X'], 'plivo'],
    ['a --set field of Plivo', ['--set', 'auth_token=X'], 'plivo'],
    ['a --set field of SignalWire', ['--set', 'token=X'], 'signalwire'],
    ['an unknown --set field', ['--set', 'password=X'], 'plivo'],
    ['a --set value without a name', ['--set', 'X'], 'plivo'],
    ['a short flag', ['-tX'], 'plivo'],
    ['a variable name of --secret-env', ['--secret-env', 'X'], 'plivo'],
  ] as const)('rejects a secret given as %s and does not print it', async (_, words, provider) => {
    const { folder, run } = await homeWith();
    const before = readFileSync(join(folder, 'config.json'), 'utf8');
    const [given] = profileAddArgs(provider, 'work', 'http://127.0.0.1:1');
    const typed = words.map((word) => word.replace('X', 'hunter2-Zq/81+x'));
    const { code, out, err } = await run([...given, ...typed], { input: 'other\n' });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toMatch(/hunter2|Zq/);
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe(before);
  });

  test.each([...unusable, ['missing text', '\n']] as const)('rejects a secret with %s', async (_, input) => {
    const { folder, run } = await homeWith();
    const before = readFileSync(join(folder, 'config.json'), 'utf8');
    const [given] = profileAddArgs('plivo', 'work', 'http://127.0.0.1:1');
    const { code, out, err } = await run(given, { input });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toMatch(traces);
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe(before);
  });
});
