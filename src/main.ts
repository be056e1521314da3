import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { exitCode, Failure, kindOfCode } from './core/failure.ts';
import { keepCompiledCode } from './system/config/compile-cache.ts';
import { ignoredHangup, wasClosed } from './system/inherited.ts';
import type { OutputStream, Runtime, SignalTrap } from './system/runtime.ts';

/** A stream that is opened when it is first used: opening would cost every start one or two milliseconds. */
const lazyStream = (stream: () => NodeJS.WriteStream, descriptor?: number): OutputStream => ({
  get stream() {
    return stream();
  },
  get isTTY() {
    return stream().isTTY === true;
  },
  get columns() {
    return stream().columns;
  },
  get wasClosed() {
    return descriptor !== undefined && wasClosed(descriptor);
  },
});

/** The user's home folder; undefined if the system reports none. An empty HOME would mean the current folder. */
const homeFolder = (): string | undefined => {
  try {
    const folder = homedir();
    return isAbsolute(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
};

/** The file that was started: the script that npm installs, or the executable, which names itself. */
const startedFile = process.argv[1] ?? '';
const isExecutable = startedFile === process.execPath;

/** The command to run this program: `recx` if the PATH finds it, else the path, for the script after `node`. */
const command = (): string => {
  // npm and npx add folders to PATH that the user's shell lacks.
  const folders = process.env.npm_command === undefined ? (process.env.PATH ?? '').split(delimiter) : [];
  if (folders.some((folder) => isAbsolute(folder) && startsProgram(folder))) return 'recx';
  const path = displayPath(startedFile);
  const quoted = /^[\w@%+=:,./\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  // A shell looks for a name without a folder only on the PATH.
  return isExecutable ? quoted.replace(/^('?)(?=[^/\\]*$)/, `$1.${sep}`) : `node ${quoted}`;
};

/** Relative to the current folder for a path inside it; the current folder may have been deleted. */
const displayPath = (path: string): string => {
  try {
    const near = relative(process.cwd(), path);
    return near.startsWith('..') ? path : near;
  } catch {
    return path;
  }
};

/** Whether `recx` in a folder is this program. On Windows npm installs a batch file instead of a link. */
const startsProgram = (folder: string): boolean => {
  const isWindows = process.platform === 'win32';
  if (isWindows && !isExecutable) return existsSync(join(folder, 'recx.cmd'));
  try {
    return realpathSync(join(folder, isWindows ? 'recx.exe' : 'recx')) === realpathSync(startedFile);
  } catch {
    return false;
  }
};

const signalOf = {
  129: 'SIGHUP',
  130: 'SIGINT',
  141: 'SIGPIPE',
  143: 'SIGTERM',
} as const;

const isSignal = (code: number): code is keyof typeof signalOf => code in signalOf;

/** Kills the program by a signal, which a shell can see; Node ignores SIGPIPE until a listener was added and removed. */
const killSelf = (signal: NodeJS.Signals): void => {
  const noop = (): void => {};
  process.on(signal, noop);
  process.off(signal, noop);
  process.kill(process.pid, signal);
};

/**
 * The first signal requests a graceful shutdown, and kills the program after SHUTDOWN_TIMEOUT; a second kills it
 * immediately.
 */
const catchSignals = (): SignalTrap => {
  const stopping = new AbortController();
  // A file that grows beyond the shell's limit is a failed write (EFBIG), not the end of the program.
  const listeners: [NodeJS.Signals, () => void][] = [['SIGXFSZ', () => {}]];
  const release = (): void => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
  const end = (name: NodeJS.Signals): void => {
    release();
    killSelf(name);
  };
  for (const code of [129, 130, 143] as const) {
    const name = signalOf[code];
    if (name === 'SIGHUP' && ignoresHangup) continue;
    listeners.push([
      name,
      () => {
        if (stopping.signal.aborted) end(name);
        setTimeout(end, SHUTDOWN_TIMEOUT, name).unref();
        stopping.abort(new Failure(kindOfCode(code), `stopped by ${name}`));
      },
    ]);
  }
  for (const [name, listener] of listeners) process.on(name, listener);
  stalled.catch((error: unknown) => stopping.abort(error));
  return { signal: stopping.signal, release };
};

const ignoreInterrupts = (onEnd: () => void): (() => void) =>
  listenTo({ SIGINT: () => {}, SIGTERM: () => endAfter(onEnd, 'SIGTERM'), SIGHUP: () => endAfter(onEnd, 'SIGHUP') });

const beforeEnd = (step: () => Promise<void>): (() => void) =>
  listenTo({
    SIGINT: () => endAfter(step, 'SIGINT'),
    SIGTERM: () => endAfter(step, 'SIGTERM'),
    SIGHUP: () => endAfter(step, 'SIGHUP'),
  });

/** Calls a step, then kills the program by the signal, unless another listener ends the run. */
const endAfter = async (step: () => void | Promise<void>, name: NodeJS.Signals): Promise<void> => {
  const others = process.listenerCount(name) - 1;
  await step();
  if (others > 0) return;
  process.removeAllListeners(name);
  killSelf(name);
};

/** Adds listeners of signals; returns a function that removes them. */
const listenTo = (listeners: Readonly<Partial<Record<NodeJS.Signals, () => void>>>): (() => void) => {
  const added = Object.entries(listeners).filter(([name]) => name !== 'SIGHUP' || !ignoresHangup);
  for (const [name, listener] of added) process.on(name, listener);
  return () => {
    for (const [name, listener] of added) process.off(name, listener);
  };
};

/** Under nohup the run goes on when the terminal is closed. */
const ignoresHangup = ignoredHangup(process.env);
if (ignoresHangup) process.on('SIGHUP', () => {});

/** Milliseconds for a graceful shutdown after a signal. */
const SHUTDOWN_TIMEOUT = 1800;

/**
 * Rejects when Node would exit: before the end of the run that means a promise that nothing settles. Also for an error that
 * nothing catches, such as Node failing to load a part of itself, which would otherwise print a stack trace.
 */
const stalled = new Promise<never>((_, reject) => {
  process.on('uncaughtException', (error) => {
    reject(error);
    setTimeout(() => process.exit(), SHUTDOWN_TIMEOUT).unref();
  });
  process.once('beforeExit', () => reject(new Error('nothing is left to wait for, but the run has not ended')));
});
// A run that failed at its start does not listen.
stalled.catch(() => {});

/** The date of this version in CHANGELOG.md. */
const RELEASE_DATE = '2026-11-27';

const runtime: Runtime = {
  catchSignals,
  ignoreInterrupts,
  beforeEnd,
  env: process.env,
  get in() {
    return process.stdin;
  },
  out: lazyStream(() => process.stdout, 1),
  err: lazyStream(() => process.stderr),
  stalled,
  now: Date.now,
  released: Date.parse(RELEASE_DATE),
  version: packageJson.version,
  get selfCommand() {
    return command();
  },
  nodeVersion: process.versions.node,
  platform: process.platform,
  uid: process.getuid?.(),
  get home() {
    return homeFolder();
  },
};

// The environment must not switch off certificate checks.
delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;

// Until the run has ended by itself it has failed: a promise that nothing settles lets Node exit early.
process.exitCode = exitCode('bug');

// Node's cache does not hold the files inside an executable.
if (!isExecutable) keepCompiledCode(runtime);

// No process.exit: it would lose output that a pipe has not accepted yet.
void import('./cli.ts').then(async ({ run }) => {
  const code = await run(process.argv.slice(2), runtime);
  process.exitCode = code;
  if (isSignal(code)) killSelf(signalOf[code]);
});
