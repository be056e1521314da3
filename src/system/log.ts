import type { Failure } from '../core/failure.ts';
import { exitCode, isRetryable } from '../core/failure.ts';
import type { Event } from '../core/provider.ts';
import { oneLine } from '../core/text.ts';
import { streamOf } from './terminal.ts';
import type { Screen } from './world.ts';

/** What a line of the log has beside its text. Names of hosts, never addresses with a query. */
export type Details = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface LogSettings {
  readonly level: 'quiet' | 'normal' | 'verbose';
  readonly format: 'text' | 'json';
}

/** The one way to stderr: every line is inert, short, and free of the secrets that were named to `conceal`. */
export interface Log {
  readonly verbose: boolean;
  /** Only with `--verbose`; the details only as JSON. */
  note(event: Event, text: string, details?: Details): void;
  warn(text: string, hint?: string): void;
  /** News that is no problem. */
  say(text: string): void;
  /** Unless the user has been told already. */
  error(failure: Failure): void;
  /** A thrown value that is no failure: a defect of recx. */
  bug(error: unknown): void;
  conceal(secret: string): void;
  /** Text as it would be said: inert, short and without secrets. */
  clean(text: string): string;
  readonly format: 'text' | 'json';
  configure(settings: LogSettings): void;
}

export const openLog = (screen: Screen, initial: LogSettings): Log => {
  let settings = initial;
  const secrets = new Set<string>();

  const clean = (text: string): string => {
    let cleaned = text;
    for (const secret of secrets) cleaned = cleaned.replaceAll(secret, '[redacted]');
    return oneLine(cleaned, LINE);
  };
  const put = (level: string, message: string, hint?: string, extra: Details = {}): void => {
    const line = clean(message);
    const advice = hint === undefined ? undefined : clean(hint);
    const details = Object.entries(extra).map(([key, value]) => [
      key,
      typeof value === 'string' ? clean(value) : value,
    ]);
    streamOf(screen).write(
      settings.format === 'json'
        ? `${JSON.stringify({ level, message: line, hint: advice, ...Object.fromEntries(details) })}\n`
        : `${level === 'note' || level === 'info' ? '' : 'recx: '}${line}\n${advice === undefined ? '' : `${advice}\n`}`,
    );
  };

  return {
    clean,
    get format() {
      return settings.format;
    },
    get verbose() {
      return settings.level === 'verbose';
    },
    note: (event, text, details) => {
      if (settings.level === 'verbose') put('note', text, undefined, { event, ...details });
    },
    warn: (text, hint) => {
      if (settings.level !== 'quiet') put('warning', text, hint);
    },
    say: (text) => {
      if (settings.level !== 'quiet') put('info', text);
    },
    error: ({ message, hint, kind, told, about }) => {
      if (!told) put('error', message, hint, { code: exitCode(kind), kind, retryable: isRetryable(kind), ...about });
    },
    bug: (error) => {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      put('error', `this is a bug in recx: ${reason}`, 'run again with --verbose for the details', {
        code: 1,
        kind: 'bug',
        retryable: false,
      });
      if (settings.level !== 'verbose' || !(error instanceof Error)) return;
      for (const line of (error.stack ?? '').split('\n').slice(1)) put('note', line);
    },
    conceal: (secret) => {
      const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
      const encoded = [base64, Buffer.from(secret).toString('base64url'), encodeURIComponent(secret.toWellFormed())];
      for (const form of [secret, ...encoded, JSON.stringify(secret).slice(1, -1)]) {
        if (form.length >= SHORTEST_SECRET) secrets.add(form);
      }
    },
    configure: (next) => {
      settings = next;
    },
  };
};

/** Characters of a line, so that with what stands before it none is longer than 300. */
const LINE = 290;
/** Replacing shorter texts would blank ordinary words. */
const SHORTEST_SECRET = 4;
