import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../../core/failure.ts';
import { describeExit } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { findProgram } from './find-program.ts';

/** A program that opens a URL; the URL is its last argument. */
interface Opener {
  readonly command: string;
  readonly words: readonly string[];
}

/** The openers of a platform, best first. On Windows `start` is a command of the shell, not a program. */
const openersOf = (platform: string): readonly Opener[] => {
  if (platform === 'darwin') return [{ command: 'open', words: [] }];
  if (platform === 'win32') return [{ command: 'rundll32', words: ['url.dll,FileProtocolHandler'] }];
  return [
    { command: 'xdg-open', words: [] },
    { command: 'wslview', words: [] },
  ];
};

/** Milliseconds in which an opener that cannot do it says so. */
const GRACE_MILLISECONDS = 1000;

/**
 * Opens a file in the user's browser, without a shell and with `env`, and leaves it running. Throws `local` if no opener
 * is found, or if it fails at once.
 */
export const openInBrowser = async (file: string, env: Runtime['env'], runtime: Runtime): Promise<void> => {
  const openers = openersOf(runtime.platform);
  const opener = await findProgram(openers, runtime);
  if (opener === undefined) {
    const names = openers.map(({ command }) => command).join(' or ');
    throw new Failure('local', `--open: ${names} not found on the PATH`, {
      hint: `Open ${file} in a browser yourself`,
    });
  }
  const child = spawn(opener.command, [...opener.words, pathToFileURL(resolve(file)).href], {
    stdio: 'ignore',
    env: { ...env },
    detached: true,
    windowsHide: true,
  });
  const problem = await new Promise<string | undefined>((settle) => {
    const timer = setTimeout(() => settle(undefined), GRACE_MILLISECONDS);
    const end = (text: string | undefined): void => {
      clearTimeout(timer);
      settle(text);
    };
    child.once('error', () => end('failed to start'));
    child.once('exit', (code, signal) => end(code === 0 ? undefined : describeExit(code, signal)));
  });
  child.unref();
  if (problem !== undefined)
    throw new Failure('local', `--open: ${opener.command} ${problem}`, { hint: `Open ${file} in a browser yourself` });
};
