import type { Command, Option } from 'commander';
import { afterAll, expect, test } from 'vitest';
import { argumentCandidates, flagCandidates } from '../../src/commands/completion/candidates.ts';
import { openSession } from '../support/session.ts';

const session = openSession();
const program = await session.described();
afterAll(session.close);

const commandsIn = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(commandsIn)];
const commands = commandsIn(program);
const options = commands.flatMap((command) => command.options);
const registered = commands.flatMap((command) => command.registeredArguments);

/** Flags whose values cannot be listed: numbers, durations, addresses, and names that the user chooses. */
const freeText: readonly string[] = [
  '--base-url',
  '--call',
  '--concurrency',
  '--conference',
  '--from',
  '--limit',
  '--top',
  '--lookback',
  '--max-duration',
  '--max-pages',
  '--max-time',
  '--min-duration',
  '--name',
  '--retries',
  '--room-session',
  '--subaccount',
  '--rps',
  '--secret-command',
  '--secret-env',
  '--timeout',
  '--title',
  '--to',
  '--wait',
];

const acceptsValue = ({ required, optional }: Option): boolean => required || optional;
const names = (some: readonly Option[]): readonly string[] => [...new Set(some.map(({ long }) => long ?? ''))].sort();

test('every flag that accepts a value has candidates, or is listed as free text', () => {
  const withoutChoices = names(options.filter((option) => acceptsValue(option) && option.argChoices === undefined));
  expect(withoutChoices).toEqual([...Object.keys(flagCandidates), ...freeText].sort());
});

test('a flag with fixed choices has no second list of candidates', () => {
  const withChoices = names(options.filter(({ argChoices }) => argChoices !== undefined));
  expect(withChoices.filter((name) => Object.hasOwn(flagCandidates, name))).toEqual([]);
});

test('every argument has candidates', () => {
  const withoutChoices = registered.filter(({ argChoices }) => argChoices === undefined).map((one) => one.name());
  expect([...new Set(withoutChoices)].sort()).toEqual(Object.keys(argumentCandidates).sort());
});
