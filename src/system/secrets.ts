import { execFile } from 'node:child_process';
import { Failure } from '../core/failure.ts';
import { limits } from './limits.ts';
import type { World } from './world.ts';

/** Where a profile's secret is: in the configuration file, in an environment variable, or behind a command. */
export type StoredSecret =
  | { readonly field: string; readonly value: string }
  | { readonly field: string; readonly env: string }
  | { readonly field: string; readonly command: string };

/** The secret itself. Fails with `credentials`, never showing what was found. */
export const revealSecret = async (secret: StoredSecret, profile: string, world: World): Promise<string> => {
  if ('value' in secret) return checkSecret(secret.value, `the secret of profile "${profile}"`);
  if ('env' in secret) {
    const value = world.env[secret.env];
    if (!value)
      throw new Failure('credentials', `profile "${profile}" takes its secret from ${secret.env}, which is not set`);
    return checkSecret(value, secret.env);
  }
  const output = await runCommand(secret.command, profile);
  return checkSecret(output.split('\n')[0] ?? '', `the output of the secret command of profile "${profile}"`);
};

/**
 * A credential without its one trailing newline. Anything but printable ASCII is a failure: it would be garbled on the
 * way, or smuggle a header.
 */
export const checkSecret = (value: string, name: string): string => {
  const text = value.replace(/\n$/, '');
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const found = text === '' ? 'is empty' : 'holds a space, a line break or another character that no credential has';
  throw new Failure('credentials', `${name} ${found}`, { hint: 'Copy it again, without quotes or line breaks' });
};

/** All of standard input as one line, for a secret that is piped in. */
export const readSecretLine = async (input: NodeJS.ReadableStream): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > LONGEST) break;
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** No credential is longer, in bytes. */
const LONGEST = 65_536;

const runCommand = (command: string, profile: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = {
      shell: true,
      timeout: limits.secretCommandTimeout,
      maxBuffer: LONGEST,
      encoding: 'utf8',
    } as const;
    const child = execFile(command, [], options, (error, stdout) => {
      if (error === null) return resolve(stdout);
      // The error's own message repeats the command's output.
      const code = error.killed === true ? 'took too long' : `failed (${String(error.code ?? error.signal)})`;
      return reject(new Failure('credentials', `the secret command of profile "${profile}" ${code}`));
    });
    child.stdin?.end();
  });
