import { Failure } from '../../core/failure.ts';
import { describeExit } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Runtime } from '../runtime.ts';

/** Where a profile's secret comes from: the configuration file, an environment variable, or a command. */
export type StoredSecret =
  | { readonly field: string; readonly value: string }
  | { readonly field: string; readonly env: string }
  | { readonly field: string; readonly command: string };

/** Whether a text is the name of an environment variable, and can be printed: a secret may have been typed in its place. */
export const isVariableName = (text: string): boolean => /^[A-Za-z_]\w{0,127}$/.test(text);

/** The secret. Throws `credentials`; never prints the value. */
export const resolveSecret = async (secret: StoredSecret, profile: string, runtime: Runtime): Promise<string> => {
  if ('value' in secret) return checkSecret(secret.value, `the secret of profile "${profile}"`);
  if ('env' in secret) {
    const value = runtime.env[secret.env];
    const name = isVariableName(secret.env) ? secret.env : 'a variable with an invalid name';
    if (!value)
      throw new Failure('credentials', `profile "${profile}" reads its secret from ${name}, which is not set`);
    return checkSecret(value, name);
  }
  const output = await runCommand(secret.command, profile);
  return checkSecret(output.split('\n')[0] ?? '', `the output of the secret command of profile "${profile}"`);
};

/**
 * A credential without its one trailing newline, which Windows writes as CR LF. Throws `credentials` for anything but printable ASCII: it would be
 * garbled or allow header injection.
 */
export const checkSecret = (value: string, name: string): string => {
  const text = value.replace(/\r?\n$/, '');
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const problem =
    text === '' ? 'is empty' : 'contains a space, a line break or another character not used in credentials';
  throw new Failure('credentials', `${name} ${problem}`, { hint: 'Copy it again, without quotes or line breaks' });
};

/** All of standard input, for a secret that is piped in as one line. Throws `usage` if it is too long for a secret. */
export const readSecretLine = async (input: NodeJS.ReadableStream): Promise<string> => {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > MAX_SECRET_BYTES)
      throw new Failure('usage', `the secret on standard input is longer than ${MAX_SECRET_BYTES} bytes`);
  }
  return text;
};

/** Longer than any credential. */
const MAX_SECRET_BYTES = 65_536;

/** Runs a secret command, which may prompt on the terminal (pass, gpg), and returns its output. */
const runCommand = async (command: string, profile: string): Promise<string> => {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const fail = (problem: string): void =>
      reject(new Failure('credentials', `the secret command of profile "${profile}" ${problem}`));
    const child = spawn(command, { shell: true, stdio: ['inherit', 'pipe', 'inherit'] });
    const timer = setTimeout(() => {
      child.kill();
      child.stdout.destroy();
      fail(`timed out after ${limits.secretCommandTimeout / 1000} s`);
    }, limits.secretCommandTimeout);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += output.length > MAX_SECRET_BYTES ? '' : chunk;
    });
    child.once('error', () => fail('failed to start'));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else fail(describeExit(code, signal));
    });
  });
};
