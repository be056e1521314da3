import { Failure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import { originOf } from '../core/origin.ts';
import type { Credentials, Definition, Family, Provider } from '../core/provider.ts';
import { definitions, families } from '../providers/index.ts';
import type { Account } from '../system/account.ts';
import { type Http, openHttp } from '../system/http.ts';
import type { Log } from '../system/log.ts';
import { type Configuration, readConfiguration, type StoredProfile } from '../system/profiles.ts';
import type { World } from '../system/world.ts';
import type { Context } from './context.ts';
import { environmentLogin, readEnvironment, readStored, variableOf } from './credentials.ts';
import type { AccountOptions } from './options.ts';

/** The built-in profile: sample recordings from a server in this process. */
export const DEMO = 'demo';

/** One opened API of one profile. */
export interface Source {
  readonly profile: string;
  readonly definition: Definition;
  readonly provider: Provider;
  /** Undefined behind a door that could not be opened: then every call of the provider fails. */
  readonly account: Account | undefined;
}

/** Opens what the flags, the configuration and the environment choose, for the time of one task. */
export const withSources = async <T>(
  options: AccountOptions,
  context: Context,
  task: (sources: readonly Source[], http: Http) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> => {
  const { world, log, settings } = context;
  const apis = readApis(options.api);
  const chosen = await chooseProfiles(options, world);
  const closing: (() => Promise<void> | void)[] = [];
  try {
    const http = openHttp(world, log, settings);
    closing.push(() => http.close());
    stop?.addEventListener('abort', () => void http.close(), { once: true });
    const sources: Source[] = [];
    for (const profile of chosen) {
      const doors =
        profile.name === DEMO ? await demoDoors(world, closing) : [await doorOf(profile, chosen.length > 1, world)];
      const opened = doors.flatMap((door) => open(door, profile.name, apis, http, log));
      if (opened.length === 0) {
        throw new Failure('usage', `profile "${profile.name}" has no API "${apis?.join('", "')}"`, {
          hint: 'See recx providers',
        });
      }
      sources.push(...opened);
    }
    return await task(sources, http);
  } finally {
    for (const close of closing.reverse()) await close();
  }
};

/** The chosen APIs behind a door. Behind one that cannot be opened each fails when it is asked, beside the others. */
const open = (
  { family, entry }: Door,
  profile: string,
  apis: readonly string[] | undefined,
  http: Http,
  log: Log,
): readonly Source[] =>
  chooseApis(family, apis, profile).map((definition) => {
    if (entry instanceof Failure) return { profile, definition, provider: failing(entry), account: undefined };
    const { account, credentials } = entry;
    for (const secret of [account.login[1], account.login.join(':')]) log.conceal(secret);
    return { profile, definition, provider: definition.open(credentials, http.toolsFor(account, definition)), account };
  });

const failing = (failure: Failure): Provider => ({
  pages: () => {
    throw failure;
  },
  find: () => Promise.reject(failure),
  media: () => undefined,
});

/** A provider by its name, or a usage failure that names the nearest. */
export const familyNamed = (name: string): Family => {
  const family = families.find((candidate) => candidate.name === name.toLowerCase());
  if (family !== undefined) return family;
  const names = families.map((candidate) => candidate.name);
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

interface ChosenProfile {
  readonly name: string;
  readonly family: Family | undefined;
  /** Undefined for credentials from the environment. */
  readonly stored: StoredProfile | undefined;
}

/** Flags first, then `RECX_PROFILE`, then the profile chosen by `use`, then the environment's credentials. */
const chooseProfiles = async (options: AccountOptions, world: World): Promise<readonly ChosenProfile[]> => {
  const ways = [options.profile, options.allProfiles, options.provider].filter((way) => way !== undefined);
  if (ways.length > 1) throw new Failure('usage', 'use one of --profile, --all-profiles and --provider');
  if (options.provider !== undefined) return [fromEnvironment(familyNamed(options.provider))];
  const named = options.profile ?? listOf(world.env.RECX_PROFILE);
  if (named.length > 0 && named.every((name) => name === DEMO)) return [demo];
  const configuration = await readConfiguration(world);
  const stored = Object.keys(configuration.profiles);
  const names = options.allProfiles === true ? stored : named;
  if (names.length > 0) return [...new Set(names)].map((name) => fromConfiguration(name, configuration));
  if (options.allProfiles === true) throw nothingChosen(stored);
  if (configuration.current !== undefined) return [fromConfiguration(configuration.current, configuration)];
  const complete = families.filter((family) => environmentLogin(family, world.env) !== undefined);
  const [only, another] = complete;
  if (only !== undefined && another === undefined) return [fromEnvironment(only)];
  if (only === undefined) {
    const begun = families.find((family) => family.fields.some(({ variable }) => world.env[variable]));
    // Says which variable is missing.
    if (begun !== undefined && stored.length === 0) readEnvironment(begun, world);
    throw nothingChosen(stored);
  }
  throw new Failure(
    'credentials',
    `the environment has credentials of ${complete.map(({ name }) => name).join(' and ')}`,
    {
      hint: `Choose with --provider ${only.name}`,
    },
  );
};

const nothingChosen = (stored: readonly string[]): Failure =>
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

const demo: ChosenProfile = { name: DEMO, family: undefined, stored: undefined };

const fromConfiguration = (name: string, configuration: Configuration): ChosenProfile => {
  if (name === DEMO) return demo;
  const stored = profileNamed(name, configuration);
  const family = families.find((candidate) => candidate.name === stored.provider);
  if (family === undefined) {
    throw new Failure('local', `profile "${name}" is of the provider "${stored.provider}", which is unknown`, {
      hint: `Run recx profile remove ${name}, or use a newer recx`,
    });
  }
  return { name, stored, family };
};

const fromEnvironment = (family: Family): ChosenProfile => ({ name: family.name, family, stored: undefined });

/** Where a profile leads, with the credentials in clear, or why it cannot be used. */
interface Door {
  readonly family: Family;
  readonly entry: { readonly credentials: Credentials; readonly account: Account } | Failure;
}

/** The door of a profile. With `beside` others a failure is kept in it, else thrown. */
const doorOf = async (profile: ChosenProfile, beside: boolean, world: World): Promise<Door> => {
  const { name, family, stored } = profile;
  if (family === undefined) throw new Error(`profile ${name} has no provider`);
  try {
    const credentials =
      stored === undefined ? readEnvironment(family, world) : await readStored(name, family, stored, world);
    const origin = stored?.base_url === undefined ? family.origin(credentials) : storedOrigin(name, stored.base_url);
    const remedy =
      stored === undefined
        ? `Check ${Object.keys(credentials)
            .map((key) => variableOf(family, key))
            .join(', ')}`
        : `Check the credentials: recx profile check ${name}`;
    const account = { profile: name, origin, login: family.login(credentials), remedy, direct: false };
    return { family, entry: { credentials, account } };
  } catch (error) {
    if (!beside || !(error instanceof Failure)) throw error;
    return { family, entry: error };
  }
};

/** The origin of a stored address, which only a hand can have made wrong. */
const storedOrigin = (name: string, address: string): string => {
  try {
    return originOf(address, `base_url of profile "${name}"`);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'usage') throw error;
    throw new Failure('local', error.message, { hint: `Run recx profile remove ${name}, then add it again` });
  }
};

const demoDoors = async (world: World, closing: (() => Promise<void> | void)[]): Promise<readonly Door[]> => {
  const { startSandbox, sandboxApis } = await import('../sandbox/index.ts');
  const sandbox = await startSandbox({ now: world.now });
  closing.push(() => sandbox.close());
  return families.map((family) => {
    const played = sandboxApis.find(({ provider }) => provider === family.name);
    if (played === undefined) throw new Error(`no sandbox plays ${family.name}`);
    const { origin } = sandbox;
    const account = { profile: DEMO, origin, login: played.login, remedy: 'this should not happen', direct: true };
    return { family, entry: { credentials: played.credentials, account } };
  });
};

/** The names after `--api`; undefined for the default, none for `all`. */
const readApis = (names: readonly string[] | undefined): readonly string[] | undefined => {
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
const chooseApis = (family: Family, names: readonly string[] | undefined, profile: string): readonly Definition[] => {
  const own = definitions.filter((definition) => definition.family === family);
  if (names === undefined) return profile === DEMO ? own : own.slice(0, 1);
  return names.length === 0 ? own : own.filter(({ api }) => names.includes(api));
};
