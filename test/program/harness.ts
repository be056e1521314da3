import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished } from 'vitest';
import { type Sandbox, type SandboxOptions, sandboxApis, startSandbox } from '../../src/sandbox/index.ts';

/** How a run of the packed program ended and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** Milliseconds. */
  readonly took: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** An account of the sandbox as its own folder of profiles. */
export interface Home {
  readonly folder: string;
  readonly sandbox: Sandbox;
  run(words: readonly string[], options?: RunOptions): Promise<Run>;
}

export const binary = (): string => join(inject('installed'), 'bin', 'recx.cjs');

/** A folder that is gone after the test. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'recx-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A running sandbox that is closed after the test. */
export const playing = async (options: Partial<SandboxOptions> = {}): Promise<Sandbox> => {
  const sandbox = await startSandbox({ now: Date.now, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
};

/** A sandbox, and an empty home whose profiles `plivo` and `relay` lead to it. */
export const homeWith = async (options: Partial<SandboxOptions> = {}): Promise<Home> => {
  const sandbox = await playing(options);
  const folder = emptyFolder();
  const run: Home['run'] = (words, given) => runProgram(words, { ...given, env: { HOME: folder, ...given?.env } });
  for (const { provider, api, credentials } of sandboxApis) {
    const [secret] = Object.entries(credentials).filter(([key]) => /token|secret/.test(key));
    const open = Object.entries(credentials).filter(([key]) => key !== secret?.[0]);
    const name = api === 'voice' ? provider : api;
    const words = ['profile', 'add', name, '--provider', provider, '--base-url', sandbox.origin];
    const { code, err } = await run([...words, ...open.flatMap(([key, value]) => ['--set', `${key}=${value}`])], {
      input: `${secret?.[1]}\n`,
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
  return { folder, sandbox, run };
};

/** Runs the packed program as cron does, with nothing but what is given, and checks what must hold after every run. */
export const runProgram = async (words: readonly string[], { env, input, cwd }: RunOptions = {}): Promise<Run> => {
  const child = spawn(process.execPath, [binary(), ...words], {
    cwd: cwd ?? tmpdir(),
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: 'pipe',
  });
  const started = performance.now();
  const run = await new Promise<Run>((resolve, reject) => {
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.err += chunk;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ ...text, code, signal, took: performance.now() - started }));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
  soundly(run);
  return run;
};

/** No secret in any form, nothing that drives a terminal, no stack trace, a documented ending. */
export const soundly = ({ code, signal, out, err }: Run): void => {
  for (const { login } of sandboxApis) {
    for (const secret of [login[1], login.join(':')]) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]) {
        expect(out + err).not.toContain(form);
      }
    }
  }
  expect(err).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  expect(err).not.toMatch(/^\s+at .*:\d+/m);
  expect([0, 2, 3, 4, 5, 6, 7, 8, null]).toContain(code);
  if (code === null) expect(['SIGPIPE', 'SIGINT', 'SIGTERM', 'SIGHUP']).toContain(signal);
};
