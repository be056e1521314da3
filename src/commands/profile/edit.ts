import { Failure } from '../../core/failure.ts';
import { originOf } from '../../core/origin.ts';
import type { Vendor } from '../../core/provider.ts';
import { vendors } from '../../providers/index.ts';
import { readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import { canPrompt, openPrompts, type Prompts } from '../../system/terminal/prompt.ts';
import type { Context } from '../shared/context.ts';
import { profileNamed } from '../shared/select-profiles.ts';
import { checkCredentials } from './check-credentials.ts';
import { checkForms, methodFor, promptAgain, readSetFlags, requireFields, takePrivateHosts } from './fields.ts';
import { withMemory } from './remember.ts';
import { promptSecret, readSecret, type SecretOptions } from './secret.ts';
import { changeProfiles, publicFields, withSecretApart } from './stored-fields.ts';

export interface EditOptions extends SecretOptions {
  readonly set?: readonly string[];
  /** False for `--no-base-url`. */
  readonly baseUrl?: string | false;
  readonly newSecret?: boolean;
  readonly check?: boolean;
}

/** Changes a stored profile. Without flags it prompts on a terminal, with the present values as defaults. */
export const editProfile = async (name: string, options: EditOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const before = profileNamed(name, await readConfiguration(runtime));
  const vendor = vendors.find((candidate) => candidate.name === before.provider);
  if (vendor === undefined)
    throw new Failure('local', `profile "${name}" has an unknown provider`, { hint: 'Upgrade recx' });
  const prompts = canPrompt(runtime) ? await openPrompts(runtime) : undefined;
  const present = withSecretApart(before);
  const hasFlags = isChange(options);
  if (!hasFlags && prompts === undefined)
    throw new Failure('usage', 'nothing to change', {
      hint: 'Add --new-secret for a secret from standard input, or --set key=value; see recx profile edit --help',
    });
  const changed = hasFlags
    ? await applyFlags(vendor, present, options, prompts, context)
    : await promptChanges(vendor, present, prompts, context);
  const edited = withoutOtherMemory(present, changed);
  if (options.check === undefined && same(edited, present)) {
    if (runtime.err.isTTY) log.info(`profile "${name}" is unchanged`);
    return;
  }
  const isChecked = options.check ?? prompts !== undefined;
  const { stored, text } = isChecked
    ? await checkCredentials(name, vendor, edited, prompts, context)
    : { stored: edited, text: 'not checked' };
  await changeProfiles(runtime, (configuration) => {
    const current = profileNamed(name, configuration);
    if (!same(current, present))
      throw new Failure('local', `profile "${name}" was changed by another run; nothing was saved`, {
        hint: 'Run the same command again',
      });
    return { ...configuration, profiles: { ...configuration.profiles, [name]: stored } };
  });
  if (runtime.err.isTTY) log.info(`saved profile "${name}" (${text})`);
};

const isChange = ({ set, baseUrl, newSecret, secretEnv, secretCommand }: EditOptions): boolean =>
  [set, baseUrl, newSecret, secretEnv, secretCommand].some((flag) => flag !== undefined);

const same = (one: StoredProfile, other: StoredProfile): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The APIs that work are remembered of an account: another one may have others. */
const withoutOtherMemory = (before: StoredProfile, after: StoredProfile): StoredProfile => {
  if (JSON.stringify(before.credentials) === JSON.stringify(after.credentials)) return after;
  return withMemory(after, undefined);
};

const applyFlags = async (
  vendor: Vendor,
  present: StoredProfile,
  options: EditOptions,
  prompts: Prompts | undefined,
  context: Context,
): Promise<StoredProfile> => {
  const { baseUrl, set = [], newSecret, secretEnv, secretCommand } = options;
  const { fields, hosts } = takePrivateHosts(set);
  const given = readSetFlags(vendor, fields);
  const { base_url: base, private_media_hosts: presentHosts, ...rest } = present;
  const address = baseUrl === false ? undefined : baseUrl === undefined ? base : originOf(baseUrl, '--base-url');
  if (address === undefined) checkForms(vendor, baseUrl === false ? { ...publicFields(present), ...given } : given);
  const credentials = { ...present.credentials, ...given };
  const named = { ...publicFields(present), ...given };
  requireFields(vendor, named);
  if (address === undefined) vendor.origin(named);
  const method = methodFor(vendor, named);
  const isFitting = present.secret !== undefined && method.includes(present.secret.field);
  const isNew = newSecret === true || secretEnv !== undefined || secretCommand !== undefined;
  if (newSecret === true && (secretEnv !== undefined || secretCommand !== undefined))
    throw new Failure('usage', '--new-secret, --secret-env and --secret-command cannot be used together');
  if (!isNew && !isFitting)
    throw new Failure('usage', 'these fields need another secret', {
      hint: 'Add --new-secret, --secret-env or --secret-command',
    });
  const keptHosts = fields.length < set.length ? hosts : presentHosts && { private_media_hosts: presentHosts };
  return {
    ...rest,
    credentials,
    ...(isNew ? { secret: await readSecret(vendor, method, options, prompts, context) } : {}),
    ...(address === undefined ? {} : { base_url: address }),
    ...keptHosts,
  };
};

const promptChanges = async (
  vendor: Vendor,
  present: StoredProfile,
  prompts: Prompts | undefined,
  context: Context,
): Promise<StoredProfile> => {
  if (prompts === undefined) return present;
  const credentials = await promptAgain(vendor, present, prompts);
  const key = present.secret?.field ?? vendor.fields.find(({ secret }) => secret)?.key ?? '';
  return { ...present, credentials, secret: await promptSecret(vendor, key, prompts, context, present.secret) };
};
