import { Failure } from '../../core/failure.ts';
import { quote } from '../../core/invalid-value.ts';
import { originOf, parseHostNames } from '../../core/origin.ts';
import type { Credentials, Provider, Vendor } from '../../core/provider.ts';
import { vendors } from '../../providers/index.ts';
import { ClockCorrected } from '../../system/clock.ts';
import { isQuoted } from '../../system/config/secrets.ts';
import type { ApiClients } from '../../system/net/api-client.ts';
import type { Account } from '../../system/net/authorization.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Log } from '../../system/terminal/log.ts';
import { openAccess, watchedProvider } from '../access/api-access.ts';
import type { Context } from './context.ts';
import { environmentCredentials, storedCredentials, variableOf } from './credentials.ts';
import type { AccountOptions } from './options.ts';
import { type ApiChoice, type ChosenApi, chooseApisOf, readApis } from './select-apis.ts';
import { chooseProfiles, DEMO_PROFILE, isNoneChosen } from './select-profiles.ts';
import type { ChosenProfile, Source } from './source.ts';

/** How sources are opened. */
interface Opening extends ApiChoice {
  /** Ends all requests. */
  readonly stop?: AbortSignal;
  /** Explains a failure to choose a profile. */
  onNoneChosen?(failure: Failure): Promise<Failure>;
}

/** Opens the sources that the flags, the configuration and the environment choose, and closes them after the task. */
export const withSources = async <T>(
  options: AccountOptions,
  context: Context,
  task: (sources: readonly Source[], clients: ApiClients) => Promise<T>,
  opening: Opening = {},
): Promise<T> => {
  const apis = readApis(options.api);
  const chosen = await chooseProfiles(options, context.runtime).catch(async (error: unknown) => {
    throw error instanceof Failure && isNoneChosen(error) ? ((await opening.onNoneChosen?.(error)) ?? error) : error;
  });
  const { unknownZone } = context.settings;
  if (unknownZone !== undefined)
    context.log.warn(
      `TZ=${quote(unknownZone)} is not a known time zone; times are in UTC`,
      'Use --tz America/New_York',
    );
  return withProfiles(chosen, apis, context, task, opening);
};

/** The profiles of sources, for people. */
export const profileNames = (sources: readonly Source[]): string =>
  [...new Set(sources.map(({ profile }) => profile))].join(', ');

/**
 * Opens profiles, stored or not, for a task, which must read the clock itself and write nothing before the first response:
 * if that response shows a wrong clock, the task runs again. `apis` are the names of the APIs; undefined for the default,
 * empty for all.
 */
export const withProfiles = async <T>(
  chosen: readonly ChosenProfile[],
  apis: readonly string[] | undefined,
  context: Context,
  task: (sources: readonly Source[], clients: ApiClients) => Promise<T>,
  opening: Opening = {},
): Promise<T> => {
  const { runtime, log, clock, settings } = context;
  const closing: (() => Promise<void> | void)[] = [];
  const plan = chooseApisOf(chosen, apis, opening);
  // Loaded here, so that --help and completion are quick.
  const { openApiClients } = await import('../../system/net/api-client.ts');
  try {
    const clients = openApiClients(runtime, log, clock, settings);
    closing.push(() => clients.close());
    opening.stop?.addEventListener('abort', () => void clients.close(), { once: true });
    const sources: Source[] = [];
    for (const [profile, own] of plan) {
      const resolved =
        profile.name === DEMO_PROFILE
          ? await resolveDemo(context, closing)
          : [await resolveProfile(profile, plan.size > 1, runtime)];
      for (const account of resolved) sources.push(...openSources(account, profile, own, clients, log));
    }
    return await withKnownTime(() => task(sources, clients));
  } finally {
    for (const close of closing.reverse()) await close();
  }
};

/** Runs a task, and once again if its first response shows that it counted from a wrong time. */
const withKnownTime = async <T>(task: () => Promise<T>): Promise<T> => {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof ClockCorrected)) throw error;
    return task();
  }
};

/** The chosen APIs of an account. If its credentials could not be read, every call of them throws the failure. */
const openSources = (
  { vendor, login }: ResolvedProfile,
  { name: profile, stored }: ChosenProfile,
  apis: readonly ChosenApi[],
  clients: ApiClients,
  log: Log,
): readonly Source[] => {
  const chosen = apis.filter(({ definition }) => definition.vendor === vendor);
  const access = openAccess(stored);
  if (!(login instanceof Failure)) log.redact(login.account.basicAuth[1]);
  return chosen.map(({ definition, reason }) => {
    const account = login instanceof Failure ? undefined : login.account;
    const provider =
      login instanceof Failure
        ? failingProvider(login)
        : definition.open(login.credentials, clients.clientFor(login.account, definition));
    const watched = watchedProvider(provider, definition.api, access);
    return { profile, definition, provider: watched, account, access, reason };
  });
};

const failingProvider = (failure: Failure): Provider => ({
  pages: () => {
    throw failure;
  },
  find: () => Promise.reject(failure),
  media: () => undefined,
});

/** The account of a profile, with its credentials in clear text, or the failure to read them. */
interface ResolvedProfile {
  readonly vendor: Vendor;
  readonly login: { readonly credentials: Credentials; readonly account: Account } | Failure;
}

/** The account of a profile. A failure is returned in it if there are other profiles, else thrown. */
const resolveProfile = async (
  profile: ChosenProfile,
  hasOthers: boolean,
  runtime: Runtime,
): Promise<ResolvedProfile> => {
  const {
    name,
    stored,
    vendors: [vendor],
  } = profile;
  if (vendor === undefined) throw new Error(`profile ${name} has no provider`);
  try {
    const credentials =
      stored === undefined
        ? environmentCredentials(vendor, runtime)
        : await storedCredentials(name, vendor, stored, runtime);
    const base = stored?.base_url;
    const origin = base === undefined ? vendor.origin(credentials) : storedOrigin(name, base);
    const rejectedHint = hintIfRejected(profile, vendor, credentials);
    const account = {
      profile: name,
      id: vendor.accountId(credentials),
      origin,
      vendorOrigin: base === undefined ? undefined : vendorOriginOf(vendor, credentials),
      basicAuth: vendor.basicAuth(credentials),
      rejectedHint,
      privateMediaHosts: checkStored(name, () =>
        parseHostNames(stored?.private_media_hosts ?? '', `private_media_hosts of profile "${name}"`),
      ),
      bypassProxy: false,
    };
    return { vendor, login: { credentials, account } };
  } catch (error) {
    if (!hasOthers || !(error instanceof Failure)) throw error;
    return { vendor, login: error };
  }
};

/** The vendor's own server; undefined if the credentials do not name it. */
const vendorOriginOf = (vendor: Vendor, credentials: Credentials): string | undefined => {
  try {
    return vendor.origin(credentials);
  } catch {
    return undefined;
  }
};

/** What to check if the provider rejects the credentials. */
const hintIfRejected = ({ name, stored }: ChosenProfile, vendor: Vendor, credentials: Credentials): string => {
  const quoted = vendor.fields.find(({ key, secret }) => secret && isQuoted(credentials[key] ?? ''));
  if (quoted !== undefined) return `The ${quoted.label} is in quotes, which may not belong to it`;
  if (stored !== undefined) return checkHint(name);
  const variables = Object.keys(credentials).map((key) => variableOf(vendor, key));
  return `Check ${variables.join(', ')}`;
};

/** The hint of rejected credentials of a stored profile. */
export const checkHint = (name: string): string => `Check the credentials: recx profile check ${name}`;

/** The origin of a stored `base_url`. */
const storedOrigin = (name: string, address: string): string =>
  checkStored(name, () => originOf(address, `base_url of profile "${name}"`));

/** Reads a stored value, which is invalid only if the file was edited by hand: then throws `local`. */
const checkStored = <T>(name: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'usage') throw error;
    throw new Failure('local', error.message, {
      hint: `Remove the profile with recx profile remove ${name}, then add it again`,
    });
  }
};

const resolveDemo = async (
  { runtime, clock }: Context,
  closing: (() => Promise<void> | void)[],
): Promise<readonly ResolvedProfile[]> => {
  // Its server has no other clock than this machine's.
  clock.checkPlausible();
  const [{ startSandbox, sandboxApis }, { oldestSample }] = await Promise.all([
    import('../../sandbox/server.ts'),
    import('../../sandbox/samples.ts'),
  ]);
  const sandbox = await startSandbox({ now: runtime.now });
  const oldest = oldestSample(runtime.now());
  closing.push(() => sandbox.close());
  return vendors.map((vendor) => {
    const api = sandboxApis.find(({ provider }) => provider === vendor.name);
    if (api === undefined) throw new Error(`no sandbox of ${vendor.name}`);
    const { origin } = sandbox;
    const account = {
      profile: DEMO_PROFILE,
      id: vendor.accountId(api.credentials),
      origin,
      basicAuth: api.basicAuth,
      rejectedHint: 'Report this as a bug in recx',
      oldest,
      bypassProxy: true,
    };
    return { vendor, login: { credentials: api.credentials, account } };
  });
};
