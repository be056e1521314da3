import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { cleanUp } from './cleanup.ts';
import { recx, recxInShell } from './paths.ts';
import { expectValidRun, type Run } from './run.ts';

export interface ProcessOptions {
  /** The complete environment, except PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** By default the temporary folder of the system. */
  readonly cwd?: string;
  /** Closes the reading end of the output after the first data. */
  readonly closesOutput?: true;
  /** Gives the process a separate group, as on a terminal. */
  readonly detached?: boolean;
}

/** A process that can be disturbed while it runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
}

/** Runs the packed program as cron does, as a separate process with only the given environment. */
export const runPacked = (words: readonly string[], options?: ProcessOptions): Promise<Run> =>
  startPacked(words, options).ended;

export const startPacked = (words: readonly string[], options?: ProcessOptions): Started => {
  const [command, ...first] = recx();
  return start(command, [...first, ...words], options);
};

/** Runs a bash script in which `$RECX` is the packed program. */
export const runShell = (script: string, options?: ProcessOptions): Promise<Run> => startShell(script, options).ended;

export const startShell = (script: string, options: ProcessOptions = {}): Started =>
  // Without --norc bash would read the user's settings: Node's pipes are sockets, which bash takes for a remote shell.
  start('bash', ['--norc', '-c', script], {
    ...options,
    env: { RECX: recxInShell(), ...options.env },
  });

const start = (command: string, words: readonly string[], options: ProcessOptions = {}): Started => {
  const { env, input = '', cwd = tmpdir(), closesOutput, detached = false } = options;
  const started = performance.now();
  const child = spawn(command, words, { cwd, env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'pipe', detached });
  // A test that fails early no longer waits for the process.
  cleanUp(() => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'));
  const ended = new Promise<Run>((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      if (closesOutput) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const bytes = Buffer.concat(out);
      const took = performance.now() - started;
      resolve({ code, signal, out: bytes.toString(), bytes, err: Buffer.concat(err).toString(), took });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  }).then((run) => {
    expectValidRun(run);
    return run;
  });
  // A failure reaches whoever awaits the run; a test that fails earlier does not await it.
  ended.catch(() => {});
  return { child, ended };
};
