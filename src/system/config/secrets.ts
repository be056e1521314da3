import { Failure } from '../../core/failure.ts';
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
  const { runSecretCommand } = await import('./secret-command.ts');
  return checkSecret(
    await runSecretCommand(secret.command, profile, runtime),
    `the output of the secret command of profile "${profile}"`,
  );
};

/**
 * A credential without its one trailing newline, which Windows writes as CR LF. Throws `credentials` for anything but
 * printable ASCII: it would be garbled or allow header injection.
 */
export const checkSecret = (value: string, name: string): string => {
  const text = value.replace(/\r?\n$/, '');
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const problem =
    text === '' ? 'is empty' : 'contains a space, a line break or another character not used in credentials';
  throw new Failure('credentials', `${name} ${problem}`, { hint: 'Copy it again, without quotes or line breaks' });
};

/** `checkSecret` for a field that is not secret. Such an id never has quotes, which some files of variables keep. */
export const checkPublicField = (value: string, name: string): string => {
  const text = checkSecret(value, name);
  if (isQuoted(text)) throw new Failure('credentials', `${name} is in quotes`, { hint: 'Remove the quotes' });
  return text;
};

export const isQuoted = (text: string): boolean => /^(["']).*\1$/.test(text);
