import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { visibleCommands } from '../../src/commands/shared/context.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { homeWith, profileAddArgs } from '../support/home.ts';
import { MANIFEST } from '../support/media-account.ts';
import { isExecutable, recxInShell, root } from '../support/paths.ts';
import type { Run } from '../support/run.ts';
import { openSession } from '../support/session.ts';

/*
 * One run of each command of the packed program, each in a process of its own: checks that the built, packed and installed
 * program behaves like the sources that the other tests run.
 */

type Recx = (words: string, input?: string) => Promise<Run>;

/** Checks that a run succeeds without messages, and returns its output. */
const printed = async (run: Promise<Run>): Promise<string> => {
  const { code, out, err } = await run;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};

const rows = async (run: Promise<Run>): Promise<readonly Record<string, unknown>[]> => JSON.parse(await printed(run));

const cases: Readonly<Record<string, (recx: Recx, folder: string, origin: string) => Promise<void>>> = {
  list: async (recx) => {
    const listed = await rows(recx('list -p relay --since 7d --all -o json'));
    expect(listed.length).toBeGreaterThan(10);
    expect(await printed(recx('list -p relay --since 7d --all -o csv'))).toContain(`\n${listed[3]?.id},`);
    expect(await printed(recx('--tz Asia/Tokyo list -p plivo --limit 3 -o table'))).toMatch(
      /^Created .*\n(?:.+\n){3}$/,
    );
  },
  get: async (recx) => {
    const [first] = await rows(recx('list -p twilio --limit 1'));
    expect(JSON.parse(await printed(recx(`get ${first?.id} -p twilio`)))).toMatchObject({ id: first?.id });
    expect(await recx('get nobody -p twilio')).toMatchObject({ code: 6, out: '' });
  },
  download: async (recx, folder) => {
    const dir = join(folder, 'media');
    await printed(recx(`download -p plivo --limit 3 --dir ${dir} --sidecar`));
    expect(readdirSync(dir)).toHaveLength(7);
    expect(readdirSync(dir)).toContain(MANIFEST);
  },
  export: async (recx, folder) => {
    const out = join(folder, 'calls.csv');
    for (const _ of [1, 2]) await printed(recx(`export -p relay --since 7d --incremental --out ${out}`));
    const lines = readFileSync(out, 'utf8').split('\n');
    expect(lines[0]).toMatch(/^id,provider,/);
    expect(new Set(lines).size).toBe(lines.length);
  },
  verify: async (recx, folder) => {
    await printed(recx(`download -p plivo --limit 2 --dir ${folder}/media`));
    expect(await printed(recx(`verify ${folder}/media`))).toBe('[]\n');
  },
  report: async (recx, folder) => {
    await printed(recx(`download -p plivo --limit 2 --dir ${folder}/media`));
    await printed(recx(`report ${folder}/media -q`));
    const [page = ''] = readdirSync(`${folder}/media`).filter((name) => name.endsWith('.html'));
    expect(readFileSync(join(folder, 'media', page), 'utf8')).toMatch(/<\/html>\s*$/);
  },
  profile: async (recx, _folder, origin) => {
    const [words, secret] = profileAddArgs('plivo', 'mine', origin);
    expect((await recx(words.join(' '), secret)).code).toBe(0);
    expect((await recx('profile use mine')).code).toBe(0);
    expect(await rows(recx('profile list -o json'))).toContainEqual(expect.objectContaining({ name: 'mine' }));
    expect(await printed(recx('profile show mine -o json'))).not.toContain(secret.trim());
    expect((await recx('profile check mine')).code).toBe(0);
    expect((await recx('profile remove mine')).code).toBe(0);
    expect((await recx('list -p mine')).code).toBe(6);
  },
  stats: async (recx) => {
    const [total] = await rows(recx('stats -p relay --since 7d --by provider -o json'));
    expect(total).toMatchObject({ provider: 'signalwire', recordings: expect.any(Number) });
  },
  browse: async (recx) => {
    expect(await recx('browse -p plivo')).toMatchObject({ code: 2, out: '' });
  },
  providers: async (recx) => {
    expect(await printed(recx('providers -o csv'))).toMatch(/\ntwilio,/);
  },
  demo: async (recx) => {
    const end = isExecutable ? `/${basename(recxInShell())} help\n` : '/recx.cjs help\n';
    const out = await printed(recx('demo'));
    expect(out.endsWith(end)).toBe(true);
    expect(/^Help: +node /m.test(out)).toBe(!isExecutable);
  },
  completion: async (recx) => {
    expect(await printed(recx('completion bash'))).toContain('complete');
  },
  version: async (recx) => {
    expect(await printed(recx('version'))).toBe(await printed(recx('--version')));
  },
  help: async (recx) => {
    expect(await printed(recx('help exit-codes'))).toMatch(/another run holds/);
    expect(await printed(recx('--help'))).toMatch(/Commands:/);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(await printed(recx('--version'))).toBe(`${version}\n`);
  },
};

test('every command has a case in this file', async () => {
  const session = openSession();
  const known = visibleCommands(await session.described()).map((command) => command.name());
  session.close();
  expect(Object.keys(cases).sort()).toEqual([...known].sort());
});

test.concurrent.each(Object.keys(cases))('recx %s works in the packed and installed program', async (name) => {
  const home = await homeWith();
  const recx: Recx = (words, input) => home.runPacked(words.split(' '), input === undefined ? {} : { input });
  await cases[name]?.(recx, emptyFolder(), home.sandbox.origin);
});
