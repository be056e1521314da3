import { Failure } from '../../core/failure.ts';
import type { Vendor } from '../../core/provider.ts';
import { isVariableName, type StoredSecret } from '../../system/config/secrets.ts';
import type { Prompts } from '../../system/terminal/prompt.ts';
import { readSecretLine } from '../../system/terminal/stdin.ts';
import type { Context } from '../shared/context.ts';
import { checkCredentialValue, errorTextOf } from './fields.ts';

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
  context: Context,
): Promise<StoredSecret> => {
  const { runtime } = context;
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
  if (prompts !== undefined) return promptSecret(vendor, field.key, prompts, context);
  return storedSecret(field, await readSecretLine(runtime), context);
};

/** The secret from the prompt. With `current`, typing nothing keeps that one. */
export const promptSecret = async (
  vendor: Vendor,
  key: string,
  prompts: Prompts,
  context: Context,
  current?: StoredSecret,
): Promise<StoredSecret> => {
  const field = vendor.fields.find((candidate) => candidate.key === key);
  if (field === undefined) throw new Error(`${vendor.name} has no field ${key}`);
  const remark = current === undefined ? '' : '; nothing typed: keep the present one';
  const answer = await prompts.secret(`${field.label} (${field.hint}; input hidden${remark})`, (text) => {
    if (text === '') return current === undefined ? `Enter the ${field.label}` : undefined;
    return errorTextOf(() => checkCredentialValue(text, `the ${field.label}`));
  });
  return answer === '' && current !== undefined ? current : storedSecret(field, answer, context);
};

const storedSecret = (field: Vendor['fields'][number], secret: string, { log }: Context): StoredSecret => {
  log.redact(secret.trim());
  if (secret.trim() === '') {
    throw new Failure('usage', `the ${field.label} is empty`, {
      hint: 'Type it, pipe it in as one line, or use --secret-env or --secret-command',
    });
  }
  return { field: field.key, value: checkCredentialValue(secret, `the ${field.label}`) };
};
