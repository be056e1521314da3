import { type Command, Option } from 'commander';
import { Failure } from '../../core/failure.ts';
import { type FilterKey, filterKeys, filters, parseDurationFlag, parseQuery, type Query } from '../../core/query.ts';
import type { Context } from './context.ts';

/** The flags that choose profiles and APIs. */
export interface AccountOptions {
  readonly profile?: readonly string[];
  readonly allProfiles?: boolean;
  readonly provider?: string;
  readonly api?: readonly string[];
}

export type FilterOptions = Partial<Record<FilterKey, string>>;

export const addAccountOptions = (command: Command): Command =>
  command
    .option('-p, --profile <name>', 'profile to use (repeatable)', appendValue)
    .option('--all-profiles', 'use all stored profiles')
    .option('--provider <name>', 'use the credentials of this provider from the environment')
    .addOption(
      new Option('--api <name>', 'API to query, or all (repeatable; default: the first)').argParser(appendValue),
    );

export const addFilterOptions = (command: Command): Command => {
  for (const key of filterKeys) {
    const { flag, value, help } = filters[key];
    command.option(`${flag} <${value}>`, help);
  }
  return command;
};

/** The query of the filter flags. Throws a usage failure. */
export const readQuery = (options: FilterOptions, { runtime, settings }: Context): Query =>
  parseQuery(options, { now: runtime.now(), zone: settings.zone });

/** Collects the values of a repeatable flag. */
export const appendValue = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Milliseconds of a duration flag, within the range of a timer. Throws a usage failure. */
export const durationOption = (flag: string, text: string | undefined): number | undefined => {
  const milliseconds = text === undefined ? undefined : parseDurationFlag(flag, text);
  if (milliseconds === 0 || (milliseconds ?? 0) > MAX_TIMER)
    throw new Failure('usage', `${flag} must be between 1ms and 24d`);
  return milliseconds;
};

/** `setTimeout` fires immediately above 2^31-1 ms, which is 24.8 days. */
const MAX_TIMER = 24 * 86_400_000;
