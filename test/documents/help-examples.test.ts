import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { examplesOf } from '../../scripts/docs/man-page.ts';
import { topics } from '../../src/commands/help/topics/index.ts';
import { renderTopic } from '../../src/commands/help/topics/topic.ts';
import { visibleCommands } from '../../src/commands/shared/context.ts';
import { openMachine } from '../support/machine.ts';
import { openSession } from '../support/session.ts';

const session = openSession();
const program = await session.described();
session.close();

const below = (command: Command): readonly Command[] => [
  command,
  ...visibleCommands(command)
    .filter((known) => known.name() !== 'help' || command === program)
    .flatMap(below),
];
const nameOf = (command: Command): string => (command.parent ? `${nameOf(command.parent)} ` : '') + command.name();
const ofCommands = below(program).map((command) => [nameOf(command), examplesOf(command)] as const);
const loaded = await Promise.all(
  Object.entries(topics).map(async ([name, { load }]) => [`help ${name}`, await load()] as const),
);
const ofTopics = loaded.map(([name, { examples }]) => [name, examples] as const);

test.each([...ofCommands, ...ofTopics])('%s has three examples', (_, examples) => {
  expect(examples.length).toBeGreaterThanOrEqual(3);
  expect(new Set(examples).size).toBe(examples.length);
});

test.each(loaded)('%s fits a terminal of 80 columns', (_, topic) => {
  const text = renderTopic(topic);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toMatch(/\nExamples:\n(?: {2}\$ .*\n)+$/);
});

test.concurrent.each([...ofCommands, ...ofTopics])('the examples of %s run', async (_, examples) => {
  const { home, sh, programs } = await openMachine();
  const id = examples.some((example) => example.includes('<id>'))
    ? (await sh('recx list -p demo --limit 1 --fields id -o csv --no-header')).out.trim()
    : '';
  writeFileSync(join(programs, 'pass'), '#!/bin/sh\necho a-secret\n');
  chmodSync(join(programs, 'pass'), 0o755);
  for (const folder of examples.some((example) => /recx (?:verify|report)/.test(example))
    ? ['recordings', 'evidence']
    : []) {
    mkdirSync(join(home, folder), { mode: 0o700 });
    await sh(`recx download -p demo --limit 2 --dir ${folder}`);
  }
  for (const example of examples) {
    // A profile is added under a free name, and a removed one is restored.
    const line = example.replaceAll('<id>', id).replace('profile add work', 'profile add new');
    const { code, err } = await sh(line, 'a-secret\n');
    if (line.includes('profile add')) await sh('recx profile remove new');
    const [, renamed] = /profile rename work ([\w-]+)/.exec(line) ?? [];
    if (renamed !== undefined) await sh(`recx profile rename ${renamed} work`);
    if (/profile (?:rm|remove) work/.test(line))
      await sh('recx profile add work --provider plivo --set auth_id=MA0123456789ABCDEFGH', 'a-secret\n');
    // The account has more than two recordings; without a terminal there are no prompts and no browse.
    const needsTerminal = /recx (?:profile add$|profile edit work$|browse)/.test(line);
    const codes = line.includes('--remote') ? [3] : needsTerminal ? [2] : [0];
    expect(codes, `${line}: ${err}`).toContain(code);
    expect(err, line).not.toMatch(/bug in recx|unknown/);
  }
});
