import { Failure } from '../../core/failure.ts';
import { originOf } from '../../core/origin.ts';
import type { Credentials, Definition, Provider, Vendor } from '../../core/provider.ts';
import { families } from '../../providers/index.ts';
import { type Http, openHttp } from '../../system/net/api-client.ts';
import type { Account } from '../../system/net/authorization.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';
import type { Context } from './context.ts';
import { readEnvironment, readStored, variableOf } from './credentials.ts';
import type { AccountOptions } from './options.ts';
import { type ChosenProfile, chooseApis, chooseProfiles, DEMO, readApis } from './select-profiles.ts';

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
  const apis = readApis(options.api);
  const chosen = await chooseProfiles(options, context.world);
  return withProfiles(chosen, apis, context, task, stop);
};

/** Opens chosen profiles, stored or not: the APIs named, each provider's first, or with an empty list all. */
export const withProfiles = async <T>(
  chosen: readonly ChosenProfile[],
  apis: readonly string[] | undefined,
  context: Context,
  task: (sources: readonly Source[], http: Http) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> => {
  const { world, log, settings } = context;
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
  { family, entry }: ResolvedProfile,
  profile: string,
  apis: readonly string[] | undefined,
  http: Http,
  log: Log,
): readonly Source[] =>
  chooseApis(family, apis, profile).map((definition) => {
    if (entry instanceof Failure) return { profile, definition, provider: failing(entry), account: undefined };
    const { account, credentials } = entry;
    for (const secret of [account.login[1], account.login.join(':')]) log.redact(secret);
    return { profile, definition, provider: definition.open(credentials, http.toolsFor(account, definition)), account };
  });

const failing = (failure: Failure): Provider => ({
  pages: () => {
    throw failure;
  },
  find: () => Promise.reject(failure),
  media: () => undefined,
});

/** Where a profile leads, with the credentials in clear, or why it cannot be used. */
interface ResolvedProfile {
  readonly family: Vendor;
  readonly entry: { readonly credentials: Credentials; readonly account: Account } | Failure;
}

/** The door of a profile. With `beside` others a failure is kept in it, else thrown. */
const doorOf = async (profile: ChosenProfile, beside: boolean, world: Runtime): Promise<ResolvedProfile> => {
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

const demoDoors = async (
  world: Runtime,
  closing: (() => Promise<void> | void)[],
): Promise<readonly ResolvedProfile[]> => {
  const { startSandbox, sandboxApis } = await import('../../sandbox/server.ts');
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
