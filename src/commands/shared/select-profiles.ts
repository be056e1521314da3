import { Failure } from '../../core/failure.ts';
import { notOneOf, quote, valuesOfList } from '../../core/invalid-value.ts';
import type { Vendor } from '../../core/provider.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { definitions, vendors } from '../../providers/index.ts';
import { type Configuration, readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import type { Runtime } from '../../system/runtime.ts';
import { environmentCredentials, environmentMethod } from './credentials.ts';
import type { AccountOptions } from './options.ts';
import type { ChosenProfile } from './source.ts';

/** The name of the built-in profile: sample recordings from a server in this process. */
export const DEMO_PROFILE = 'demo';

/** A vendor by name. Throws a usage failure that suggests the nearest name. */
export const vendorNamed = (name: string): Vendor => {
  const vendor = vendors.find((candidate) => candidate.name === name.toLowerCase());
  if (vendor !== undefined) return vendor;
  const { api } = definitions.find((definition) => definition.api === name.toLowerCase()) ?? {};
  if (api !== undefined) throw new Failure('usage', `--provider: ${api} is an API`, { hint: `Use --api ${api}` });
  const names = vendors.map((candidate) => candidate.name);
  throw notOneOf('--provider', name, names);
};

/** A stored profile by name. Throws `missing` with the nearest name as hint. */
export const profileNamed = (name: string, { profiles }: Configuration): StoredProfile => {
  if (name === DEMO_PROFILE)
    throw new Failure('usage', 'demo is the built-in profile, not a stored one', {
      hint: 'It needs no set-up: --profile demo, or RECX_PROFILE=demo',
    });
  const stored = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (stored !== undefined) return stored;
  throw new Failure('missing', `profile ${quote(name)} not found`, {
    hint: didYouMean(name, Object.keys(profiles)) ?? namesHint(Object.keys(profiles)),
    rejected: { name: '--profile', word: name },
  });
};

/**
 * The profiles of a run: from flags, else `RECX_PROFILE`, else the default profile, else credentials in the environment.
 * `--provider` chooses the credentials of its providers in the environment; for those whose credentials are incomplete, or if
 * profiles are named, the profiles of these providers.
 */
export const chooseProfiles = async (options: AccountOptions, runtime: Runtime): Promise<readonly ChosenProfile[]> => {
  const isNamed = options.profile !== undefined || options.allProfiles === true;
  if (options.profile !== undefined && options.allProfiles === true)
    throw new Failure('usage', '--profile and --all-profiles cannot be used together', {
      hint: await withAllHint(options.profile, runtime),
    });
  if (options.provider === undefined) return chosenProfiles(options, runtime);
  const named = new Set(options.provider.flatMap((names) => valuesOfList('--provider', names)).map(vendorNamed));
  const isComplete = (vendor: Vendor): boolean => !isNamed && environmentMethod(vendor, runtime.env) !== undefined;
  const fromVariables = [...named].filter(isComplete);
  const others = [...named].filter((vendor) => !isComplete(vendor));
  if (others.length === 0) return fromVariables.map(fromEnvironment);
  const chosen = await chosenProfiles(options, runtime).catch((error: unknown) => {
    if (isNamed || !(error instanceof Failure) || error.kind !== 'credentials') throw error;
    return [];
  });
  const own = chosen
    .map((profile) => ({ ...profile, vendors: profile.vendors.filter((vendor) => others.includes(vendor)) }))
    .filter((profile) => profile.vendors.length > 0);
  const missing = others.find((vendor) => !own.some((profile) => profile.vendors.includes(vendor)));
  if (missing === undefined) return [...fromVariables.map(fromEnvironment), ...own];
  const hint = await storedHint(missing, runtime);
  if (isNamed)
    throw new Failure('usage', `--provider: no chosen profile is of ${missing.title}`, {
      hint: hint ?? `Store one: recx profile add --provider ${missing.name}`,
    });
  const toStore = `Set them, or store a profile: recx profile add --provider ${missing.name}`;
  environmentCredentials(missing, runtime, hint ?? toStore);
  throw new Error('the environment was incomplete');
};

/** What to type for named profiles beside all: the demo is none of those that are stored. */
const withAllHint = async (lists: readonly string[], runtime: Runtime): Promise<string> => {
  const { profiles } = await readConfiguration(runtime);
  const stored = Object.keys(profiles);
  const isDemo = lists.join(',').split(',').includes(DEMO_PROFILE);
  if (!isDemo || stored.length > MAX_NAMED) return 'Leave out --profile';
  return stored.length === 0
    ? 'Leave out --all-profiles: no profile is stored'
    : `The demo is not a stored profile; for all of them: -p ${[DEMO_PROFILE, ...stored].join(',')}`;
};

const chosenProfiles = async (
  options: Omit<AccountOptions, 'provider'>,
  runtime: Runtime,
): Promise<readonly ChosenProfile[]> => {
  const named =
    options.profile?.flatMap((names) => valuesOfList('--profile', names)) ??
    (options.allProfiles === true ? [] : environmentProfiles(runtime.env));
  if (named.length > 0 && named.every((name) => name === DEMO_PROFILE)) return [demo];
  const configuration = await readConfiguration(runtime);
  const stored = Object.keys(configuration.profiles);
  const names = options.allProfiles === true ? stored : named;
  if (names.length > 0) return [...new Set(names)].map((name) => fromConfiguration(name, configuration));
  if (options.allProfiles === true)
    throw new Failure('credentials', '--all-profiles: no profile is stored', {
      hint: 'Add one with recx profile add; for the sample data: --profile demo',
    });
  if (configuration.current !== undefined) return [fromConfiguration(configuration.current, configuration)];
  const complete = vendors.filter((vendor) => environmentMethod(vendor, runtime.env) !== undefined);
  const [only, another] = complete;
  if (only !== undefined && another === undefined) return [fromEnvironment(only)];
  if (only === undefined) {
    const incomplete = vendors.find((vendor) => vendor.fields.some(({ variable }) => runtime.env[variable]));
    // Throws a failure that names the missing variable.
    if (incomplete !== undefined && stored.length === 0) environmentCredentials(incomplete, runtime);
    throw noProfileChosen(stored);
  }
  const providers = complete.map(({ name }) => name);
  throw new Failure('credentials', `the environment has credentials for ${providers.join(' and ')}`, {
    hint: `Choose with --provider ${only.name}, or all: --provider ${providers.join(',')}`,
  });
};

const noProfileChosen = (stored: readonly string[]): Failure => {
  const [first] = stored;
  if (first === undefined) {
    return new Failure('credentials', NO_CREDENTIALS, {
      hint: 'Add a profile with recx profile add, or try --profile demo',
    });
  }
  return new Failure('credentials', NO_DEFAULT, {
    hint: `Choose with -p: ${firstOf(stored, ', ')}; or set a default with recx profile use ${first}`,
  });
};

/** The message if there are profiles, and none is the default. */
export const NO_DEFAULT = 'no default profile is set';
const NO_CREDENTIALS = 'no credentials found';

/** Whether no profile is chosen, and nothing is wrong with one. */
export const isNoneChosen = ({ message }: Failure): boolean => [NO_DEFAULT, NO_CREDENTIALS].includes(message);

/** The hint for stored profiles of a vendor whose credentials are not in the environment; undefined if there is none. */
const storedHint = async (vendor: Vendor, runtime: Runtime): Promise<string | undefined> => {
  const { profiles } = await readConfiguration(runtime);
  const names = Object.keys(profiles).filter((name) => profiles[name]?.provider === vendor.name);
  return names.length === 0 ? undefined : `Use -p ${firstOf(names, ',')}`;
};

/** The hint for a profile that is not named, or does not exist. */
export const namesHint = (stored: readonly string[]): string =>
  stored.length === 0 ? 'None is stored yet: recx profile add' : `Stored are ${firstOf(stored, ', ')}`;

/** Profiles named in a hint. */
const MAX_NAMED = 5;

/** The first of many names for a message. */
export const firstOf = (names: readonly string[], separator: string): string =>
  names.length > MAX_NAMED ? `${names.slice(0, MAX_NAMED).join(separator)} …` : names.join(separator);

/** The names in `RECX_PROFILE`. */
export const environmentProfiles = ({ RECX_PROFILE: names = '' }: Runtime['env']): readonly string[] =>
  names.trim() === '' ? [] : valuesOfList('RECX_PROFILE', names);

const demo: ChosenProfile = { name: DEMO_PROFILE, vendors, stored: undefined };

const fromConfiguration = (name: string, configuration: Configuration): ChosenProfile => {
  if (name === DEMO_PROFILE) return demo;
  const stored = profileNamed(name, configuration);
  const vendor = vendors.find((candidate) => candidate.name === stored.provider);
  if (vendor === undefined) {
    throw new Failure('local', `profile "${name}" has an unknown provider "${stored.provider}"`, {
      hint: `Upgrade recx, or remove the profile with recx profile remove ${name}`,
    });
  }
  return { name, stored, vendors: [vendor] };
};

const fromEnvironment = (vendor: Vendor): ChosenProfile => ({
  name: vendor.name,
  vendors: [vendor],
  stored: undefined,
});
