/** Every ending of a run, in the order of the exit codes. Scripts depend on the numbers. */
export const errorKinds = [
  { code: 0, kind: 'done', meaning: 'done, also when nothing matched' },
  { code: 1, kind: 'bug', meaning: 'a bug in recx' },
  { code: 2, kind: 'usage', meaning: 'usage: unknown or malformed flag, value, field or date' },
  { code: 3, kind: 'partial', meaning: 'partial: some items failed or the list may be incomplete; the rest is there' },
  { code: 4, kind: 'credentials', meaning: 'credentials missing or refused (401, 403)' },
  {
    code: 5,
    kind: 'unavailable',
    meaning: 'the provider or the network failed after retries, or answered something unreadable; a later run may work',
  },
  { code: 6, kind: 'missing', meaning: 'a recording or profile named on the command line does not exist' },
  { code: 7, kind: 'local', meaning: 'local: disk, permission, output, state or configuration file' },
  {
    code: 8,
    kind: 'unsafe',
    meaning: 'refused for safety: foreign origin, plain http, unsafe name, loose file mode that could not be fixed',
  },
  { code: 9, kind: 'limit', meaning: 'stopped at a limit the user set' },
  { code: 10, kind: 'locked', meaning: 'another run holds the lock' },
  { code: 129, kind: 'hangup', meaning: 'killed by SIGHUP' },
  { code: 130, kind: 'interrupt', meaning: 'killed by SIGINT' },
  { code: 141, kind: 'pipe', meaning: 'killed by SIGPIPE: the reader of the output went away' },
  { code: 143, kind: 'terminate', meaning: 'killed by SIGTERM' },
] as const;

export type ErrorKind = (typeof errorKinds)[number]['kind'];

/** What a failure is about, for scripts that read the log. */
export interface FailureContext {
  /** Of HTTP. */
  readonly status?: number | undefined;
  readonly provider?: string | undefined;
  readonly api?: string | undefined;
  readonly profile?: string | undefined;
}

/** The endings after which the same command may go well later, without anyone doing anything. */
const retryableKinds: readonly ErrorKind[] = ['partial', 'unavailable', 'limit', 'locked'];

export const isRetryable = (kind: ErrorKind): boolean => retryableKinds.includes(kind);

/**
 * An ending the user can act on. The message says what happened, in lower case, without a full stop, and names hosts,
 * never URLs; the hint says what to type.
 */
export class Failure extends Error {
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  /** The user has been told already. */
  readonly reported: boolean;
  readonly about: FailureContext;

  constructor(
    kind: ErrorKind,
    message: string,
    options: {
      readonly hint?: string | undefined;
      readonly cause?: unknown;
      readonly told?: boolean;
      readonly about?: FailureContext;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.hint = options.hint;
    this.reported = options.told === true;
    this.about = options.about ?? {};
  }
}

export const exitCode = (kind: ErrorKind): number => errorKinds.find((ending) => ending.kind === kind)?.code ?? 1;

export const kindOfCode = (code: number): ErrorKind => errorKinds.find((ending) => ending.code === code)?.kind ?? 'bug';

/** Ends a run as one inside it ended, which has said why; returns when that went well. */
export const exitAs = (code: number): void => {
  if (code !== 0) throw new Failure(kindOfCode(code), 'an inner run failed', { told: true });
};
