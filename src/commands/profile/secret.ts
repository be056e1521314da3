import { Failure } from '../../core/failure.ts';
import type { Vendor } from '../../core/provider.ts';
import { isVariableName, type StoredSecret } from '../../system/config/secrets.ts';
import type { Prompts } from '../../system/terminal/prompt.ts';
import { readSecretLine } from '../../system/terminal/stdin.ts';
import type { Context } from '../shared/context.ts';
import { checkCredentialValue } from './fields.ts';

export interface SecretOptions {
  readonly secretEnv?: string;
  readonly secretCommand?: string;
}

/**
 * The secret of an authentication method: a reference to a variable or a command if a flag gives one, else the value from the
 * terminal or standard input, which the log redacts from then on. Throws a usage failure.
 */
export const readSecret = async (
  vendor: Vendor,
  method: readonly string[],
  { secretEnv, secretCommand }: SecretOptions,
  prompts: Prompts | undefined,
  { runtime, log }: Context,
): Promise<StoredSecret> => {
  const field = vendor.fields.find(({ key, secret }) => secret && method.includes(key));
  if (field === undefined) throw new Error(`${vendor.name} has no secret field`);
  if (secretEnv !== undefined && secretCommand !== undefined) {
    throw new Failure('usage', '--secret-env and --secret-command cannot be used together');
  }
  if (secretEnv !== undefined) {
    if (!isVariableName(secretEnv)) throw new Failure('usage', '--secret-env: not a variable name');
    return { field: field.key, env: secretEnv };
  }
  if (secretCommand !== undefined) {
    if (secretCommand.trim() === '') throw new Failure('usage', '--secret-command: the command is empty');
    return { field: field.key, command: secretCommand };
  }
  if (runtime.in.isTTY === true && prompts === undefined) {
    throw new Failure('usage', 'cannot prompt for the secret without a terminal that hides the input', {
      hint: 'Leave stderr on the terminal, pipe the secret in, or use --secret-env or --secret-command',
    });
  }
  const answer = await prompts?.secret(`${field.label} (${field.hint}; input hidden)`);
  const secret = answer ?? (await readSecretLine(runtime));
  log.redact(secret.trim());
  if (secret.trim() === '') {
    throw new Failure('usage', `the ${field.label} is empty`, {
      hint: 'Type it, pipe it in as one line, or use --secret-env or --secret-command',
    });
  }
  return { field: field.key, value: checkCredentialValue(secret, `the ${field.label}`) };
};
