import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sandboxApis } from '../../src/sandbox/server.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { profileAddArgs } from '../support/home.ts';
import { openMachine } from '../support/machine.ts';
import { referencePages, textOf } from '../support/pages.ts';

type Kind = 'crontab' | 'console' | 'sh' | 'bash' | 'ini' | 'yaml';

/** A block between fences. */
interface Block {
  readonly page: string;
  readonly kind: Kind;
  readonly body: string;
}

const blocks = referencePages.flatMap((page) =>
  [...textOf(page).matchAll(/^( *)```(crontab|console|sh|bash|ini|yaml)\n(.*?)^ *```/gms)].map(
    ([, indent = '', kind, body = '']): Block => ({
      page,
      kind: kind as Kind, // the expression has no other
      body: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  ),
);

/** What cron gives to the shell: without the five fields of time, up to the first bare percent sign. */
const ofCron = (line: string): string =>
  (/^(?:\S+\s+){5}(.*)$/.exec(line)?.[1] ?? '').replace(/(?<!\\)%.*$/, '').replaceAll('\\%', '%');

/** systemd replaces %h with the home folder, and splits words itself. */
const ofUnit = (line: string): string | undefined =>
  /^ExecStart=(.*)$/
    .exec(line)?.[1]
    ?.replaceAll(/(\S*)%h(\S*)/g, '"$1$HOME$2"')
    .replaceAll('\\', '');

/** Lines that run unattended, again and again. */
const unattended = blocks.flatMap(({ page, kind, body }) => {
  if (kind !== 'crontab' && kind !== 'ini') return [];
  const commands = body
    .split('\n')
    .map((line) => (kind === 'ini' ? ofUnit(line) : /^[\d*]/.test(line) ? ofCron(line) : undefined));
  return commands.filter((command) => command !== undefined).map((command) => ({ page, kind, command }));
});

/** Kubernetes gives the command as words. */
const ofJob = (body: string): string => {
  const words: readonly string[] = JSON.parse(/command: (\[.*\])$/m.exec(body)?.[1] ?? '[]');
  const count = /JOB_COMPLETIONS\n +value: "(\d+)"/.exec(body)?.[1];
  expect(/^ {2}completions: (\d+)$/m.exec(body)?.[1]).toBe(count);
  const line = words.map((word) => `'${word.replace(/^\/recordings$/, 'recordings')}'`).join(' ');
  return `export JOB_COMPLETION_INDEX=1 JOB_COMPLETIONS=${count}\n${line}`;
};

/** Commands of other programs, which install or build recx. */
const isInstallation = (body: string): boolean => /^(?:npm|docker|sudo|tar|sha256sum) /.test(body);

/** Everything else is typed, or run as a script. */
const scripts = blocks.flatMap(({ page, kind, body }) => {
  if (kind === 'crontab' || kind === 'ini' || isInstallation(body)) return [];
  const script =
    kind === 'yaml'
      ? ofJob(body)
      : kind === 'console'
        ? [...body.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line).join('\n')
        : body;
  const first = script.split('\n').find((line) => line !== '' && !/^(?:#|export )/.test(line));
  return [{ page, kind, script, first }];
});

/** A machine with what a script requires: profiles of several accounts, ids, a batch system, a bucket. */
const office = async (needs = '') => {
  const { home, sandbox, sh, programs } = await openMachine();
  const others = [
    ['old', 'plivo'],
    ['new', 'twilio'],
  ] as const;
  for (const [name, provider] of others.filter(([name]) => needs.includes(`-p ${name}`))) {
    const [words, secret] = profileAddArgs(provider, name, sandbox.origin);
    expect((await sh(`recx ${words.map((word) => `'${word}'`).join(' ')}`, secret)).code).toBe(0);
  }
  const id = needs.includes('<id>') ? await anMp3(sh) : '';
  const hasProgram = (name: string): boolean =>
    (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, name)));
  const hasRclone = hasProgram('rclone');
  for (const name of ['rclone', 'sqlite3'].filter((other) => !hasProgram(other))) {
    writeFileSync(join(programs, name), '#!/bin/sh\n');
    chmodSync(join(programs, name), 0o755);
  }
  const bucket = emptyFolder();
  const given = [
    'SLURM_ARRAY_TASK_ID=1',
    'SLURM_ARRAY_TASK_COUNT=8',
    'SLURM_ARRAY_TASK_MIN=0',
    'RCLONE_CONFIG_S3_TYPE=alias',
    `RCLONE_CONFIG_S3_REMOTE=${bucket}`,
    'RCLONE_CONFIG=/dev/null',
    'RCLONE_LOG_LEVEL=ERROR',
  ];
  const run = (script: string, input = '') => {
    const here = script.replaceAll('/usr/local/bin/recx', `${programs}/recx`).replaceAll('<id>', id);
    const environment = script.startsWith('export JOB_') ? given.slice(3) : given;
    return sh(`set -e\nexport ${environment.join(' ')}\n${here}`, input);
  };
  return { home, sandbox, run, bucket: hasRclone ? bucket : undefined };
};

/** The id of a recording that is an mp3. */
const anMp3 = async (sh: Awaited<ReturnType<typeof openMachine>>['sh']): Promise<string> => {
  const { out } = await sh('recx list --status completed --all -o json');
  const rows: readonly { readonly id: string; readonly formats: readonly string[] }[] = JSON.parse(out);
  const found = rows.find(({ formats }) => formats.includes('mp3'))?.id ?? '';
  expect(found).not.toBe('');
  return found;
};

test('there are examples of every kind, and the two commands for a clone', () => {
  const count = (wanted: Kind): number => blocks.filter(({ kind }) => kind === wanted).length;
  expect({ cron: unattended.length, scripts: scripts.length }).toEqual({ cron: 7, scripts: 32 });
  expect([count('bash'), count('yaml'), count('ini')]).toEqual([1, 1, 1]);
  expect(textOf('README.md')).toMatch(/^npm ci && npm run demo$/m);
  expect(textOf('README.md')).toMatch(/^npm ci && npm test$/m);
});

test.concurrent.each(unattended)('$page: $command', async ({ command }) => {
  const { home, run } = await office();
  // verify needs a download.
  if (command.includes('verify')) await run('recx download -p work --since 3d --dir recordings -q');
  for (let round = 0; round < 2; round++) expect(await run(command)).toEqual({ code: 0, out: '', err: '' });
  expect(readdirSync(home).some((name) => /^(?:calls|recordings)/.test(name))).toBe(true);
});

test.concurrent.each(scripts)('$page, $kind: $first', async ({ page, script: printed }) => {
  // The quick start of the README has set the profile.
  const script = page === 'README.md' ? `export RECX_PROFILE=demo\n${printed}` : printed;
  const { sandbox, run } = await office(script);
  const login = sandboxApis.find(({ provider }) => provider === 'plivo');
  // The sandbox's account, and no terminal.
  const here = script
    .replace(/^(recx profile add) work/m, `$1 work --base-url ${sandbox.origin}`)
    .replace(/auth_id=MAX+/, `auth_id=${login?.basicAuth[0]}`)
    .replaceAll(/^recx browse.*$/gm, '{ $& || test $? -eq 2; }');
  const isStored = !/^recx profile add work/m.test(here);
  if (!isStored) await run('recx profile remove work');
  const { code, err } = await run(here, isStored ? '' : `${login?.basicAuth[1]}\n`);
  // A list that was cut at 50 rows, what to use instead of browse, recordings that are not ready or encrypted.
  const unexpected = err
    .replaceAll(/^recx: .*\b50 recordings\b.*\n(?:.*--all.*\n)?/gm, '')
    .replace(/^recx: browse requires a terminal\n.*recx list.*\n/m, '')
    .replaceAll(/^recx: --from leaves out signalwire video.*\n/gm, '')
    .replaceAll(/^.*(?:\bpending\b|\.enc\b).*\n/gm, '');
  expect({ code, unexpected }).toEqual({ code: 0, unexpected: '' });
});

test.concurrent('the lines for cron write their files, which agree with each other', async () => {
  const { home, run } = await office();
  const crons = unattended.filter(({ kind, command }) => kind === 'crontab' && command.includes('recx export'));
  for (let round = 0; round < 2; round++)
    for (const { command } of crons) expect(await run(command)).toEqual({ code: 0, out: '', err: '' });
  const calls = join(home, 'calls');
  const files = readdirSync(calls);
  expect(files).toContain('last.json');
  expect(readFileSync(join(home, 'recx.log'), 'utf8')).toBe('');
  const days = files.filter((name) => /^calls-\d{4}-\d\d-\d\d\.csv$/.test(name));
  expect(days.length).toBeGreaterThan(20);
  const lines = execFileSync('gunzip', ['-c', join(calls, 'all.ndjson.gz')]).toString();
  const rowsOf = (name: string): number => readFileSync(join(calls, name), 'utf8').split('\n').length - 2;
  expect(days.map(rowsOf).reduce((sum, count) => sum + count, 0)).toBe(lines.split('\n').length - 1);
  expect(rowsOf('calls.csv')).toBe(lines.split('\n').length - 1);
  const yesterday = crons.find(({ command }) => command.includes('yesterday'))?.command ?? '';
  expect(await run(yesterday)).toMatchObject({ code: 0 });
  const summary = JSON.parse(readFileSync(join(calls, 'last.json'), 'utf8'));
  const single = files.find((name) => /^\d{4}-\d\d-\d\d\.csv$/.test(name)) ?? '';
  expect(summary).toMatchObject({ exit_code: 0, files: 1, rows: rowsOf(single) });
});

test.concurrent('a copy by rclone has complete files only, and verifies', async ({ skip }) => {
  const { home, run, bucket } = await office();
  if (bucket === undefined) return skip();
  const copying = scripts.find(({ script }) => script.includes('rclone'))?.script ?? '';
  mkdirSync(join(home, 'recordings'), { mode: 0o700 });
  writeFileSync(join(home, 'recordings', '.half.mp3.part'), 'half');
  expect(await run(copying)).toEqual({ code: 0, out: '', err: '' });
  const copy = join(bucket, 'my-bucket', 'recordings');
  expect(readdirSync(copy).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(readdirSync(copy).length).toBeGreaterThan(3);
  expect(await run(`recx verify ${copy}`)).toMatchObject({ code: 0, out: '[]\n' });
});
