import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { profileAddArgs } from '../../support/home.ts';
import { runShell } from '../../support/packed.ts';
import { type Run, runHere } from '../../support/run.ts';

const NOWHERE = 'http://127.0.0.1:1';
const credentials = { auth_id: 'MA1' };
const secret = { field: 'auth_token', value: 'hunter2' };
const work = { provider: 'plivo', credentials, secret, base_url: NOWHERE };

const folderWith = (text: string) => {
  const folder = emptyFolder();
  const file = join(folder, 'config.json');
  writeFileSync(file, text, { mode: 0o600 });
  return { folder, file, env: { HOME: folder, RECX_CONFIG_DIR: folder } };
};
const folderOf = (profile: unknown) => folderWith(JSON.stringify({ version: 1, profiles: { work: profile } }));

const add = (name: string, env: Readonly<Record<string, string>>): Promise<Run> => {
  const [words, input] = profileAddArgs('plivo', name, NOWHERE);
  return runHere(words, { input, env });
};
const list = (env: Readonly<Record<string, string>>): Promise<Run> =>
  runHere(['list', '-p', 'work', '--retries', '0'], { env });

describe.concurrent('a config file', () => {
  test.each([
    ['no field and no source', {}],
    ['no source', { field: 'auth_token' }],
    ['two sources', { ...secret, env: 'PATH' }],
    ['a value that is not a string', { field: 'auth_token', value: 5 }],
    ['a string instead of an object', 'hunter2'],
    ['null instead of an object', null],
  ])('whose secret is invalid (%s) is neither used nor changed', async (_, broken) => {
    const { env, file } = folderOf({ ...work, secret: broken });
    const before = readFileSync(file, 'utf8');
    for (const { code, out, err } of [await list(env), await add('other', env)]) {
      expect({ code, out }).toEqual({ code: 7, out: '' });
      expect(err).toContain('"work"');
      expect(err).not.toContain('hunter2');
    }
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test.each(['null', '5', '[]', '"x"', 'true', '', '{', '{"profiles":[]}', '{"version":2,"profiles":{}}'])(
    'with the content %s is neither used nor replaced',
    async (text) => {
      const { env, file } = folderWith(text);
      for (const { code, out, err } of [await list(env), await add('other', env)]) {
        expect({ code, out }).toEqual({ code: 7, out: '' });
        expect(err).toContain(file);
      }
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  test('that is a named pipe is refused without blocking', async () => {
    const folder = emptyFolder();
    const env = { HOME: folder, RECX_CONFIG_DIR: folder };
    expect((await runShell(`mkfifo -m 600 ${folder}/config.json`)).code).toBe(0);
    const [words] = profileAddArgs('plivo', 'other', NOWHERE);
    for (const given of ['list -p work', 'profile list', words.join(' ')]) {
      const { code, out, err } = await runShell(`echo hunter2 | timeout 5 $RECX ${given}`, { env });
      expect({ code, out }).toEqual({ code: 8, out: '' });
      expect(err).toContain(`${folder}/config.json`);
    }
  });

  test.runIf(process.getuid?.() === 0)('owned by another user is refused', async () => {
    const { env, file } = folderOf(work);
    chownSync(file, 65_534, 65_534);
    for (const { code, out, err } of [await list(env), await add('other', env)]) {
      expect({ code, out }).toEqual({ code: 8, out: '' });
      expect(err).toContain('another user');
    }
  });

  test.each([
    ['an unknown provider', { ...work, provider: 'telegraph' }],
    ['an invalid base URL', { ...work, base_url: 'nonsense' }],
    ['a base URL with a path', { ...work, base_url: 'https://api.example.com/v1' }],
    ['a provider named like an object method', { ...work, provider: 'toString' }],
  ])('with %s is reported with the name of the profile', async (_, profile) => {
    const { env } = folderOf(profile);
    const { code, out, err } = await list(env);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toMatch(/^recx: [^\n]*"work"/);
  });

  test.each(['list', 'show work'])(
    'with secrets in the wrong places never shows them with profile %s',
    async (words) => {
      const profiles = {
        work: { ...work, secret: undefined, credentials: { ...credentials, auth_token: 'hunter2', note: 'hunter2' } },
        address: { ...work, base_url: 'https://user:hunter2@api.example.com/hunter2?key=hunter2#hunter2' },
        other: { ...work, provider: 'telegraph', credentials: { token: 'hunter2' } },
        variable: { ...work, secret: { field: 'auth_token', env: 'hunter2-hunter2' } },
      };
      const { env } = folderWith(JSON.stringify({ version: 1, profiles }));
      for (const format of ['json', 'csv', 'table', 'ndjson']) {
        const { code, out, err } = await runHere(['profile', ...words.split(' '), '-o', format, '-v'], { env });
        expect({ code, shown: /hunter2/.test(out + err) }).toEqual({ code: 0, shown: false });
        expect(out).toContain('MA1');
        expect(out).toContain('stored');
      }
      expect((await runHere(['list', '-p', 'variable', '-v'], { env })).err).not.toContain('hunter2');
    },
  );

  test('with the token among the fields works, and gets it apart from them at the next change', async () => {
    const { env, file } = folderOf({
      ...work,
      secret: undefined,
      credentials: { ...credentials, auth_token: 'hunter2' },
    });
    expect((await list(env)).err).toContain('127.0.0.1:1 cannot be reached');
    expect(await runHere(['profile', 'use', 'work'], { env })).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(readFileSync(file, 'utf8')).profiles.work).toEqual(work);
  });

  test.each([['add'], ['use', 'work'], ['remove', 'work'], ['remove', 'nobody']])(
    'is changed by profile %s %s after the temporary files of killed runs were removed',
    async (...words) => {
      const { env, folder } = folderOf(work);
      const leftovers = ['config.json.tmp-1234567890abcdef', '.config.json.part'];
      for (const name of [...leftovers, 'config.json.tmp-mine', 'notes'])
        writeFileSync(join(folder, name), 'hunter2', { mode: 0o600 });
      await (words[0] === 'add' ? add('other', env) : runHere(['profile', ...words], { env }));
      expect(readdirSync(folder).sort()).toEqual(['config.json', 'config.json.tmp-mine', 'notes']);
    },
  );

  test('preserves keys written by a newer version', async () => {
    const more = { future: { deep: [1, null] }, 'dotted.key': 'x' };
    const { env, file } = folderWith(JSON.stringify({ ...more, version: 1, profiles: { work } }));
    const changes = ['use work', 'remove work'].map(
      (words) => () => runHere(['profile', ...words.split(' ')], { env }),
    );
    for (const change of [() => add('other', env), ...changes]) {
      expect(await change()).toMatchObject({ code: 0, err: '' });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(more);
    }
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).profiles)).toEqual(['other']);
  });
});

describe.concurrent('the config folder', () => {
  test('below /proc cannot be created and is reported without retrying forever', async () => {
    const [words] = profileAddArgs('plivo', 'work', NOWHERE);
    for (const folder of ['/proc/x', '/proc/x/y/z']) {
      const script = `echo hunter2 | timeout 5 $RECX ${words.join(' ')}`;
      const { code, err } = await runShell(script, { env: { HOME: emptyFolder(), RECX_CONFIG_DIR: folder } });
      expect(code).toBe(7);
      expect(err).toContain(folder);
    }
  });

  test('shared on purpose with mode 1777 keeps that mode and is refused for profiles', async () => {
    const { env, folder } = folderOf(work);
    const empty = emptyFolder();
    for (const shared of [folder, empty]) chmodSync(shared, 0o1777);
    expect(await runHere(['profile', 'list'], { env: { ...env, RECX_CONFIG_DIR: empty } })).toMatchObject({
      code: 0,
    });
    expect(await runHere(['profile', 'list'], { env })).toMatchObject({ code: 8, out: '' });
    expect(await add('other', env)).toMatchObject({ code: 8, out: '' });
    for (const shared of [folder, empty]) expect((statSync(shared).mode & 0o7777).toString(8)).toBe('1777');
  });

  test('gets mode 0700 without changing a shared parent folder', async () => {
    const shared = emptyFolder();
    chmodSync(shared, 0o1777);
    const folder = join(shared, 'own');
    expect(await add('work', { HOME: shared, RECX_CONFIG_DIR: folder })).toMatchObject({ code: 0, err: '' });
    expect((statSync(folder).mode & 0o7777).toString(8)).toBe('700');
    expect((statSync(shared).mode & 0o7777).toString(8)).toBe('1777');
  });

  test('gets mode 0700 as soon as a profile is stored in it, even when it existed before', async () => {
    const folder = emptyFolder();
    chmodSync(folder, 0o755);
    expect(await add('work', { HOME: folder, RECX_CONFIG_DIR: folder })).toMatchObject({ code: 0, err: '' });
    expect((statSync(folder).mode & 0o7777).toString(8)).toBe('700');
  });

  test('contains all of twelve profiles that are added at the same time', async () => {
    const folder = join(emptyFolder(), 'new');
    const env = { HOME: folder, RECX_CONFIG_DIR: folder };
    const names = Array.from({ length: 12 }, (_, index) => `work-${index}`);
    const runs = await Promise.all(names.map((name) => add(name, env)));
    expect(runs.map(({ code, err }) => ({ code, err }))).toEqual(names.map(() => ({ code: 0, err: '' })));
    const { profiles } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    expect(Object.keys(profiles).sort()).toEqual([...names].sort());
  });
});
