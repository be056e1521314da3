import type { Failure } from '../../core/failure.ts';
import { exitCode, isRetryable } from '../../core/failure.ts';
import type { LogEvent } from '../../core/log-events.ts';
import { sanitizeLine } from '../../core/text/sanitize.ts';
import type { OutputStream } from '../runtime.ts';
import { streamOf } from './streams.ts';

/** What a line of the log has beside its text. Names of hosts, never addresses with a query. */
type Details = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface LogSettings {
  readonly level: 'quiet' | 'normal' | 'verbose';
  readonly format: 'text' | 'json';
}

/** The one way to stderr: every line is inert, short, and free of the secrets that were named to `conceal`. */
export interface Log {
  readonly verbose: boolean;
  /** Only with `--verbose`; the details only as JSON. */
  debug(event: LogEvent, text: string, details?: Details): void;
  warn(text: string, hint?: string): void;
  /** News that is no problem. */
  info(text: string, hint?: string): void;
  /** Unless the user has been told already. */
  error(failure: Failure): void;
  /** A thrown value that is no failure: a defect of recx. */
  bug(error: unknown): void;
  redact(secret: string): void;
  /** Text as it would be said: inert, short and without secrets. */
  clean(text: string): string;
  readonly format: 'text' | 'json';
  configure(settings: LogSettings): void;
}

export const openLog = (screen: OutputStream, initial: LogSettings): Log => {
  let settings = initial;
  const secrets = new Map<string, RegExp>();

  const clean = (text: string): string => {
    let cleaned = text;
    for (const secret of secrets.values()) cleaned = cleaned.replace(secret, '[redacted]');
    // A link in somebody else's words may be signed.
    return sanitizeLine(cleaned.replace(signed, '$1?…'), MAX_LINE_LENGTH);
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
    debug: (event, text, details) => {
      if (settings.level === 'verbose') put('note', text, undefined, { event, ...details });
    },
    warn: (text, hint) => {
      if (settings.level !== 'quiet') put('warning', text, hint);
    },
    info: (text, hint) => {
      if (settings.level !== 'quiet') put('info', text, hint);
    },
    error: ({ message, hint, kind, reported, about }) => {
      if (!reported)
        put('error', message, hint, { code: exitCode(kind), kind, retryable: isRetryable(kind), ...about });
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
    redact: (secret) => {
      const bytes = Buffer.from(secret);
      const forms = ['base64', 'base64url', 'hex'] as const;
      for (const form of [secret, ...forms.map((encoding) => bytes.toString(encoding).replace(/=+$/, ''))]) {
        if (form.length >= MIN_SECRET_LENGTH) secrets.set(form, anyEncoding(form));
      }
    },
    configure: (next) => {
      settings = next;
    },
  };
};

/** A web address with a query. */
const signed = /(\bhttps?:\/\/[^\s?"'<>\\]*)\?[^\s"'<>\\]+/gi;

/**
 * A text however its characters may be written in an answer: as they are, in either case, percent-encoded once or more, escaped as
 * JSON does, or as a reference of HTML.
 */
const anyEncoding = (text: string): RegExp =>
  new RegExp(
    Array.from(text.slice(0, MAX_PATTERN_LENGTH), (character) => {
      const plain = character.replace(/[^\w\s]/, '\\$&');
      if (/\w/.test(character)) return plain;
      const code = character.charCodeAt(0);
      const hex = code.toString(16).padStart(2, '0');
      const named = { '&': 'amp', '"': 'quot', '<': 'lt', '>': 'gt', "'": 'apos' }[character] ?? 'none';
      return `(?:\\\\*${plain}|%(?:25)*${hex}|\\\\+u00${hex}|&(?:amp;)*(?:${named}|#0*${code}|#x0*${hex});)`;
    }).join(''),
    'gi',
  );

/** Characters of a secret that are looked for; a longer one is known by its beginning. */
const MAX_PATTERN_LENGTH = 2000;

/** Characters of a line, so that with what stands before it none is longer than 300. */
const MAX_LINE_LENGTH = 290;
/** Replacing shorter texts would blank ordinary words. */
const MIN_SECRET_LENGTH = 4;
