import { type ChildProcess, spawn } from 'node:child_process';
import { expect, onTestFinished } from 'vitest';
import type { Home } from './home.ts';
import { recxInShell } from './paths.ts';

/** A run on a terminal of 100 by 30 cells with simulated key presses. */
export interface TerminalSession {
  /** Everything that was sent to the terminal. */
  readonly sent: string;
  /** Resolves when this text was sent to the terminal, after the text that was waited for before. */
  waitFor(text: string | RegExp): Promise<void>;
  type(keys: string): void;
  /** Closes the terminal. */
  hangUp(): void;
  /** Sends a signal to the program. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code as a shell sees it. */
  readonly ended: Promise<number>;
}

export const startOnTerminal = (
  words: readonly string[],
  home: Home,
  env: Readonly<Record<string, string>> = {},
): TerminalSession => {
  const command = `stty cols 100 rows 30; echo pid:$$; PATH=$PROGRAM_PATH exec ${recxInShell()} ${words.join(' ')}`;
  const child: ChildProcess = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: home.folder,
    env: {
      PATH: process.env.PATH ?? '',
      SHELL: '/bin/sh',
      TERM: 'xterm-256color',
      NO_COLOR: '1',
      PROGRAM_PATH: process.env.PATH ?? '',
      HOME: home.folder,
      RECX_CONFIG_DIR: home.folder,
      ...env,
    },
    stdio: 'pipe',
  });
  let sent = '';
  let seen = 0;
  let notify = (): void => {};
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    sent += chunk;
    notify();
  });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  void ended.then(() => notify());
  onTestFinished(() => {
    child.kill();
  });
  return {
    get sent() {
      return sent;
    },
    waitFor: async (text) => {
      const over = ended.then(() => true);
      for (;;) {
        const rest = sent.slice(seen);
        const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
        if (at >= 0) {
          seen += at + 1;
          return;
        }
        const more = new Promise<boolean>((resolve) => {
          notify = () => resolve(false);
        });
        if (await Promise.race([more, over])) expect(sent.slice(seen)).toMatch(text);
      }
    },
    type: (keys) => {
      child.stdin?.write(keys);
    },
    hangUp: () => {
      child.kill('SIGKILL');
    },
    signal: (name) => {
      process.kill(Number(/pid:(\d+)/.exec(sent)?.[1]), name);
    },
    ended,
  };
};

/** The sequence at the end of every session: shows the cursor and restores the previous screen. */
export const RESTORED = '\u001b[?25h\u001b[?1049l';
