import { type Command, Option } from 'commander';
import { Failure } from '../../core/failure.ts';
import { type FilterKey, filterKeys, filters, parseQuery, type Query, timeProblem } from '../../core/query.ts';
import { DAY } from '../../core/time.ts';
import { type Context, durationUpTo, wholeNumber } from './context.ts';

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
      new Option('--api <name>', "API to query, or all (repeatable; default: the provider's first)").argParser(
        appendValue,
      ),
    );

export const addFilterOptions = (command: Command): Command => {
  for (const key of filterKeys) {
    const { flag, value, help } = filters[key];
    command.option(`${flag} <${value}>`, help);
  }
  return command;
};

/** Defines `--limit`; `defaultRows` is the limit without the flag, if any. */
export const addLimitOption = (command: Command, defaultRows?: number): Command => {
  const byDefault = defaultRows === undefined ? '' : ` (default: ${defaultRows})`;
  return command.option('-n, --limit <n>', `maximum number of recordings${byDefault}`);
};

/** The value of `--limit`, if any. Throws a usage failure. */
export const readLimit = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber('--limit', text, 1, Number.MAX_SAFE_INTEGER);

/** Defines the flags of commands that lock their files and count recordings; `sameTarget` describes runs with the same lock. */
export const addRunOptions = (command: Command, sameTarget: string): Command =>
  command
    .option('--wait <duration>', `how long to wait for another run ${sameTarget}`)
    .option('--summary <file>', 'write the counts as JSON to a file, or - for standard output');

/** Throws a usage failure if a value, given by the name of its flag or argument, is empty. */
export const checkNotEmpty = (values: Readonly<Record<string, string | undefined>>): void => {
  const [name] = Object.entries(values).find(([, value]) => value?.trim() === '') ?? [];
  if (name !== undefined) throw new Failure('usage', `${name}: the value is empty`);
};

/**
 * The query of the filter flags, for the time that the run's clock shows. Throws a usage failure; one that a wrong clock
 * could cause only when a server has told the time.
 */
export const readQuery = (options: FilterOptions, { clock, settings: { zone } }: Context): Query => {
  const isTimed = options.since !== undefined || options.until !== undefined;
  const now = isTimed ? clock.now() : 0;
  const query = parseQuery(options, { now, zone });
  const problem = isTimed ? timeProblem(query, now) : undefined;
  if (problem === undefined) return query;
  const later = parseQuery(options, { now: now + 1000 * DAY, zone });
  const isCertain =
    query.since === later.since &&
    query.until === later.until &&
    timeProblem(query, Number.POSITIVE_INFINITY) !== undefined;
  if (clock.isKnown || isCertain) throw problem;
  clock.doubt();
  return query;
};

/** Collects the values of a repeatable flag. */
export const appendValue = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Milliseconds of a duration flag, within the range of a timer. Throws a usage failure. */
export const durationOption = (flag: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : durationUpTo(MAX_TIMER, flag, text);

/** `setTimeout` fires immediately above 2^31-1 ms, which is 24.8 days. */
const MAX_TIMER = '24d';
