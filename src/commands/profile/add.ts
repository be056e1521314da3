import { Failure } from '../../core/failure.ts';
import { originOf } from '../../core/origin.ts';
import type { Vendor } from '../../core/provider.ts';
import { vendors } from '../../providers/index.ts';
import { type Configuration, readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import { canPrompt, openPrompts, type Prompts } from '../../system/terminal/prompt.ts';
import type { Context } from '../shared/context.ts';
import { vendorNamed } from '../shared/select-profiles.ts';
import { checkCredentials } from './check-credentials.ts';
import { checkForms, methodFor, promptFields, readSetFlags, requireFields, takePrivateHosts } from './fields.ts';
import { alreadyExists, checkName, NAME_RULES, nameProblem } from './names.ts';
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
  const isOwnServer = options.baseUrl === undefined;
  if (isOwnServer) checkForms(vendor, given);
  const credentials = prompts === undefined ? given : await promptFields(vendor, given, isOwnServer, prompts);
  requireFields(vendor, credentials);
  if (isOwnServer) vendor.origin(credentials);
  const base = options.baseUrl === undefined ? {} : { base_url: originOf(options.baseUrl, '--base-url') };
  const secret = await readSecret(vendor, methodFor(vendor, credentials), options, prompts, context);
  const profile: StoredProfile = { provider: vendor.name, credentials, secret, ...base, ...hosts };

  const isChecked = options.check ?? prompts !== undefined;
  const { stored, text, works } = isChecked
    ? await checkCredentials(name, vendor, profile, prompts, context)
    : { stored: profile, text: 'not checked', works: false };
  // Saved before the next question, so that Ctrl-C there loses nothing.
  await changeProfiles(runtime, (configuration) => {
    if (Object.hasOwn(configuration.profiles, name)) throw alreadyExists(name);
    return { ...configuration, profiles: { ...configuration.profiles, [name]: stored } };
  });
  const saved = `saved profile "${name}" (${text})`;
  const nextStep = (isDefault: boolean): string =>
    works ? `try: recx list${isDefault ? '' : ` -p ${name}`}` : `check it with: recx profile check ${name}`;
  if (prompts === undefined || current !== undefined) {
    if (runtime.err.isTTY) log.info(`${saved}; ${nextStep(false)}`);
    return;
  }
  log.info(saved);
  const isDefault = await prompts.confirm(`Make "${name}" the default profile?`, true);
  if (isDefault) await changeProfiles(runtime, (configuration) => withDefault(configuration, name));
  log.info(nextStep(isDefault));
};

/** The profile as the default one, unless another run has removed it meanwhile. */
const withDefault = (configuration: Configuration, name: string): Configuration =>
  Object.hasOwn(configuration.profiles, name) ? { ...configuration, current: name } : configuration;

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
