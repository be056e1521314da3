import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { type Home, homeWith, playing } from '../../support/home.ts';
import { runHere } from '../../support/run.ts';
import { sitDown } from '../../support/terminal.ts';

const PROJECT = '5a4db0c5-0000-4000-8000-000000000001';
const TOKEN = 'sandbox-signalwire-token';
const ENTER = '\r';

/** A home without profiles, and the arguments that add one for its sandbox. */
const newcomer = async (origin?: string) => {
  const home = await homeWith();
  const folder = emptyFolder();
  const words = ['profile', 'add', '--base-url', origin ?? home.sandbox.origin];
  const file = join(folder, 'config.json');
  return {
    home,
    words,
    env: { RECX_CONFIG_DIR: folder },
    stored: () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined),
  };
};

/** Answers everything up to the secret. */
const answering = async (
  home: Home,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  token = TOKEN,
) => {
  const sitting = sitDown(words, home, env);
  await sitting.sees('Provider');
  sitting.types(ENTER);
  await sitting.sees('Profile name');
  sitting.types(`mine${ENTER}`);
  await sitting.sees('Space (example of');
  sitting.types(`not a space${ENTER}`);
  await sitting.sees('space contains a space');
  sitting.types(`\u0015example${ENTER}`);
  await sitting.sees('Project ID (');
  sitting.types(`${PROJECT}${ENTER}`);
  await sitting.sees('API token (');
  sitting.types(`${token}${ENTER}`);
  return sitting;
};

describe('profile add on a terminal', () => {
  test('prompts for missing values, checks them, saves the profile, and makes the first one the default', async () => {
    const { home, words, env, stored } = await newcomer();
    const sitting = await answering(home, words, env);
    await sitting.sees('Make "mine" the default profile?');
    expect(stored()).toBeUndefined();
    sitting.types(ENTER);
    await sitting.sees('saved profile "mine" (credentials verified: relay, video, compatibility); try: recx list');
    expect(await sitting.ended).toBe(0);
    expect(sitting.sent).not.toContain(TOKEN);
    const kept = { provider: 'signalwire', credentials: { space: 'example', project_id: PROJECT } };
    expect(stored()).toMatchObject({ current: 'mine', profiles: { mine: kept } });
    expect(stored().profiles.mine.secret).toEqual({ field: 'token', value: TOKEN });
  });

  test('does not save rejected credentials unless the user confirms', async () => {
    const { home, words, env, stored } = await newcomer();
    const sitting = await answering(home, words, env, 'wrong-token');
    await sitting.sees('rejected the credentials');
    await sitting.sees('Save anyway?');
    sitting.types(ENTER);
    expect(await sitting.ended).toBe(4);
    expect(sitting.sent).toContain('nothing was saved');
    expect(stored()).toBeUndefined();
  });

  test('saves credentials that could not be checked unless the user declines', async () => {
    const { home, words, env, stored } = await newcomer('http://127.0.0.1:1');
    const sitting = await answering(home, ['--retries', '0', ...words], env);
    await sitting.sees('Save anyway?');
    sitting.types(ENTER);
    await sitting.sees('Make "mine" the default profile?');
    sitting.types(`n${ENTER}`);
    await sitting.sees('saved profile "mine" (not working yet); try: recx list -p mine');
    expect(await sitting.ended).toBe(0);
    expect(Object.keys(stored().profiles)).toEqual(['mine']);
    expect(stored().current).toBeUndefined();
  });

  test('saves nothing when it is cancelled', async () => {
    const { home, words, env, stored } = await newcomer();
    const sitting = sitDown(words, home, env);
    await sitting.sees('Provider');
    sitting.types('\u0003');
    expect(await sitting.ended).toBe(130);
    expect(stored()).toBeUndefined();
  });
});

describe.concurrent('profile add in a script', () => {
  const adding = ['--provider', 'signalwire', '--set', 'space=x', '--set', `project_id=${PROJECT}`];

  test.each([
    ['without --check saves wrong credentials', [], 'wrong', 0, true],
    ['with --check does not save wrong credentials', ['--check'], 'wrong', 4, false],
    ['with --check saves right credentials', ['--check'], TOKEN, 0, true],
  ] as const)('%s', async (_, flags, token, code, isKept) => {
    const { words, env, stored } = await newcomer();
    const [profile, add, ...base] = words as [string, string, ...string[]];
    const run = await runHere([profile, add, 'mine', ...base, ...adding, ...flags], { env, input: `${token}\n` });
    expect(run.code).toBe(code);
    expect(run.err).toMatch(code === 0 ? /^$/ : /rejected the credentials .*\nNothing was saved\n$/s);
    expect(stored()?.profiles.mine !== undefined).toBe(isKept);
  });

  test.each([
    ['a name', ['profile', 'add', ...adding], 'a profile name is required'],
    ['a provider', ['profile', 'add', 'mine'], '--provider is required'],
  ])('asks for nothing: without %s it is a usage error', async (_, words, message) => {
    const run = await runHere(words, { env: { RECX_CONFIG_DIR: emptyFolder() } });
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(message);
  });
});

describe.concurrent('profile check', () => {
  /** A SignalWire project whose token lacks the scope of the APIs at some paths. */
  const limited = async (path: RegExp) => {
    const sandbox = await playing({
      intercept: async (request, response) => {
        if (!path.test(request.url.pathname)) return false;
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"errors":[]}');
        return true;
      },
    });
    const env = {
      RECX_CONFIG_DIR: emptyFolder(),
      SIGNALWIRE_SPACE: sandbox.origin,
      SIGNALWIRE_PROJECT_ID: PROJECT,
      SIGNALWIRE_API_TOKEN: TOKEN,
    };
    return runHere(['profile', 'check', '-o', 'json'], { env });
  };

  test('names the missing scope where other APIs accept the credentials', async () => {
    const { code, out, err } = await limited(/video/);
    expect(code).toBe(4);
    expect(err).toContain(
      'the token lacks the scope Video\nAdd the scope in the console of the provider, or select the other APIs with --api',
    );
    const missing = (JSON.parse(out) as { api: string; missing_scope: string | null }[]).map((row) => [
      row.api,
      row.missing_scope,
    ]);
    expect(missing).toEqual([
      ['relay', null],
      ['video', 'Video'],
      ['compatibility', null],
    ]);
  });

  test('names no scope where no API accepts the credentials', async () => {
    const { code, out, err } = await limited(/./);
    expect(code).toBe(4);
    expect(err).not.toContain('lacks the scope');
    expect(out).not.toContain('"missing_scope":"');
  });
});
