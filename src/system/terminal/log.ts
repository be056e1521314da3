import type { Failure } from '../../core/failure.ts';
import { exitCode, isRetryable } from '../../core/failure.ts';
import type { LogEvent } from '../../core/log-events.ts';
import { wrapWords } from '../../core/text/wrap.ts';
import type { OutputStream } from '../runtime.ts';
import { openRedactor } from './redact.ts';
import { streamOf } from './streams.ts';

/** Fields of a log line. Host names, never URLs with a query. */
type Details = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface LogSettings {
  readonly level: 'quiet' | 'normal' | 'verbose';
  readonly format: 'text' | 'json';
}

/** The only writer of messages to stderr; lines are short, sanitized and redacted. */
export interface Log {
  readonly verbose: boolean;
  /** Only with `--verbose`; the details only as JSON. */
  debug(event: LogEvent, text: string, details?: Details): void;
  warn(text: string, hint?: string): void;
  /** An informational result. */
  info(text: string, hint?: string): void;
  /** Skips failures that were already reported. */
  error(failure: Failure): void;
  /** A thrown value that is not a failure: a bug in recx. */
  bug(error: unknown): void;
  redact(secret: string): void;
  /** Sanitizes, redacts and shortens text to one line. */
  clean(text: string): string;
  readonly format: 'text' | 'json';
  configure(settings: LogSettings): void;
}

type Level = 'note' | 'info' | 'warning' | 'error';

interface LogLine {
  readonly level: Level;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly details?: Details | undefined;
}

export const openLog = (screen: OutputStream, initial: LogSettings): Log => {
  let settings = initial;
  const { add: redact, clean } = openRedactor();
  const write = ({ level, message, hint, details = {} }: LogLine): void => {
    const line = {
      level,
      message: clean(message),
      hint: hint === undefined ? undefined : clean(hint, MAX_HINT_LENGTH),
      details: Object.fromEntries(
        Object.entries(details).map(([key, value]) => [key, typeof value === 'string' ? clean(value) : value]),
      ),
    };
    const width = screen.isTTY && screen.columns ? screen.columns : Number.POSITIVE_INFINITY;
    streamOf(screen).write(formatLine[settings.format](line, width));
  };
  return {
    clean,
    redact,
    get format() {
      return settings.format;
    },
    get verbose() {
      return settings.level === 'verbose';
    },
    debug: (event, message, details) => {
      if (settings.level === 'verbose') write({ level: 'note', message, details: { event, ...details } });
    },
    warn: (message, hint) => {
      if (settings.level !== 'quiet') write({ level: 'warning', message, hint });
    },
    info: (message, hint) => {
      if (settings.level !== 'quiet') write({ level: 'info', message, hint });
    },
    error: ({ message, hint, kind, reported, about }) => {
      const details = { code: exitCode(kind), kind, retryable: isRetryable(kind), ...about };
      if (!reported) write({ level: 'error', message, hint, details });
    },
    bug: (error) => {
      for (const line of bugLines(error, settings.level === 'verbose')) write(line);
    },
    configure: (next) => {
      settings = next;
    },
  };
};

/** Characters of a hint, which may list every field: unlike a message, it holds no text of a provider. */
const MAX_HINT_LENGTH = 2000;

/** A line of the log as text; on a terminal of `width` characters it is wrapped at words. */
const formatLine: Readonly<Record<LogSettings['format'], (line: LogLine, width: number) => string>> = {
  json: ({ details, ...line }) => `${JSON.stringify({ ...line, ...details })}\n`,
  text: ({ level, message, hint }, width) => {
    const prefix = level === 'note' || level === 'info' ? '' : 'recx: ';
    const lines = [`${prefix}${message}`, ...(hint === undefined ? [] : [hint])];
    return `${lines.flatMap((line) => wrapWords(line, width)).join('\n')}\n`;
  },
};

/** Log lines for a bug, with the stack if verbose. */
const bugLines = (error: unknown, verbose: boolean): readonly LogLine[] => {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = verbose && error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
  return [
    {
      level: 'error',
      message: `this is a bug in recx: ${reason}`,
      hint: 'Run again with --verbose for the details',
      details: { code: 1, kind: 'bug', retryable: false },
    },
    ...stack.map((message): LogLine => ({ level: 'note', message })),
  ];
};
