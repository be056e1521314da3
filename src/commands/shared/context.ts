import type { Command } from 'commander';
import { Failure } from '../../core/failure.ts';
import { durationFlag } from '../../core/query.ts';
import { checkZone, type Zone } from '../../core/time.ts';
import { limits } from '../../system/limits.ts';
import type { RateLimiter } from '../../system/net/rate-limiter.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';
import { wantsColour } from '../../system/terminal/streams.ts';

/** What a command works with. */
export interface Context {
  readonly runtime: Runtime;
  readonly log: Log;
  readonly settings: Settings;
  /** The global flags as they were typed, for commands that call others. */
  readonly inherited: readonly string[];
  /** The program itself, for commands that call others. */
  run(argv: readonly string[], runtime: Runtime): Promise<number>;
  /** Gives a subcommand of the program its flags and arguments, which it has only when it is called. */
  fill(command: Command): Promise<void>;
}

/** The global flags, read. */
export interface Settings {
  readonly zone: Zone;
  readonly quiet: boolean;
  readonly colour: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly attempts: number;
  /** What every request of the run passes, where the user bounds their rate. */
  readonly rateLimiter?: RateLimiter;
}

/** Adds a command's flags, help and action; `start` reads the global flags and may throw a usage failure. */
export type Define = (command: Command, start: () => Context) => void;

export const readGlobalSettings = (
  options: Readonly<Record<string, unknown>>,
  runtime: Runtime,
  log: Log,
): Settings => {
  const { verbose, quiet, logFormat, timeout, retries, color, tz } = options;
  log.configure({
    level: verbose === true ? 'verbose' : quiet === true ? 'quiet' : 'normal',
    format: logFormat === 'json' ? 'json' : 'text',
  });
  const milliseconds = durationFlag('--timeout', String(timeout));
  if (milliseconds < 1 || milliseconds > MAX_TIMEOUT)
    throw new Failure('usage', '--timeout must be between 1ms and 24h');
  return {
    zone: typeof tz === 'string' ? checkZone(tz) : undefined,
    quiet: quiet === true,
    colour: wantsColour(runtime.out, runtime.env, color !== false),
    timeout: milliseconds,
    attempts: 1 + wholeNumber('--retries', String(retries), 0, MAX_RETRIES),
  };
};

/** A whole number within bounds, or a usage failure. */
export const wholeNumber = (flag: string, text: string, least: number, most: number): number => {
  const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
  throw new Failure('usage', `${flag}: "${text.slice(0, 60)}" is not a whole number ${range}`);
};

/** `Examples:` and the lines under it, for the end of a help text. */
export const examples = (lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

/** The subcommands that help shows. */
export const visibleCommands = (command: Command): readonly Command[] => command.createHelp().visibleCommands(command);

const MAX_TIMEOUT = 86_400_000;
const MAX_RETRIES = 20;
/** As the flag's default says it. */
export const defaults = { timeout: `${limits.totalTimeout / 1000}s`, retries: String(limits.attempts - 1) } as const;
