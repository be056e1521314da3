import type { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { visibleCommands } from '../../src/commands/shared/context.ts';
import { acceptedOptions, subcommandNamed } from '../../src/commands/usage/command-line.ts';
import { commandSynonyms } from '../../src/commands/usage/command-synonyms.ts';
import { flagSynonyms } from '../../src/commands/usage/flag-synonyms.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { runHere } from '../support/run.ts';
import { openSession } from '../support/session.ts';
import { wordsOf } from '../support/words-of.ts';

const folder = emptyFolder();
const env = { HOME: folder, RECX_CONFIG_DIR: folder };
const run = (line: string) => runHere(wordsOf(line), { env });
const hintOf = (err: string): string => err.trim().split('\n').slice(1).join('\n');

/** What a command needs beside a hint, one of them. */
const beside: Readonly<Record<string, readonly string[]>> = {
  list: [''],
  stats: [''],
  verify: ['', '--remote'],
  export: ['', `--out ${folder}/calls.csv`],
  download: ['--dry-run', '--dry-run --all', '--dry-run -n 1', '5b080672aaaa'],
  get: ['5b080672aaaa'],
  report: [''],
};

/** Values that people type after a flag. */
const values = [
  '',
  '5',
  '7d',
  'csv',
  'id,length',
  '+14155550100',
  'done',
  'meeting',
  'duration',
  'desc',
  'mp3',
  'day',
  '60',
];

describe('a hint that is complete can be followed', async () => {
  const session = openSession();
  const program = await session.described();
  afterAll(session.close);

  const accepts = (command: Command, flag: string): boolean =>
    acceptedOptions(command).some(({ long, short }) => flag === long || flag === short);

  /** The exit code of the command that a hint names, with whatever else it needs. */
  const follow = async (hint: string, typed: string): Promise<void> => {
    const [, text = ''] = /^Use (.*)$/.exec(hint) ?? [];
    // The folder may not exist.
    if (/^recx (?:report|verify) \S+$/.test(text)) return;
    if (text === '' || /<|…/.test(text) || /^recx (?:browse|demo|profile|completion)/.test(text)) return;
    // Another program follows.
    for (const one of text.split(' | jq ')[0]?.split(' or ') ?? []) {
      const line = (one.startsWith('recx ') ? one.slice(5) : `${typed} ${one}`).replaceAll(
        ' calls.csv',
        ` ${folder}/c.csv`,
      );
      const command = subcommandNamed(line.split(' ')[0] ?? '', program);
      const account = command !== undefined && accepts(command, '--profile') ? '-p demo' : '';
      // Few recordings, since every page of all of them takes time.
      const recent = command !== undefined && accepts(command, '--since') && !/--(?:since|until)/.test(line);
      const narrowed = recent ? '--since 1d' : '';
      const named = /-p |--profile|--all-profiles|--provider/.test(line) ? '' : account;
      // As on a terminal: JSON has no header.
      const shape = /--no-header/.test(line) && !/-o /.test(line) ? '-o table' : '';
      const codes: (number | null)[] = [];
      for (const more of beside[command?.name() ?? ''] ?? ['']) {
        const { code } = await run(`${line} ${named} ${shape} ${/^\d/.test(more) ? '' : narrowed} ${more}`);
        codes.push(code);
        if (code !== 2) break;
      }
      expect(codes.at(-1), `${hint}: ${line}`).not.toBe(2);
    }
  };

  test.each(Object.keys(beside))('of an unknown flag of recx %s', async (name) => {
    const command = subcommandNamed(name, program) ?? program;
    const followed = new Set<string>();
    for (const [flags, ...texts] of flagSynonyms) {
      const flag = flags.split(' ').find((one) => !accepts(command, one));
      if (flag === undefined) continue;
      const isFilled = texts.some((text) => /<[^:<>]+>|\{/.test(text));
      for (const value of isFilled ? values : ['']) {
        const { code, err } = await run(`${name} ${flag} ${value}`);
        const hint = hintOf(err);
        expect(code, flag).toBe(2);
        expect(hint, flag).not.toBe(`Use recx ${name}`);
        if (followed.has(hint)) continue;
        followed.add(hint);
        await follow(hint, name);
      }
    }
  });

  test('of an unknown command', async () => {
    for (const [keys] of commandSynonyms) {
      const { code, err } = await run(keys.split(' | ')[0] ?? '');
      expect(code, keys).toBe(2);
      await follow(hintOf(err), '');
    }
  });

  test('of every command with a noun before it', async () => {
    for (const known of visibleCommands(program).filter((one) => one.name() !== 'profile'))
      for (const line of [`recordings ${known.name()}`, `api:core:recordings:${known.name()}`])
        expect(hintOf((await run(line)).err), line).toContain(`recx ${known.name()}`);
  });
});
