import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, inject } from 'vitest';
import { type Sandbox, type SandboxOptions, sandboxApis, startSandbox } from '../../src/sandbox/index.ts';

/** How a run of the packed program ended and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  /** The same as it came. */
  readonly bytes: Buffer;
  readonly err: string;
  /** Milliseconds. */
  readonly took: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  /** Closes its end of the output when something has come. */
  readonly goesAway?: true;
}

/** An account of the sandbox as its own folder of profiles. */
export interface Home {
  readonly folder: string;
  readonly sandbox: Sandbox;
  run(words: readonly string[], options?: RunOptions): Promise<Run>;
  /** Runs a script of bash, in which `$RECX` is the program. */
  shell(script: string, options?: RunOptions): Promise<Run>;
  /** Runs words that need no quotes on a terminal; `out` is what it is sent. */
  onTerminal(words: readonly string[], columns: number): Promise<Run>;
}

/** A part of every signed address in the tests. No message may show it. */
export const SIGNATURE = 'recx-signed-query';

const binary = (): string => join(inject('installed'), 'bin', 'recx.cjs');

// Not after each test: those that run side by side have no hook of their own here.
const leftovers: (() => unknown)[] = [];
afterAll(async () => {
  for (const clear of leftovers.splice(0).reverse()) await clear();
});

/** A folder that is gone after the file's tests. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'recx-test-'));
  leftovers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A running sandbox that is closed after the file's tests. */
export const playing = async (options: Partial<SandboxOptions> = {}): Promise<Sandbox> => {
  const sandbox = await startSandbox({ now: Date.now, ...options });
  leftovers.push(() => sandbox.close());
  return sandbox;
};

/** A server that nobody has any business with. */
export interface Stranger {
  readonly port: number;
  connections(): number;
}

export const stranger = async (): Promise<Stranger> => {
  let connections = 0;
  const server = createServer((_, response) => response.end('{}')).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  leftovers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections }; // a TCP server has a port
};

/** Answers with JSON, or with text as it is. */
export const answer = (response: ServerResponse, body: unknown, status = 200, headers = {}): true => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
};

/** The words that store a profile of the sandbox's account, and the secret that goes to stdin. */
export const adding = (provider: string, name: string, origin: string): readonly [string[], string] => {
  const { credentials, login } = sandboxApis.find((api) => api.provider === provider) ?? { credentials: {}, login: [] };
  const open = Object.entries(credentials).filter(([, value]) => value !== login[1]);
  const words = ['profile', 'add', name, '--provider', provider, '--base-url', origin];
  return [[...words, ...open.flatMap(([key, value]) => ['--set', `${key}=${value}`])], `${login[1]}\n`];
};

/** A sandbox, and an empty home with a profile for each of its APIs: named after the provider for voice, else after the API. */
export const homeWith = async (options: Partial<SandboxOptions> = {}): Promise<Home> => {
  const sandbox = await playing(options);
  const folder = emptyFolder();
  pattern ??= storeProfiles();
  cpSync(await pattern, folder, { recursive: true });
  const config = join(folder, 'config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll(`${NOWHERE}"`, `${sandbox.origin}"`));
  const own = { HOME: folder, RECX_CONFIG_DIR: folder };
  const shell: Home['shell'] = (script, given) => runShell(script, { ...given, env: { ...own, ...given?.env } });
  return {
    folder,
    sandbox,
    shell,
    run: (words, given) => runProgram(words, { ...given, env: { ...own, ...given?.env } }),
    onTerminal: async (words, columns) => {
      const file = join(emptyFolder(), 'err');
      const command = `stty cols ${columns}; exec $RECX ${words.join(' ')} 2>${file}`;
      const run = await shell(`script -qec '${command}' /dev/null </dev/null`, {
        env: { TERM: 'xterm', NO_COLOR: '1' },
      });
      const seen = { ...run, out: run.out.replaceAll('\r\n', '\n'), err: readFileSync(file, 'utf8') };
      soundly(seen);
      return seen;
    },
  };
};

/** Profiles that every home gets a copy of: storing them anew would take longer than most tests. */
let pattern: Promise<string> | undefined;
const NOWHERE = 'http://127.0.0.1:1';
const storeProfiles = async (): Promise<string> => {
  const folder = emptyFolder();
  for (const { provider, api } of sandboxApis) {
    const [words, input] = adding(provider, api === 'voice' ? provider : api, NOWHERE);
    const { code, err } = await runProgram(words, { input, env: { HOME: folder, RECX_CONFIG_DIR: folder } });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
  return folder;
};

/** Runs the packed program as cron does, with nothing but what is given, and checks what must hold after every run. */
export const runProgram = (words: readonly string[], options: RunOptions = {}): Promise<Run> =>
  runCommand(process.execPath, [binary(), ...words], options);

export const runShell = (script: string, options: RunOptions = {}): Promise<Run> => {
  const env = { RECX: `${process.execPath} ${binary()}`, ...options.env };
  // Without --norc it would read the user's own settings: node's pipes are sockets, which bash takes for a remote shell.
  return runCommand('bash', ['--norc', '-c', script], { ...options, env });
};

const runCommand = async (command: string, words: readonly string[], options: RunOptions): Promise<Run> => {
  const { env, input = '', cwd = tmpdir(), goesAway } = options;
  const started = performance.now();
  const child = spawn(command, words, { cwd, env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'pipe' });
  const run = await new Promise<Run>((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      if (goesAway) child.stdout.destroy();
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
  });
  soundly(run);
  return run;
};

/** No secret in any form, nothing that drives a terminal, no stack trace, a documented ending. */
const soundly = ({ code, signal, out, err }: Omit<Run, 'bytes' | 'took'>): void => {
  for (const { login } of sandboxApis) {
    for (const secret of [login[1], login.join(':')]) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]) {
        expect(out + err).not.toContain(form);
      }
    }
  }
  expect(err).not.toContain(SIGNATURE);
  expect(err).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  expect(err).not.toMatch(/^\s+at .*:\d+/m);
  expect([0, 2, 3, 4, 5, 6, 7, 8, null]).toContain(code);
  if (code === null) expect(['SIGPIPE', 'SIGINT', 'SIGTERM', 'SIGHUP']).toContain(signal);
};
