/** Every way a run can end, in the order of the exit codes. Scripts depend on the numbers. */
export const errorKinds = [
  { code: 0, kind: 'done', meaning: 'success, also when nothing matched' },
  { code: 1, kind: 'bug', meaning: 'internal error: a bug in recx' },
  { code: 2, kind: 'usage', meaning: 'usage error: unknown or malformed flag, value, field or date' },
  {
    code: 3,
    kind: 'partial',
    meaning: 'partial result: some items failed or the list may be incomplete; everything else was written',
  },
  { code: 4, kind: 'credentials', meaning: 'credentials missing or rejected (401, 403)' },
  {
    code: 5,
    kind: 'unavailable',
    meaning: 'provider or network failure after retries, or an unreadable response; a later run may succeed',
  },
  { code: 6, kind: 'missing', meaning: 'not found: a recording or profile named on the command line does not exist' },
  { code: 7, kind: 'local', meaning: 'local error: disk, permission, output, state file or configuration file' },
  {
    code: 8,
    kind: 'unsafe',
    meaning:
      'refused for safety: foreign origin, plain http, unsafe name, file mode that is too open and could not be fixed',
  },
  { code: 9, kind: 'limit', meaning: 'stopped at a limit set by the user' },
  { code: 10, kind: 'locked', meaning: 'another run holds the lock' },
  {
    code: 11,
    kind: 'invalid',
    meaning:
      'the provider rejected the request as invalid (400, 422 and the like); a later run will not succeed either',
  },
  { code: 129, kind: 'hangup', meaning: 'killed by SIGHUP' },
  { code: 130, kind: 'interrupt', meaning: 'killed by SIGINT' },
  { code: 141, kind: 'pipe', meaning: 'killed by SIGPIPE: the reader of the output closed the pipe' },
  { code: 143, kind: 'terminate', meaning: 'killed by SIGTERM' },
] as const;

export type ErrorKind = (typeof errorKinds)[number]['kind'];

/** The request and account that a failure concerns, for scripts that read the JSON log. */
export interface FailureContext {
  /** HTTP status. */
  readonly status?: number | undefined;
  readonly provider?: string | undefined;
  readonly api?: string | undefined;
  readonly profile?: string | undefined;
}

/** A typed word that is not among the valid ones, for a better hint; `name` is its flag, or what it should be. */
export interface RejectedWord {
  readonly name: string;
  readonly word: string;
}

/** After these, the same command may succeed later without any change. */
const retryableKinds: readonly ErrorKind[] = ['partial', 'unavailable', 'limit', 'locked'];

export const isRetryable = (kind: ErrorKind): boolean => retryableKinds.includes(kind);

/**
 * An error the user can act on. The message is one line in lower case without a full stop and names hosts, never URLs;
 * the hint states what to type. Any other thrown value is a bug.
 */
export class Failure extends Error {
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  /** The user has already seen the message. */
  readonly reported: boolean;
  readonly about: FailureContext;
  readonly rejected: RejectedWord | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options: {
      readonly hint?: string | undefined;
      readonly cause?: unknown;
      readonly reported?: boolean;
      readonly about?: FailureContext;
      readonly rejected?: RejectedWord;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.hint = options.hint;
    this.reported = options.reported === true;
    this.about = options.about ?? {};
    this.rejected = options.rejected;
  }
}

/** Runs a task. Returns the failure that ended it, undefined for none; any other error is thrown. */
export const failureOf = async (task: () => Promise<unknown>): Promise<Failure | undefined> => {
  try {
    await task();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
};

export const exitCode = (kind: ErrorKind): number => errorKinds.find((row) => row.kind === kind)?.code ?? 1;

export const kindOfCode = (code: number): ErrorKind => errorKinds.find((row) => row.code === code)?.kind ?? 'bug';

/** Throws a failure with the exit code of a nested run, which has reported its error; returns if the code is 0. */
export const exitAs = (code: number): void => {
  if (code !== 0) throw new Failure(kindOfCode(code), 'a nested run failed', { reported: true });
};

/** A download that failed because of the server, not the recording. Too many consecutive ones stop the run. */
export class ServerError extends Failure {
  /** Whether the server responded at all. */
  readonly responded: boolean;

  constructor(message: string, responded: boolean, cause?: unknown) {
    super('partial', message, { cause });
    this.responded = responded;
  }
}
