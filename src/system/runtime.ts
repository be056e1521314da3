/** A stream that the program writes to. */
export interface OutputStream {
  readonly stream: NodeJS.WritableStream;
  readonly isTTY: boolean;
  /** Width in characters; undefined or 0 if there is no terminal or it reports none. */
  readonly columns: number | undefined;
  /** Whether it was closed when the program started, so that everything written to it is lost. */
  readonly wasClosed?: boolean;
}

/** Signals that abort instead of ending the program. */
export interface SignalTrap {
  /** Its reason is the failure that the run ends with. */
  readonly signal: AbortSignal;
  /** Restores default signal handling. */
  release(): void;
}

/** Everything outside the program that a run touches: the process in main.ts, a fake in tests. */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly in: NodeJS.ReadStream;
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** From now on SIGINT, SIGTERM and SIGHUP abort the run, and the program ends within two seconds. */
  catchSignals(): SignalTrap;
  /** Until the returned function is called, Ctrl-C is ignored, and `onEnd` is called before SIGTERM or SIGHUP ends it. */
  ignoreInterrupts(onEnd: () => void): () => void;
  /** Until the returned function is called, `step` is run before SIGINT, SIGTERM or SIGHUP ends the run. */
  beforeEnd(step: () => Promise<void>): () => void;
  /** Rejects when nothing is left that the program could wait for. */
  readonly stalled: Promise<never>;
  /** Milliseconds since 1970 by this machine's clock, which may be wrong: a run counts by its `RunClock`. */
  now(): number;
  /** When this version was released, in milliseconds since 1970. */
  readonly released: number;
  readonly version: string;
  /** The command that runs this program: `recx`, or `node bin/recx.cjs` or `./recx` if recx is not on the PATH. */
  readonly selfCommand: string;
  /** The version of Node, such as 20.20.2. */
  readonly nodeVersion: string;
  /** `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** The user's uid; undefined if the system has none. */
  readonly uid: number | undefined;
  /** The user's home folder; undefined if the system reports none. */
  readonly home: string | undefined;
}
