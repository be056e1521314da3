import { Failure } from '../../core/failure.ts';
import { originOf } from '../../core/origin.ts';
import type { Vendor } from '../../core/provider.ts';
import { vendors } from '../../providers/index.ts';
import { readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import { canPrompt, openPrompts, type Prompts } from '../../system/terminal/prompt.ts';
import type { Context } from '../shared/context.ts';
import { DEMO_PROFILE, vendorNamed } from '../shared/select-profiles.ts';
import { type CheckedCredentials, checkCredentials } from './check-credentials.ts';
import { methodFor, promptFields, readSetFlags, requireFields, takePrivateHosts } from './fields.ts';
import { withMemory } from './remember.ts';
import { readSecret, type SecretOptions } from './secret.ts';
import { changeProfiles } from './stored-fields.ts';

export interface AddOptions extends SecretOptions {
  readonly provider?: string;
  readonly set?: readonly string[];
  readonly baseUrl?: string;
  readonly check?: boolean;
}

/** Stores a new profile. On a terminal it prompts for missing values and checks the credentials before saving them. */
export const addProfile = async (named: string | undefined, options: AddOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const prompts = canPrompt(runtime) ? await openPrompts(runtime) : undefined;
  if (named !== undefined) checkName(named);
  const vendor = await readVendor(options.provider, prompts);
  const { profiles, current } = await readConfiguration(runtime);
  const name = named ?? (await promptName(vendor, Object.keys(profiles), prompts));
  if (Object.hasOwn(profiles, name)) throw alreadyExists(name);
  const { fields, hosts } = takePrivateHosts(options.set ?? []);
  const given = readSetFlags(vendor, fields);
  const credentials = prompts === undefined ? given : await promptFields(vendor, given, prompts);
  requireFields(vendor, credentials);
  if (options.baseUrl === undefined) vendor.origin(credentials);
  const base = options.baseUrl === undefined ? {} : { base_url: originOf(options.baseUrl, '--base-url') };
  const secret = await readSecret(vendor, methodFor(vendor, credentials), options, prompts, context);
  const profile: StoredProfile = { provider: vendor.name, credentials, secret, ...base, ...hosts };

  const isChecked = options.check ?? prompts !== undefined;
  const { text, works, apis } = isChecked
    ? await checkCredentials(name, vendor, profile, prompts, context)
    : notChecked;
  const isDefault =
    prompts !== undefined &&
    current === undefined &&
    (await prompts.confirm(`Make "${name}" the default profile?`, true));
  await changeProfiles(runtime, (configuration) => {
    if (Object.hasOwn(configuration.profiles, name)) throw alreadyExists(name);
    const changed = { ...configuration, profiles: { ...configuration.profiles, [name]: withMemory(profile, apis) } };
    return isDefault ? { ...changed, current: name } : changed;
  });
  if (runtime.err.isTTY) {
    const next = works ? `recx list${isDefault ? '' : ` -p ${name}`}` : `recx profile check ${name}`;
    log.info(`saved profile "${name}" (${text}); ${works ? 'try' : 'check it with'}: ${next}`);
  }
};

const notChecked: CheckedCredentials = { text: 'not checked', works: false };

/** Throws a usage failure that does not repeat the name, which may be a secret typed in the wrong place. */
const checkName = (name: string): void => {
  const problem = nameProblem(name);
  if (problem !== undefined)
    throw new Failure('usage', problem, { hint: name === DEMO_PROFILE ? 'Choose another name' : NAME_RULES });
};

const NAME_RULES = 'Use up to 64 letters, digits, dots, dashes and underscores';

const nameProblem = (name: string): string | undefined => {
  if (name === DEMO_PROFILE) return 'demo is the name of the built-in profile';
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) ? undefined : 'not a valid profile name';
};

const readVendor = async (name: string | undefined, prompts: Prompts | undefined): Promise<Vendor> => {
  if (name !== undefined) return vendorNamed(name);
  if (prompts === undefined) {
    const names = vendors.map((vendor) => vendor.name);
    throw new Failure('usage', '--provider is required', { hint: `Add --provider with one of ${names.join(', ')}` });
  }
  const choices = vendors.map((vendor) => ({ value: vendor.name, label: vendor.title }));
  return vendorNamed(await prompts.select('Provider', choices));
};

const promptName = (vendor: Vendor, used: readonly string[], prompts: Prompts | undefined): Promise<string> => {
  if (prompts === undefined) {
    throw new Failure('usage', 'a profile name is required', { hint: 'See recx profile add --help' });
  }
  return prompts.text('Profile name', {
    ...(used.includes(vendor.name) ? {} : { defaultValue: vendor.name }),
    check: (text) => {
      if (used.includes(text)) return `Profile "${text}" already exists`;
      return nameProblem(text) === undefined ? undefined : NAME_RULES;
    },
  });
};

const alreadyExists = (name: string): Failure =>
  new Failure('usage', `profile "${name}" already exists`, {
    hint: `To replace it, first run recx profile remove ${name}`,
  });
