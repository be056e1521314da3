import { Failure } from '../../core/failure.ts';
import type { Definition, Vendor } from '../../core/provider.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { definitions, vendors } from '../../providers/index.ts';
import { type Configuration, readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import type { Runtime } from '../../system/runtime.ts';
import { environmentCredentials, environmentMethod } from './credentials.ts';
import type { AccountOptions } from './options.ts';
import type { ChosenProfile } from './source-types.ts';

/** The built-in profile: sample recordings from a server in this process. */
export const DEMO = 'demo';

/** A provider by its name, or a usage failure that names the nearest. */
export const vendorNamed = (name: string): Vendor => {
  const vendor = vendors.find((candidate) => candidate.name === name.toLowerCase());
  if (vendor !== undefined) return vendor;
  const names = vendors.map((candidate) => candidate.name);
  throw new Failure('usage', `--provider: "${name.slice(0, 60)}" is not one of ${names.join(', ')}`, {
    hint: didYouMean(name, names) ?? `Choose one of ${names.join(', ')}`,
  });
};

/** A stored profile by its name, or a failure that names the nearest. */
export const profileNamed = (name: string, { profiles }: Configuration): StoredProfile => {
  if (name === DEMO) throw new Failure('usage', 'demo is the built-in profile and not stored');
  const stored = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (stored !== undefined) return stored;
  throw new Failure('missing', `there is no profile "${name.slice(0, 60)}"`, {
    hint: didYouMean(name, Object.keys(profiles)) ?? 'See recx profile list',
  });
};

/** Flags first, then `RECX_PROFILE`, then the profile chosen by `use`, then the environment's credentials. */
export const chooseProfiles = async (options: AccountOptions, runtime: Runtime): Promise<readonly ChosenProfile[]> => {
  const ways = [options.profile, options.allProfiles, options.provider].filter((way) => way !== undefined);
  if (ways.length > 1) throw new Failure('usage', 'use one of --profile, --all-profiles and --provider');
  if (options.provider !== undefined) return [fromEnvironment(vendorNamed(options.provider))];
  const named = options.profile ?? listOf(runtime.env.RECX_PROFILE);
  if (named.length > 0 && named.every((name) => name === DEMO)) return [demo];
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
    const begun = vendors.find((vendor) => vendor.fields.some(({ variable }) => runtime.env[variable]));
    // Says which variable is missing.
    if (begun !== undefined && stored.length === 0) environmentCredentials(begun, runtime);
    throw noProfileChosen(stored);
  }
  throw new Failure(
    'credentials',
    `the environment has credentials of ${complete.map(({ name }) => name).join(' and ')}`,
    {
      hint: `Choose with --provider ${only.name}`,
    },
  );
};

const noProfileChosen = (stored: readonly string[]): Failure =>
  new Failure('credentials', 'no credentials: no profile is chosen, and no provider is set in the environment', {
    hint:
      stored[0] === undefined
        ? 'Add a profile with recx profile add, or look around with --profile demo'
        : `Choose a profile with --profile ${stored[0]}, or for good with recx profile use ${stored[0]}`,
  });

const listOf = (names: string | undefined): readonly string[] =>
  (names ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const demo: ChosenProfile = { name: DEMO, vendor: undefined, stored: undefined };

const fromConfiguration = (name: string, configuration: Configuration): ChosenProfile => {
  if (name === DEMO) return demo;
  const stored = profileNamed(name, configuration);
  const vendor = vendors.find((candidate) => candidate.name === stored.provider);
  if (vendor === undefined) {
    throw new Failure('local', `profile "${name}" is of the provider "${stored.provider}", which is unknown`, {
      hint: `Run recx profile remove ${name}, or use a newer recx`,
    });
  }
  return { name, stored, vendor };
};

const fromEnvironment = (vendor: Vendor): ChosenProfile => ({ name: vendor.name, vendor, stored: undefined });

/** The names after `--api`; undefined for the default, none for `all`. */
export const readApis = (names: readonly string[] | undefined): readonly string[] | undefined => {
  const valid = [...new Set(definitions.map(({ api }) => api)), 'all'];
  const unknown = names?.find((name) => !valid.includes(name));
  if (unknown !== undefined) {
    throw new Failure('usage', `--api: "${unknown.slice(0, 60)}" is not one of ${valid.join(', ')}`, {
      hint: didYouMean(unknown, valid) ?? 'See recx providers',
    });
  }
  return names?.includes('all') ? [] : names;
};

/** By default a provider's first API, and every one of the demo. */
export const chooseApis = (
  vendor: Vendor,
  names: readonly string[] | undefined,
  profile: string,
): readonly Definition[] => {
  const own = definitions.filter((definition) => definition.vendor === vendor);
  if (names === undefined) return profile === DEMO ? own : own.slice(0, 1);
  return names.length === 0 ? own : own.filter(({ api }) => names.includes(api));
};
