import { spawn } from 'node:child_process';
import { Failure } from '../../core/failure.ts';
import { endGroup, KILL_TIMEOUT } from '../child-group.ts';
import { describeExit } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Runtime } from '../runtime.ts';

/**
 * The first line that a secret command prints, with its line break. On a terminal the command may prompt (pass, gpg).
 * Otherwise it has no input, since that of recx may be a list of ids, and is ended with everything that it started. Throws
 * `credentials`.
 */
export const runSecretCommand = (command: string, profile: string, runtime: Runtime): Promise<string> =>
  new Promise((resolve, reject) => {
    const isInteractive = runtime.in.isTTY === true;
    const child = spawn(command, {
      shell: true,
      // A pipe of Node is a socket, which the command could not open as /dev/stderr.
      stdio: [isInteractive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
      // Not on a terminal, which a command in another session could not use, and whose Ctrl-C reaches the command anyway.
      detached: !isInteractive,
    });
    let line = '';
    const settle = (problem: string | undefined): void => {
      clearTimeout(timer);
      release();
      child.stdout.destroy();
      child.unref();
      if (problem === undefined) resolve(line);
      else reject(new Failure('credentials', `the secret command of profile "${profile}" ${problem}`));
    };
    const stop = (problem: string): void => {
      void endGroup(child);
      settle(problem);
    };
    const release = runtime.beforeEnd(() => endGroup(child));
    const timer = setTimeout(
      () => stop(`timed out after ${limits.secretCommandTimeout / 1000} s`),
      limits.secretCommandTimeout,
    );
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (!line.includes('\n')) line = (line + chunk).replace(/\n.*/s, '\n');
      if (line.length > limits.maxSecretBytes) stop(`printed a line longer than ${limits.maxSecretBytes} bytes`);
    });
    child.once('error', () => settle('failed to start'));
    child.once('exit', (code, signal) => {
      const end = (): void => settle(code === 0 ? undefined : describeExit(code, signal));
      child.once('close', end);
      // A process that the command left behind may hold its output open.
      setTimeout(end, KILL_TIMEOUT).unref();
    });
  });
