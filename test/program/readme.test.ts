import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machine } from './machine.ts';

interface Example {
  readonly kind: 'crontab' | 'console' | 'sh' | 'ini';
  /** As a shell reads it. */
  readonly command: string;
}

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');

/** What cron gives to the shell: without the five fields of time, up to the first bare percent sign. */
const ofCron = (line: string): string =>
  (/^(?:\S+\s+){5}(.*)$/.exec(line)?.[1] ?? '').replace(/(?<!\\)%.*$/, '').replaceAll('\\%', '%');

const commandIn = (kind: Example['kind'], line: string): string | undefined => {
  if (kind === 'crontab') return /^[\d*]/.test(line) ? ofCron(line) : undefined;
  if (kind === 'console') return /^\$ (.*)$/.exec(line)?.[1];
  // systemd puts the home folder for %h, and splits words itself.
  if (kind === 'ini')
    return /^ExecStart=(.*)$/
      .exec(line)?.[1]
      ?.replaceAll(/(\S*)%h(\S*)/g, '"$1$HOME$2"')
      .replaceAll('\\', '');
  return line.startsWith('recx ') ? line : undefined;
};

const examples = [...readme.matchAll(/^```(crontab|console|sh|ini)\n(.*?)^```/gms)].flatMap(([, kind, body = '']) =>
  body.split('\n').flatMap((line): readonly Example[] => {
    const known = kind as Example['kind']; // the expression has no other
    const command = commandIn(known, line);
    return command === undefined || !/\brecx\b/.test(command) ? [] : [{ kind: known, command }];
  }),
);

/** What has a place for the reader's own ids or credentials, or asks on a terminal. */
const placeholder = /[\da-f]{8}-[\da-f]{4}-|MAX{5}|profile (?:add|use|check)|^recx (?:demo|verify)\b/;
const tried = examples.filter(
  ({ command }) => /recx (?:export|list|download)\b/.test(command) && !placeholder.test(command),
);
const skipped = examples.filter((example) => !tried.includes(example)).map(({ command }) => command);

test(`has examples of every kind; not tried, for what they need: ${skipped.join(' · ')}`, () => {
  expect(tried.filter(({ kind }) => kind === 'crontab').length).toBeGreaterThanOrEqual(4);
  expect(tried.filter(({ kind }) => kind === 'console').length).toBeGreaterThanOrEqual(5);
  expect(tried.filter(({ kind }) => kind === 'sh').length).toBeGreaterThanOrEqual(3);
  expect(tried.filter(({ kind }) => kind === 'ini')).toHaveLength(1);
});

test.concurrent.each(tried)('$kind: $command', async ({ kind, command }) => {
  const { home, sh, programs } = await machine();
  const here = command.replaceAll('/usr/local/bin/recx', `${programs}/recx`);
  // Some make what others read.
  mkdirSync(join(home, 'recordings'), { mode: 0o700 });
  const cron = kind === 'crontab' || kind === 'ini';
  for (let round = 0; round < (cron ? 2 : 1); round++) {
    const { code, out, err } = await sh(here);
    // A list of 50 says so when there are more.
    const said = /recx list\b(?!.*--all)/.test(command) ? '' : err;
    expect({ code, said, out: cron ? out : '' }).toEqual({ code: 0, said: '', out: '' });
    if (!cron && command.includes('|') && !command.includes('--min-duration')) expect(out).not.toBe('');
  }
  expect(readdirSync(home).some((name) => /^(?:calls|recordings|long|\.config)/.test(name))).toBe(true);
});

test.concurrent('the lines of cron leave what they say, and agree with each other', async () => {
  const { home, sh } = await machine();
  const crons = tried.filter(({ kind, command }) => kind === 'crontab' && command.includes('recx export'));
  for (let round = 0; round < 2; round++)
    for (const { command } of crons) expect(await sh(command)).toEqual({ code: 0, out: '', err: '' });
  const calls = join(home, 'calls');
  const files = readdirSync(calls);
  expect(files).toContain('last.json');
  expect(existsSync(join(calls, 'all.ndjson.gz'))).toBe(true);
  const days = files.filter((name) => /^calls-\d{4}-\d\d-\d\d\.csv$/.test(name));
  expect(days.length).toBeGreaterThan(20);
  const all =
    execFileSync('gunzip', ['-c', join(calls, 'all.ndjson.gz')])
      .toString()
      .split('\n').length - 1;
  const rows = days.map((name) => readFileSync(join(calls, name), 'utf8').split('\n').length - 2);
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(all);
  const summary = JSON.parse(readFileSync(join(calls, 'last.json'), 'utf8'));
  const single = files.find((name) => /^\d{4}-\d\d-\d\d\.csv$/.test(name)) ?? '';
  expect(summary).toMatchObject({
    exit_code: 0,
    files: 1,
    rows: readFileSync(join(calls, single), 'utf8').split('\n').length - 2,
  });
});
