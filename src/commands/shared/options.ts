import { type Command, Option } from 'commander';
import { Failure } from '../../core/failure.ts';
import { SEVERAL } from '../../core/filter.ts';
import { nonEmpty, quote } from '../../core/invalid-value.ts';
import { type FilterTexts, filterKeys, filters, parseQuery, type Query, timeProblem } from '../../core/query.ts';
import type { RowOrder } from '../../core/sort/sort.ts';
import { DAY } from '../../core/time/duration.ts';
import type { Runtime } from '../../system/runtime.ts';
import { appendValue, type Context, positiveDuration, wholeNumber } from './context.ts';
import type { RowLimit } from './list-sources.ts';

/** The flags that choose profiles and APIs. */
export interface AccountOptions {
  readonly profile?: readonly string[];
  readonly allProfiles?: boolean;
  readonly provider?: readonly string[];
  readonly api?: readonly string[];
}

/** The filter flags, as typed. */
export type FilterOptions = FilterTexts;

export const addAccountOptions = (command: Command): Command =>
  command
    .option('-p, --profile <name>', `profile to use (${SEVERAL})`, appendValue)
    .option('--all-profiles', 'use all stored profiles')
    .option(
      '--provider <name>',
      `use the credentials of this provider from the environment, else only its profiles (${SEVERAL})`,
      appendValue,
    )
    .addOption(
      new Option(
        '--api <name>',
        'API to query, or all (repeatable, or commas; default: all that are known to work)',
      ).argParser(appendValue),
    );

export const addFilterOptions = (command: Command): Command => {
  for (const key of filterKeys) {
    const { flag, value, help, separate } = filters[key];
    const flags = `${flag} <${value}>`;
    if (separate === undefined) command.option(flags, help, onlyValue(flag));
    else command.option(flags, help, appendValue);
  }
  return command;
};

/** Defines `--limit`; `defaultRows` is the limit without the flag, if any. */
export const addLimitOption = (command: Command, defaultRows?: number): Command => {
  const byDefault = defaultRows === undefined ? '' : ` (default: ${defaultRows})`;
  return command.option('-n, --limit <n>', `maximum number of recordings${byDefault}`, onlyValue('--limit'));
};

/** Defines `--with-calls`. */
export const addCallsOption = (command: Command): Command =>
  command.option(
    '--with-calls',
    'add what the calls say: numbers, direction, status, names of rooms; costs requests (recx help calls)',
  );

/** Defines `--sort`. */
export const addSortOption = (command: Command): Command =>
  command.option(
    '--sort <key>',
    `order by a field, such as created_at, or -duration_seconds for the longest first (${SEVERAL})`,
    appendValue,
  );

/** The order of `--sort`; undefined for newest first. Throws a usage failure. */
export const readSort = async ({ sort }: { readonly sort?: readonly string[] }): Promise<RowOrder | undefined> =>
  sort === undefined ? undefined : (await import('../../core/sort/sort.ts')).parseSort(sort);

/** The value of `--limit`; undefined for all rows. Throws a usage failure. */
export const readLimit = (text: string | undefined): RowLimit | undefined =>
  text === undefined ? undefined : { maxRows: wholeNumber('--limit', text, 1, Number.MAX_SAFE_INTEGER) };

/** Throws a usage failure if `--all` and `--limit` are given. */
export const checkAll = ({
  limit,
  all,
}: {
  readonly limit?: string | undefined;
  readonly all?: boolean | undefined;
}) => {
  if (all !== true || limit === undefined) return;
  throw new Failure('usage', '--limit and --all cannot be used together', { hint: 'Leave out --all' });
};

/** Defines the flags of commands that lock their files and count recordings; `sameTarget` describes runs with the same lock. */
export const addRunOptions = (command: Command, sameTarget: string): Command =>
  command
    .option('--wait <duration>', `how long to wait for another run ${sameTarget}`)
    .option('--summary <file>', 'write the counts as JSON to a file, or - for standard output');

/** Defines the download folder of a command that reads one: its argument, or `--dir` as in `download`. */
export const addFolder = (command: Command): Command =>
  command
    .argument('[dir]', 'download folder (default: recordings)')
    .option('--dir <dir>', 'download folder, instead of the argument', onlyValue('--dir'));

/** The download folder. Throws a usage failure if it is given in both ways. */
export const readFolder = (named: string | undefined, { dir }: { readonly dir?: string }): string => {
  if (named === undefined || dir === undefined) return named ?? dir ?? 'recordings';
  throw new Failure('usage', 'the folder is given twice', { hint: 'Leave out --dir' });
};

/** Throws a usage failure if a path, given by the name of its flag or argument, is empty or not of this computer. */
export const checkPaths = (paths: Readonly<Record<string, string | undefined>>, { platform }: Runtime): void => {
  for (const [name, path] of Object.entries(paths)) {
    if (path === undefined) continue;
    nonEmpty(name, path);
    if (!isForeignPath(path.trim(), platform)) continue;
    throw new Failure('usage', `${name}: ${quote(path)} is not a local path`, {
      hint: `recx reads and writes local files; rclone can copy them elsewhere. A local name with a colon: ./${path.slice(0, 40)}`,
    });
  }
};

/** Whether a path has a scheme, such as `s3://` or `https:`, or is one of Windows on another system. */
const isForeignPath = (path: string, platform: string): boolean => {
  const [, scheme, rest = ''] = /^([a-z][a-z\d+.-]*):(.*)$/is.exec(path) ?? [];
  if (scheme === undefined) return platform !== 'win32' && path.startsWith('\\\\');
  if (scheme.length === 1) return platform !== 'win32';
  // A name such as `calls-2026-11-20T10:00.csv` is no scheme.
  return rest.startsWith('//') || /^[a-z]+$/i.test(scheme) || remoteSchemes.includes(scheme.toLowerCase());
};

/** Schemes with a digit: words of letters alone are all taken for schemes. */
const remoteSchemes = ['s3', 's3a', 's3n', 'b2', 'r2'];

/**
 * The query of the filter flags, for the time that the run's clock shows. Throws a usage failure; one that a wrong clock
 * could cause only when a server has told the time.
 */
export const readQuery = (options: FilterOptions, { clock, settings: { zone, unknownZone } }: Context): Query => {
  const isTimed = options.since !== undefined || options.until !== undefined;
  const now = isTimed ? clock.now() : 0;
  const query = parseQuery(options, { now, zone, unknownZone });
  const problem = isTimed ? timeProblem(query, now) : undefined;
  if (problem === undefined) return query;
  const later = parseQuery(options, { now: now + 1000 * DAY, zone, unknownZone });
  const isCertain =
    query.since === later.since &&
    query.until === later.until &&
    timeProblem(query, Number.POSITIVE_INFINITY) !== undefined;
  if (clock.isKnown || isCertain) throw problem;
  clock.doubt();
  return query;
};

/** Takes the value of a flag of which the last value must not silently replace another. Throws a usage failure for a second one. */
export const onlyValue =
  (flag: string) =>
  (value: string, before: string | undefined): string => {
    if (before !== undefined) throw new Failure('usage', `${flag} is given twice`);
    return value;
  };

/** Milliseconds of a duration flag, at least 1. Throws a usage failure. */
export const durationOption = (flag: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : positiveDuration(flag, text);
