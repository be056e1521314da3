import { isAbsolute } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { expect } from 'vitest';
import { run } from '../../src/cli.ts';
import { sandboxApis } from '../../src/sandbox/server.ts';
import type { OutputStream, Runtime } from '../../src/system/runtime.ts';
import { rawControls } from './raw-controls.ts';

/** The result of a run of the program. */
export interface Run {
  /** Null when a signal ended the run. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  /** Standard output as bytes. */
  readonly bytes: Buffer;
  readonly err: string;
  /** The duration in milliseconds. */
  readonly took: number;
}

export interface RunOptions {
  /** The complete environment, except PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** When the program was released, in milliseconds since 1970. */
  readonly released?: number;
  /** The version that the program sends in `User-Agent`. */
  readonly version?: string;
  /** Makes standard output a terminal of this width. */
  readonly columns?: number;
  /** Makes standard error a terminal, with or without standard output. */
  readonly showsErrors?: boolean;
}

/** A part of every signed URL in the tests. No message may show it. */
export const SIGNATURE = 'recx-signed-query';

/** Variables that only take effect in a separate process. */
const PROCESS_VARIABLES = /^(?:TZ|TMPDIR|LANG|LC_\w+|NODE_(?!DEBUG|OPTIONS)\w+|SSL_\w+)$/;

/**
 * Runs the program in this process, from its sources, over real sockets and files, in a tenth of the time of a separate
 * process. Tests that need a process (signals, pipes, terminals, limits, the clock and zone of the system) use
 * `runPacked` or `runShell`.
 */
export const runHere = async (words: readonly string[], options: RunOptions = {}): Promise<Run> => {
  const { env = {}, input = '', now = Date.now, released = 0, version = '0.0.0', columns, showsErrors } = options;
  const processOnly = Object.keys(env).find((name) => PROCESS_VARIABLES.test(name));
  if (processOnly !== undefined) throw new Error(`${processOnly} has no effect in this process: use runPacked`);
  const { HOME: home = '' } = env;
  const printed: Record<'out' | 'err', Buffer[]> = { out: [], err: [] };
  const screen = (name: 'out' | 'err'): OutputStream => ({
    isTTY: name === 'out' ? columns !== undefined : showsErrors === true,
    columns: name === 'out' || showsErrors === true ? columns : undefined,
    stream: new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        // A copy, because the program may reuse the memory of what it has written.
        printed[name].push(Buffer.from(chunk));
        done();
      },
    }),
  });
  const runtime: Runtime = {
    env: { PATH: process.env.PATH, ...env },
    in: Readable.from(input === '' ? [] : [Buffer.from(input)]) as unknown as NodeJS.ReadStream, // only read as a stream
    out: screen('out'),
    err: screen('err'),
    stalled: new Promise(() => {}),
    now,
    released,
    version,
    selfCommand: 'recx',
    nodeVersion: process.versions.node,
    platform: process.platform,
    uid: process.getuid?.(),
    home: isAbsolute(home) ? home : undefined,
    catchSignals: () => ({ signal: new AbortController().signal, release: () => {} }),
    ignoreInterrupts: () => () => {},
    beforeEnd: () => () => {},
  };
  const started = performance.now();
  const code = await run(words, runtime);
  const took = performance.now() - started;
  const [bytes, err] = [Buffer.concat(printed.out), Buffer.concat(printed.err).toString()];
  const ended = { code, signal: null, out: bytes.toString(), bytes, err, took };
  expectValidRun(ended);
  return ended;
};

/** The documented exit codes, except that of a bug. */
export const EXIT_CODES: readonly number[] = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/** Signals that may end a run. */
export const SIGNALS: readonly string[] = ['SIGPIPE', 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'];

/** Checks what must hold after every run: no secret in any encoding, no terminal control, no stack trace, a documented exit code. */
export const expectValidRun = ({ code, signal, out, err }: Omit<Run, 'bytes' | 'took'>): void => {
  // One comparison for all secrets: a matcher for each costs more time than the run.
  const shown = secretForms.filter((form) => out.includes(form) || err.includes(form));
  expect({ secrets: shown, err }).toEqual({ secrets: [], err });
  expect(err).not.toContain(SIGNATURE);
  expect(err).not.toMatch(rawControls);
  expect(err).not.toMatch(/^\s+at .*:\d+|^\(node:\d+\)/m);
  if (code === null) expect(SIGNALS).toContain(signal);
  else expect(EXIT_CODES, err).toContain(code);
};

const secretForms: readonly string[] = [
  ...new Set(
    sandboxApis.flatMap(({ basicAuth }) =>
      [basicAuth[1], basicAuth.join(':')].flatMap((secret) => [
        secret,
        Buffer.from(secret).toString('base64'),
        encodeURIComponent(secret),
      ]),
    ),
  ),
];
