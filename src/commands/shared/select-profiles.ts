import { Failure } from '../../core/failure.ts';
import { notOneOf, parseChoice, quote, valuesOfList } from '../../core/invalid-value.ts';
import type { ApiDefinition, Vendor } from '../../core/provider.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { definitions, vendors } from '../../providers/index.ts';
import { type Configuration, readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Reason } from '../access/api-access.ts';
import { environmentCredentials, environmentMethod } from './credentials.ts';
import type { AccountOptions } from './options.ts';
import type { ChosenProfile } from './source-types.ts';

/** The name of the built-in profile: sample recordings from a server in this process. */
export const DEMO_PROFILE = 'demo';

/** A vendor by name. Throws a usage failure that suggests the nearest name. */
export const vendorNamed = (name: string): Vendor => {
  const vendor = vendors.find((candidate) => candidate.name === name.toLowerCase());
  if (vendor !== undefined) return vendor;
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
    hint: didYouMean(name, Object.keys(profiles)) ?? 'See recx profile list',
    rejected: { name: '--profile', word: name },
  });
};

/**
 * The profiles of a run: from flags, else `RECX_PROFILE`, else the default profile, else credentials in the environment.
 * `--provider` chooses its credentials in the environment; if these are incomplete, or profiles are named, those of that
 * provider among the profiles.
 */
export const chooseProfiles = async (options: AccountOptions, runtime: Runtime): Promise<readonly ChosenProfile[]> => {
  const isNamed = options.profile !== undefined || options.allProfiles === true;
  if (options.profile !== undefined && options.allProfiles === true)
    throw new Failure('usage', '--profile and --all-profiles cannot be used together');
  if (options.provider === undefined) return chosenProfiles(options, runtime);
  const vendor = vendorNamed(options.provider);
  if (!isNamed && environmentMethod(vendor, runtime.env) !== undefined) return [fromEnvironment(vendor)];
  const chosen = await chosenProfiles(options, runtime).catch((error: unknown) => {
    if (isNamed || !(error instanceof Failure) || error.kind !== 'credentials') throw error;
    return [];
  });
  const own = chosen.filter((profile) => vendorsOf(profile).includes(vendor));
  // The demo has all vendors.
  if (own.length > 0) return own.map((profile) => ({ ...profile, vendor }));
  const hint = await storedHint(vendor, runtime);
  if (isNamed) throw new Failure('usage', `--provider: no chosen profile is of ${vendor.title}`, { hint });
  environmentCredentials(vendor, runtime, hint);
  throw new Error('the environment was incomplete');
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
  if (options.allProfiles === true) throw noProfileChosen(stored);
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
  throw new Failure(
    'credentials',
    `the environment has credentials for ${complete.map(({ name }) => name).join(' and ')}`,
    {
      hint: `Choose one with --provider ${only.name}`,
    },
  );
};

const noProfileChosen = (stored: readonly string[]): Failure => {
  const [first] = stored;
  if (first === undefined) {
    return new Failure('credentials', 'no credentials found', {
      hint: 'Add a profile with recx profile add, or try --profile demo',
    });
  }
  return new Failure('credentials', NO_DEFAULT, {
    hint: `Choose with -p: ${firstOf(stored, ', ')}; or set a default with recx profile use ${first}`,
  });
};

/** The message if there are profiles, and none is the default. */
export const NO_DEFAULT = 'no default profile is set';

/** The hint for stored profiles of a vendor whose credentials are not in the environment; undefined if there is none. */
const storedHint = async (vendor: Vendor | undefined, runtime: Runtime): Promise<string | undefined> => {
  const { profiles } = await readConfiguration(runtime);
  const names = Object.keys(profiles).filter((name) => profiles[name]?.provider === vendor?.name);
  return names.length === 0 ? undefined : `Use -p ${firstOf(names, ',')}`;
};

/** Profiles named in a hint. */
const MAX_NAMED = 5;

/** The first of many names for a message. */
const firstOf = (names: readonly string[], separator: string): string =>
  names.length > MAX_NAMED ? `${names.slice(0, MAX_NAMED).join(separator)} …` : names.join(separator);

/** The names in `RECX_PROFILE`. */
export const environmentProfiles = ({ RECX_PROFILE: names = '' }: Runtime['env']): readonly string[] =>
  names.trim() === '' ? [] : valuesOfList('RECX_PROFILE', names);

const demo: ChosenProfile = { name: DEMO_PROFILE, vendor: undefined, stored: undefined };

const fromConfiguration = (name: string, configuration: Configuration): ChosenProfile => {
  if (name === DEMO_PROFILE) return demo;
  const stored = profileNamed(name, configuration);
  const vendor = vendors.find((candidate) => candidate.name === stored.provider);
  if (vendor === undefined) {
    throw new Failure('local', `profile "${name}" has an unknown provider "${stored.provider}"`, {
      hint: `Upgrade recx, or remove the profile with recx profile remove ${name}`,
    });
  }
  return { name, stored, vendor };
};

const fromEnvironment = (vendor: Vendor): ChosenProfile => ({ name: vendor.name, vendor, stored: undefined });

/** The values of `--api`: undefined without the flag, empty for `all`. Throws a usage failure. */
export const readApis = (names: readonly string[] | undefined): readonly string[] | undefined => {
  const valid = [...new Set(definitions.map(({ api }) => api)), 'all'];
  const chosen = names?.flatMap((list) => valuesOfList('--api', list)).map((name) => parseChoice('--api', name, valid));
  return chosen?.includes('all') ? [] : chosen;
};

/** An API of a vendor, and why it is queried. */
export interface ChosenApi {
  readonly definition: ApiDefinition;
  readonly reason: Reason;
}

/** How the APIs of profiles are chosen. */
export interface ApiChoice {
  /** APIs that are not queried by default are chosen as well. */
  readonly opensUnused?: boolean;
  /** Every profile is asked for each of its APIs that is named, whatever it remembers. */
  readonly ignoresMemory?: boolean;
}

/**
 * The APIs of each profile, without the profiles that have none of those that are named. Of several profiles, one that
 * remembers other APIs only is not asked for an API that another one has. Throws a usage failure for an API that none has.
 */
export const chooseApisOf = (
  profiles: readonly ChosenProfile[],
  names: readonly string[] | undefined,
  { opensUnused = false, ignoresMemory = false }: ApiChoice,
): ReadonlyMap<ChosenProfile, readonly ChosenApi[]> => {
  const choices = profiles.flatMap((profile) =>
    vendorsOf(profile)
      .flatMap((vendor) => chooseApis(vendor, names, profile.stored?.apis))
      .filter(({ reason }) => opensUnused || reason !== 'unused')
      .map((choice) => ({ profile, choice })),
  );
  const isNamed = names !== undefined && names.length > 0;
  const unknown = names?.find((name) => !choices.some(({ choice }) => choice.definition.api === name));
  if (unknown !== undefined) throw noSuchApi(unknown, profiles);
  const known = choices.filter(({ profile, choice }) => !remembersOthers(profile, choice.definition));
  const isElsewhere = ({ definition }: ChosenApi): boolean =>
    known.some(({ choice }) => choice.definition.api === definition.api);
  const kept =
    isNamed && !ignoresMemory ? choices.filter((one) => known.includes(one) || !isElsewhere(one.choice)) : choices;
  const chosen = new Map<ChosenProfile, readonly ChosenApi[]>();
  for (const { profile, choice } of kept) chosen.set(profile, [...(chosen.get(profile) ?? []), choice]);
  return chosen;
};

/** The vendors of a profile: all of them for the demo. */
const vendorsOf = ({ vendor }: ChosenProfile): readonly Vendor[] => (vendor === undefined ? vendors : [vendor]);

const apisOf = (profile: ChosenProfile): readonly ApiDefinition[] =>
  definitions.filter(({ vendor }) => vendorsOf(profile).includes(vendor));

const remembersOthers = (profile: ChosenProfile, { api }: ApiDefinition): boolean => {
  const remembered = profile.stored?.apis ?? [];
  return !remembered.includes(api) && apisOf(profile).some((own) => remembered.includes(own.api));
};

const noSuchApi = (name: string, profiles: readonly ChosenProfile[]): Failure => {
  const have = profiles.map(
    (profile) => `${profile.name} has ${[...new Set(apisOf(profile).map(({ api }) => api))].join(', ')}`,
  );
  const chosen = have.length === 1 ? `profile "${profiles[0]?.name}" has no API` : 'no chosen profile has the API';
  return new Failure('usage', `${chosen} "${name}"`, { hint: firstOf(have, '; ') });
};

/**
 * The APIs of a vendor that are named, all for an empty list; by default all, of which only those are queried that the profile
 * remembers to have worked. Names that this version does not know are ignored.
 */
const chooseApis = (
  vendor: Vendor,
  names: readonly string[] | undefined,
  remembered: readonly string[] = [],
): readonly ChosenApi[] => {
  const own = definitions.filter((definition) => definition.vendor === vendor);
  if (names !== undefined) {
    const named = own.filter(({ api }) => names.length === 0 || names.includes(api));
    return named.map((definition) => ({ definition, reason: 'named' }));
  }
  const isRemembered = ({ api }: ApiDefinition): boolean => remembered.includes(api);
  const other = own.some(isRemembered) ? 'unused' : 'default';
  return own.map((definition) => ({ definition, reason: isRemembered(definition) ? 'remembered' : other }));
};
