import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import { describe, run } from '../../src/cli.ts';
import type { OutputStream, Runtime } from '../../src/system/runtime.ts';

export interface Session {
  /** The width in characters, or undefined for a pipe. */
  columns: number | undefined;
  readonly env: Record<string, string>;
  /** Runs one command and returns its output, stderr after stdout, and its exit code if not 0. */
  type(words: readonly string[], input?: string): Promise<string>;
  /** The program with its commands and options. */
  described(): Promise<Command>;
  close(): void;
}

/** A simulated terminal or pipe, on 20 November 2026 at noon UTC, with an empty home. */
export const openSession = (): Session => {
  const home = mkdtempSync(join(tmpdir(), 'recx-transcript-'));
  const runtimeOf = (text: { out: string; err: string }, input: string): Runtime => {
    const screen = (name: 'out' | 'err'): OutputStream => ({
      stream: new Writable({
        write: (chunk, _encoding, done) => {
          text[name] += chunk;
          done();
        },
      }),
      isTTY: name === 'out' && session.columns !== undefined,
      columns: session.columns,
    });
    return {
      env: session.env,
      in: Readable.from([input]) as unknown as NodeJS.ReadStream, // only its data and isTTY are read
      out: screen('out'),
      err: screen('err'),
      ignoreInterrupts: () => () => {},
      beforeEnd: () => () => {},
      catchSignals: () => ({ signal: new AbortController().signal, release: () => {} }),
      stalled: new Promise(() => {}),
      now: () => Date.UTC(2026, 10, 20, 12, 0, 0),
      released: 0,
      version: '0.0.0',
      selfCommand: 'recx',
      nodeVersion: process.versions.node,
      platform: 'linux',
      uid: process.getuid?.(),
      home,
    };
  };
  const session: Session = {
    columns: undefined,
    env: { NO_COLOR: '1' },
    type: async (words, input = '') => {
      const text = { out: '', err: '' };
      const code = await run(words, runtimeOf(text, input));
      // The duration of a download depends on the machine.
      const timeless = text.out.replaceAll(/^(\d+ downloaded.* in )\d:\d\d\)$/gm, '$10:00)');
      const printed = timeless + text.err.replaceAll(home, '~');
      return code === 0 ? printed : `${printed}[exit ${code}]\n`;
    },
    described: () => describe(runtimeOf({ out: '', err: '' }, '')),
    close: () => rmSync(home, { recursive: true, force: true }),
  };
  return session;
};
