import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { profileAddArgs, unrelatedServer } from '../support/home.ts';
import { runPacked } from '../support/packed.ts';

/** A folder prepared by an attacker for whoever runs the program in it: it has a profile whose secret is a command. */
const plantConfig = (path: string) => {
  const folder = emptyFolder();
  const mark = join(folder, 'ran');
  const secret = { field: 'auth_token', command: `touch ${mark}` };
  const planted = { provider: 'plivo', credentials: { auth_id: 'MA1' }, secret, base_url: 'http://127.0.0.1:1' };
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const content = { version: 1, current: 'planted', profiles: { planted } };
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  return { folder, content, wasRun: () => existsSync(mark) };
};

describe.concurrent('a config file planted in the current folder', () => {
  test.each([
    ['HOME is empty', '.config/recx/config.json', () => ({ HOME: '' })],
    ['HOME is a dot', '.config/recx/config.json', () => ({ HOME: '.' })],
    ['HOME and XDG_CONFIG_HOME are empty', '.config/recx/config.json', () => ({ HOME: '', XDG_CONFIG_HOME: '' })],
    [
      'HOME is empty and XDG_CONFIG_HOME relative',
      'conf/recx/config.json',
      () => ({ HOME: '', XDG_CONFIG_HOME: 'conf' }),
    ],
    [
      'XDG_CONFIG_HOME is .config',
      '.config/recx/config.json',
      () => ({ HOME: emptyFolder(), XDG_CONFIG_HOME: '.config' }),
    ],
    ['XDG_CONFIG_HOME is ./conf', 'conf/recx/config.json', () => ({ HOME: emptyFolder(), XDG_CONFIG_HOME: './conf' })],
    ['XDG_CONFIG_HOME is a dot', 'recx/config.json', () => ({ HOME: emptyFolder(), XDG_CONFIG_HOME: '.' })],
    ['RECX_CONFIG_DIR is empty', 'config.json', () => ({ HOME: emptyFolder(), RECX_CONFIG_DIR: '' })],
  ] as const)('is not used when %s', async (_, path, variables) => {
    const { folder, wasRun } = plantConfig(path);
    const options = { cwd: folder, env: variables() };
    expect(await runPacked(['profile', 'list', '-o', 'json'], options)).toMatchObject({ code: 0, out: '[]\n' });
    expect(await runPacked(['list'], options)).toMatchObject({ code: 4, out: '' });
    const named = await runPacked(['list', '-p', 'planted', '--retries', '0'], options);
    expect(named).toMatchObject({ code: 6, out: '' });
    expect(named.err).toContain('profile "planted" not found');
    expect(wasRun()).toBe(false);
  });

  test('is used when an absolute XDG_CONFIG_HOME points to it', async () => {
    const { folder, wasRun } = plantConfig('.config/recx/config.json');
    const env = { HOME: emptyFolder(), XDG_CONFIG_HOME: join(folder, '.config') };
    expect(await runPacked(['list'], { env })).toMatchObject({ code: 4, out: '' });
    expect(wasRun()).toBe(true);
  });
});

test.concurrent('without a home folder no profile is stored in the current folder', async () => {
  const cwd = emptyFolder();
  const [words, input] = profileAddArgs('plivo', 'work', 'http://127.0.0.1:1');
  const { code, err } = await runPacked(words, { cwd, input, env: { HOME: '' } });
  expect(code).toBe(7);
  expect(err).toMatch(/^recx: [^\n]*home[^\n]*\n[^\n]*RECX_CONFIG_DIR[^\n]*\n$/);
  expect(readdirSync(cwd)).toEqual([]);
});

test.concurrent('settings files of other tools in the current folder and in the home folder are ignored', async () => {
  const { port, connections } = await unrelatedServer();
  const origin = `http://127.0.0.1:${port}`;
  const { folder, content, wasRun } = plantConfig('config.json');
  const variables = [
    'PLIVO_AUTH_ID=MA1',
    'PLIVO_AUTH_TOKEN=hunter2',
    'RECX_PROFILE=planted',
    `RECX_CONFIG_DIR=${folder}`,
    `SIGNALWIRE_SPACE=${origin}`,
    'SIGNALWIRE_PROJECT_ID=x',
    'SIGNALWIRE_API_TOKEN=hunter2',
  ];
  const settings = JSON.stringify(content);
  for (const name of ['.recxrc', '.recxrc.json', 'recx.config.json', '.config.json', 'recx.json']) {
    writeFileSync(join(folder, name), settings);
  }
  writeFileSync(join(folder, '.env'), `${variables.join('\n')}\n`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'x', recx: content, config: { recx: content } }));
  writeFileSync(join(folder, '.npmrc'), `proxy=${origin}\nhttps-proxy=${origin}\nrecx_profile=planted\n`);
  for (const env of [{ HOME: emptyFolder() }, { HOME: folder }]) {
    const options = { cwd: folder, env };
    const { code, out, err } = await runPacked(['list'], options);
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toContain('no credentials');
    expect(await runPacked(['profile', 'list', '-o', 'json'], options)).toMatchObject({ code: 0, out: '[]\n' });
  }
  expect(wasRun()).toBe(false);
  expect(connections()).toBe(0);
});
