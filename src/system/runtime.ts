/** A stream the program writes to, and what kind of place it is. */
export interface OutputStream {
  readonly stream: NodeJS.WritableStream;
  readonly isTTY: boolean;
  /** Characters across; undefined or 0 where there is no terminal or it does not say. */
  readonly columns: number | undefined;
}

/** Signals under control. */
export interface SignalTrap {
  /** Its reason is the failure to end with. */
  readonly signal: AbortSignal;
  /** Lets signals end the program at once again. */
  release(): void;
}

/** Everything impure that a run touches: made in main.ts, made up in tests. */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly in: NodeJS.ReadStream;
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** From now on a signal that would end the program (SIGINT, SIGTERM, SIGHUP) aborts instead, for two seconds at most. */
  catchSignals(): SignalTrap;
  /** Until it is called back, Ctrl-C does nothing to this program, and before SIGTERM or SIGHUP ends it `onEnd` is called. */
  holdInterrupts(onEnd: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
  readonly version: string;
  /** What starts this program again in the user's shell: `recx`, or `node bin/recx.cjs` where the PATH has no recx. */
  readonly command: string;
  /** The version of Node, such as 20.20.2. */
  readonly node: string;
  /** `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** The user's number, where the system has such. */
  readonly user: number | undefined;
  /** The user's home folder, or undefined when the system knows none. */
  readonly home: string | undefined;
}
