import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { answer, type Home, homeWith, openSandbox, profileAddArgs } from '../../support/home.ts';
import { runHere } from '../../support/run.ts';
import { signalwireAccount } from '../../support/signalwire-account.ts';
import { startOnTerminal } from '../../support/terminal.ts';

const PROJECT = '5a4db0c5-0000-4000-8000-000000000001';
const TOKEN = 'sandbox-signalwire-token';
const ENTER = '\r';

/** A config folder without profiles, and the arguments that add a profile of the sandbox. */
const withoutProfiles = async (origin?: string) => {
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

/** Runs profile add and answers every prompt up to the secret. */
const answerPrompts = async (
  home: Home,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  token = TOKEN,
) => {
  const terminal = startOnTerminal(words, home, env);
  await terminal.waitFor('Provider');
  terminal.type(ENTER);
  await terminal.waitFor('Profile name');
  terminal.type(`mine${ENTER}`);
  await terminal.waitFor('Space (the name');
  terminal.type(`not a space${ENTER}`);
  await terminal.waitFor('space contains a space');
  terminal.type(`\u0015example${ENTER}`);
  await terminal.waitFor('Project ID (');
  terminal.type(`${PROJECT}${ENTER}`);
  await terminal.waitFor('API token (');
  terminal.type(`${token}${ENTER}`);
  return terminal;
};

describe('profile add on a terminal', () => {
  test('prompts for missing values, checks the credentials, saves the profile and makes the first one the default', async () => {
    const { home, words, env, stored } = await withoutProfiles();
    const terminal = await answerPrompts(home, words, env);
    await terminal.waitFor('saved profile "mine" (credentials checked: relay, video, compatibility)');
    await terminal.waitFor('Make "mine" the default profile?');
    expect(stored().current).toBeUndefined();
    terminal.type(ENTER);
    await terminal.waitFor('try: recx list');
    expect(await terminal.ended).toBe(0);
    expect(terminal.sent).not.toContain(TOKEN);
    const kept = { provider: 'signalwire', credentials: { space: 'example', project_id: PROJECT } };
    expect(stored()).toMatchObject({ current: 'mine', profiles: { mine: kept } });
    expect(stored().profiles.mine.secret).toEqual({ field: 'token', value: TOKEN });
  });

  test('keeps the profile when the question about the default is interrupted', async () => {
    const { home, words, env, stored } = await withoutProfiles();
    const terminal = await answerPrompts(home, words, env);
    await terminal.waitFor('Make "mine" the default profile?');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(stored()).toMatchObject({ profiles: { mine: { secret: { value: TOKEN } } } });
    expect(stored().current).toBeUndefined();
  });

  test('asks again only for the secret after a refusal', async () => {
    const { home, words, env, stored } = await withoutProfiles();
    const terminal = await answerPrompts(home, words, env, 'wrong-token');
    await terminal.waitFor('rejected the credentials');
    await terminal.waitFor('the API token: type it again');
    expect(stored()).toBeUndefined();
    terminal.type(ENTER);
    await terminal.waitFor('API token (');
    terminal.type(`${TOKEN}${ENTER}`);
    await terminal.waitFor('Make "mine" the default profile?');
    terminal.type(ENTER);
    expect(await terminal.ended).toBe(0);
    // After the question only the secret is asked for.
    expect(terminal.sent.slice(terminal.sent.indexOf('What was wrong?'))).not.toContain('Project ID (');
    expect(stored().profiles.mine).toMatchObject({
      secret: { value: TOKEN },
      apis: ['relay', 'video', 'compatibility'],
    });
  });

  test('does not save rejected credentials unless chosen', async () => {
    const { home, words, env, stored } = await withoutProfiles();
    const terminal = await answerPrompts(home, words, env, 'wrong-token');
    await terminal.waitFor('stop, and save nothing');
    // Up from the first choice is the last one.
    terminal.type('\u001b[A');
    terminal.type(ENTER);
    expect(await terminal.ended).toBe(4);
    expect(terminal.sent).toContain('nothing was saved');
    expect(stored()).toBeUndefined();
  });

  test('saves credentials when the server is unreachable, unless declined', async () => {
    const { home, words, env, stored } = await withoutProfiles('http://127.0.0.1:1');
    const terminal = await answerPrompts(home, ['--retries', '0', ...words], env);
    await terminal.waitFor('Save anyway?');
    terminal.type(ENTER);
    await terminal.waitFor('Make "mine" the default profile?');
    terminal.type(`n${ENTER}`);
    expect(terminal.sent).toContain('saved profile "mine" (not working yet)');
    await terminal.waitFor('check it with: recx profile check mine');
    expect(await terminal.ended).toBe(0);
    expect(Object.keys(stored().profiles)).toEqual(['mine']);
    expect(stored().current).toBeUndefined();
  });

  test('takes letters at a selection for the beginning of a choice, and for nothing else', async () => {
    const { home, words, env } = await withoutProfiles();
    const terminal = startOnTerminal(words, home, env);
    await terminal.waitFor('● SignalWire');
    // In other programs these letters move the selection.
    terminal.type(`jjl${ENTER}`);
    await terminal.waitFor('No choice begins so');
    expect(terminal.sent).not.toMatch(/● (?:Plivo|Twilio)/);
    // The choice that a longer text begins like, here Plivo, does not stay chosen.
    terminal.type('\u0015P');
    await terminal.waitFor('● Plivo');
    terminal.type('5');
    await terminal.waitFor('● SignalWire');
    terminal.type('\u0015TWIL');
    await terminal.waitFor('● Twilio');
    terminal.type('\u007f\u007f\u007f\u007fsignalwire');
    await terminal.waitFor('Provider signalwire');
    terminal.type(ENTER);
    await terminal.waitFor('Profile name');
    expect(terminal.sent.slice(terminal.sent.lastIndexOf('Provider'))).toContain('SignalWire');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
  });

  test.each([
    ['yes', 'mine'],
    ['No', undefined],
  ])('takes %s for an answer as a complete word', async (answered, current) => {
    const { home, words, env, stored } = await withoutProfiles();
    const terminal = await answerPrompts(home, words, env);
    await terminal.waitFor('Make "mine" the default profile?');
    terminal.type(`${answered}${ENTER}`);
    expect(await terminal.ended).toBe(0);
    expect(stored().current).toBe(current);
  });

  test('checks the form of a field when it is entered, for another server until it is entered again', async () => {
    const { home, words, env } = await withoutProfiles();
    for (const [own, again] of [
      [true, false],
      [false, true],
    ]) {
      const command = own ? words.slice(0, 2) : words;
      const terminal = startOnTerminal([...command, 'mine', '--provider', 'plivo'], home, env);
      await terminal.waitFor('Auth ID (');
      terminal.type(`XX12${ENTER}`);
      await terminal.waitFor(again ? /not a valid Auth ID[^█]*again/ : 'not a valid Auth ID');
      expect(terminal.sent.includes('again')).toBe(again);
      terminal.type(again ? ENTER : `\u0015MA0123456789ABCDEFGH${ENTER}`);
      await terminal.waitFor('Auth Token (');
      terminal.type('\u0003');
      expect(await terminal.ended).toBe(130);
    }
  });

  test('saves nothing when it is interrupted', async () => {
    const { home, words, env, stored } = await withoutProfiles();
    const terminal = startOnTerminal(words, home, env);
    await terminal.waitFor('Provider');
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(stored()).toBeUndefined();
  });
});

describe.concurrent('profile add in a script', () => {
  const adding = ['--provider', 'signalwire', '--set', 'space=x', '--set', `project_id=${PROJECT}`];

  test.each([
    ['without --check saves wrong credentials', [], 'wrong', 0, true],
    ['with --check does not save wrong credentials', ['--check'], 'wrong', 4, false],
    ['with --check saves correct credentials', ['--check'], TOKEN, 0, true],
  ] as const)('%s', async (_, flags, token, code, isKept) => {
    const { words, env, stored } = await withoutProfiles();
    const [profile, add, ...base] = words as [string, string, ...string[]];
    const run = await runHere([profile, add, 'mine', ...base, ...adding, ...flags], { env, input: `${token}\n` });
    expect(run.code).toBe(code);
    expect(run.err).toMatch(code === 0 ? /^$/ : /rejected the credentials .*\nNothing was saved\n$/s);
    expect(stored()?.profiles.mine !== undefined).toBe(isKept);
  });

  test.each([
    ['a name', ['profile', 'add', ...adding], 'a profile name is required'],
    ['a provider', ['profile', 'add', 'mine'], '--provider is required'],
  ])('does not prompt: without %s it is a usage error', async (_, words, message) => {
    const run = await runHere(words, { env: { RECX_CONFIG_DIR: emptyFolder() } });
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(message);
  });
});

describe.concurrent('profile check', () => {
  /** Checks a SignalWire project whose token lacks the scope of the APIs with matching paths. */
  const checkLimited = async (path: RegExp) => {
    const sandbox = await openSandbox({
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

  test('names the missing scope when other APIs accept the credentials', async () => {
    const { code, out, err } = await checkLimited(/video/);
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

  test('tells how to replace the rejected credentials of a stored profile', async () => {
    const home = await homeWith();
    const env = { RECX_CONFIG_DIR: emptyFolder() };
    const [words] = profileAddArgs('plivo', 'old', home.sandbox.origin);
    expect((await runHere(words, { env, input: 'wrong' })).code).toBe(0);
    const { code, err } = await runHere(['profile', 'check', 'old'], { env });
    expect(code).toBe(4);
    expect(err).toMatch(
      /^recx: Plivo rejected the credentials of profile "old" .*\nTo replace the secret: recx profile edit old --new-secret\n$/,
    );
  });

  test('reports no missing scope when no API accepts the credentials', async () => {
    const { code, out, err } = await checkLimited(/./);
    expect(code).toBe(4);
    expect(err).not.toContain('lacks the scope');
    expect(out).not.toContain('"missing_scope":"');
  });
});

test('private media hosts are stored with a profile, shown, and checked', async () => {
  const folder = emptyFolder();
  const env = { HOME: folder, RECX_CONFIG_DIR: folder };
  const add = (name: string, hosts: string) =>
    runHere(
      [
        'profile',
        'add',
        name,
        '--provider',
        'plivo',
        '--set',
        'auth_id=MA0123456789ABCDEFGH',
        '--set',
        `private_media_hosts=${hosts}`,
      ],
      { env, input: 'secret-of-this-test\n' },
    );
  expect(await add('work', 'Store.Example, 10.1.2.3')).toMatchObject({ code: 0 });
  const shown = await runHere(['profile', 'show', 'work', '-o', 'json'], { env });
  expect(JSON.parse(shown.out)).toMatchObject({ private_media_hosts: 'store.example,10.1.2.3' });
  const { code, err } = await add('other', 'https://store.example');
  expect(code).toBe(2);
  expect(err).toContain('private_media_hosts');
  const path = join(folder, 'config.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('10.1.2.3', '10.0.0.0/8'), { mode: 0o600 });
  expect((await runHere(['list', '-p', 'work'], { env })).code).toBe(7);
});

describe.concurrent('the APIs that a profile remembers', () => {
  const added = async (...flags: readonly string[]) => {
    const account = await signalwireAccount();
    const [words, input] = profileAddArgs('signalwire', 'own', account.sandbox.origin);
    const add = () => account.run([...words, ...flags], { input });
    const apis = () => JSON.parse(readFileSync(join(account.folder, 'config.json'), 'utf8')).profiles.own?.apis;
    return { account, add, apis };
  };

  test('are those that worked when it was added, if they were checked', async () => {
    const checked = await added('--check');
    checked.account.refused.add('video');
    expect((await checked.add()).code).toBe(0);
    expect(checked.apis()).toEqual(['relay', 'compatibility']);
    const unchecked = await added();
    expect((await unchecked.add()).code).toBe(0);
    expect(unchecked.apis()).toBeUndefined();
    const { out } = await checked.account.run(['profile', 'show', 'own', '-o', 'json']);
    expect(JSON.parse(out).apis).toEqual(['relay', 'compatibility']);
  });

  test('are those of a check, which forgets one only when it refuses what another accepts', async () => {
    const account = await signalwireAccount();
    const check = async (...more: readonly string[]) =>
      account.run(['profile', 'check', 'sw', '-o', 'ndjson', ...more]);
    account.refused.add('video');
    const first = await check();
    expect(first.code).toBe(4);
    expect(account.remembered()).toEqual(['relay', 'compatibility']);
    const shown = first.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(shown.map(({ api, remembered }) => [api, remembered])).toEqual([
      ['relay', true],
      ['video', false],
      ['compatibility', true],
    ]);
    account.refused.clear();
    expect((await check('--api', 'video')).code).toBe(0);
    expect(account.remembered()).toEqual(['relay', 'video', 'compatibility']);
    account.refused.add('relay');
    const removed = await check();
    expect(removed.err).toContain('profile "sw" no longer remembers relay: the credentials were refused');
    expect(account.remembered()).toEqual(['video', 'compatibility']);
    for (const api of ['video', 'compatibility']) account.refused.add(api);
    expect((await check()).code).toBe(4);
    expect(account.remembered()).toEqual(['video', 'compatibility']);
  });

  test('stay when a server fails, and are not stored before every API has answered', async () => {
    const account = await signalwireAccount({
      intercept: ({ url }, response) => url.pathname.startsWith('/api/video') && answer(response, {}, 501),
    });
    const check = () => account.run(['profile', 'check', 'sw', '-o', 'json']);
    expect((await check()).code).toBe(5);
    expect(account.remembered()).toBeUndefined();
    account.remember(['video', 'fax']);
    expect((await check()).code).toBe(5);
    expect(account.remembered()).toEqual(['relay', 'video', 'compatibility', 'fax']);
  });
});
