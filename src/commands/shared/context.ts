import type { Command } from 'commander';
import { Failure } from '../../core/failure.ts';
import { quote, separateIds } from '../../core/invalid-value.ts';
import type { PageLimits } from '../../core/paging/page-limits.ts';
import { DAY } from '../../core/time/duration.ts';
import type { Zone } from '../../core/time/zone.ts';
import { checkZone, parseDurationFlag } from '../../core/time.ts';
import type { RunClock } from '../../system/clock.ts';
import { limits } from '../../system/limits.ts';
import type { RateLimiter } from '../../system/net/pacing/rate-limiter.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';
import { wantsColour } from '../../system/terminal/streams.ts';
import { readZone } from '../../system/time-zone.ts';
import type { CallerNote } from '../access/caller-note.ts';
import type { ListingStatus } from './listing-status.ts';

/** The environment of a command. */
export interface Context {
  readonly runtime: Runtime;
  readonly log: Log;
  readonly clock: RunClock;
  readonly settings: Settings;
  /** The current listing, if any, and what listings have warned of: a run may list several times, and warns once. */
  readonly listing: {
    status: ListingStatus | undefined;
    /** Sees every recording that is listed, if the command is going to tell. */
    callers?: CallerNote;
    readonly warnings: Set<string>;
  };
  /** The command line, for hints that keep its words. */
  readonly argv: readonly string[];
  /** The global flags on the command line, for commands that run others. */
  readonly inherited: readonly string[];
  /** Runs the program itself, for commands that run others. */
  run(argv: readonly string[], runtime: Runtime): Promise<number>;
  /** Loads a subcommand, to define its flags and arguments; otherwise this happens when it runs. */
  loadCommand(command: Command): Promise<void>;
}

/** Warns once a run: a download with names that are checked first lists twice. */
export const warnOnce = ({ log, listing: { warnings } }: Context, text: string, hint?: string): void => {
  if (!warnings.has(text)) log.warn(text, hint);
  warnings.add(text);
};

/** The parsed global flags. */
export interface Settings {
  readonly zone: Zone;
  /** The value of TZ if it names no known zone and `--tz` does not replace it. */
  readonly unknownZone: string | undefined;
  readonly quiet: boolean;
  readonly colour: boolean;
  /** Milliseconds for one request attempt, at most a day. */
  readonly timeout: number;
  /** Attempts per request, at least 1. */
  readonly attempts: number;
  readonly pageLimits: PageLimits;
  /** Limits the rate of all requests of the run, if the user sets one. */
  readonly rateLimiter?: RateLimiter;
}

/** Defines a command's flags, help and action; `start` parses the global flags and may throw a usage failure. */
export type Define = (command: Command, start: () => Context) => void;

/** Parses the global flags and configures the log. Throws a usage failure. */
export const readGlobalSettings = (
  options: Readonly<Record<string, unknown>>,
  runtime: Runtime,
  log: Log,
): Settings => {
  const { verbose, quiet, logFormat, timeout, retries, maxPages, color, tz } = options;
  log.configure({
    level: verbose === true ? 'verbose' : quiet === true ? 'quiet' : 'normal',
    format: logFormat === 'json' ? 'json' : 'text',
  });
  const { zone, unknown: unknownZone } =
    typeof tz === 'string' ? { zone: checkZone(tz), unknown: undefined } : readZone(runtime.env.TZ);
  return {
    zone,
    unknownZone,
    quiet: quiet === true,
    colour: wantsColour(runtime.out, runtime.env, color !== false),
    timeout: Math.min(positiveDuration('--timeout', String(timeout)), DAY),
    attempts: 1 + wholeNumber('--retries', String(retries), 0, MAX_RETRIES),
    pageLimits: pageLimitsOf(maxPages),
  };
};

const pageLimitsOf = (typed: unknown): PageLimits => {
  if (typed === undefined) return limits;
  const maxPages = wholeNumber('--max-pages', String(typed), 1, Number.MAX_SAFE_INTEGER);
  return { maxPages, maxSparsePages: maxPages };
};

/** Collects the values of a repeatable flag. */
export const appendValue = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Collects typed ids, which commas may separate. */
export const appendIds = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...separateIds(word),
];

/** Milliseconds of a duration flag, at least 1. Throws a usage failure. */
export const positiveDuration = (flag: string, text: string): number => {
  const milliseconds = parseDurationFlag(flag, text);
  if (milliseconds >= 1) return milliseconds;
  throw new Failure('usage', `${flag} must be at least 1ms`);
};

/** An integer from `min` to `max`. Throws a usage failure. */
export const wholeNumber = (flag: string, text: string, min: number, max: number): number => {
  const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new Failure('usage', `${flag}: ${quote(text)} is not a whole number ${range}`, {
    rejected: { name: flag, word: text },
  });
};

/** The section `Examples:` at the end of a help text. */
export const examples = (lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

/** The subcommands listed in help. */
export const visibleCommands = (command: Command): readonly Command[] => command.createHelp().visibleCommands(command);

const MAX_RETRIES = 20;
/** Default values of global flags. */
export const defaults = {
  timeout: `${limits.totalTimeout / 1000}s`,
  retries: String(limits.attempts - 1),
  maxPages: `${limits.maxPages}, of which ${limits.maxSparsePages} with hardly any new recordings`,
} as const;
