import { Failure } from '../../core/failure.ts';
import type { Credentials, Vendor } from '../../core/provider.ts';
import { families } from '../../providers/index.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import { checkSecret, revealSecret } from '../../system/config/secrets.ts';
import type { Runtime } from '../../system/runtime.ts';
import type { Source } from './sources.ts';

/** The credentials of the environment's variables. */
export const readEnvironment = (family: Vendor, { env }: Runtime): Credentials => {
  const login = environmentLogin(family, env);
  if (login === undefined) {
    const [needed = []] = nearestLogins(family, (key) => Boolean(env[variableOf(family, key)]));
    const missing = needed.map((key) => variableOf(family, key)).filter((name) => !env[name]);
    throw new Failure('credentials', `${family.title} needs ${missing.join(' and ')} in the environment`);
  }
  return Object.fromEntries(
    login.map((key) => {
      const variable = variableOf(family, key);
      return [key, checkSecret(env[variable] ?? '', variable)];
    }),
  );
};

/** The first way in whose variables are all set. */
export const environmentLogin = (family: Vendor, env: Runtime['env']): readonly string[] | undefined =>
  family.authMethods.find((keys) => keys.every((key) => env[variableOf(family, key)]));

/** The environment's variable of a credential. */
export const variableOf = (family: Vendor, key: string): string =>
  family.fields.find((field) => field.key === key)?.variable ?? key;

/** The credentials of a stored profile, its secret fetched from where it is. */
export const readStored = async (
  name: string,
  family: Vendor,
  stored: StoredProfile,
  world: Runtime,
): Promise<Credentials> => {
  const { secret } = stored;
  const known: Record<string, string> = { ...stored.credentials };
  if (secret !== undefined) known[secret.field] = await revealSecret(secret, name, world);
  const [login = []] = nearestLogins(family, (key) => Boolean(known[key]));
  const missing = login.filter((key) => !known[key]);
  if (missing.length > 0) {
    throw new Failure('credentials', `profile "${name}" has no ${missing.join(', no ')}`, {
      hint: `Run recx profile remove ${name}, then add it again`,
    });
  }
  return Object.fromEntries(login.map((key) => [key, checkSecret(known[key] ?? '', `${key} of profile "${name}"`)]));
};

/** The ways in, the one with the fewest missing keys first, and of such the one with the most keys. */
const nearestLogins = (family: Vendor, has: (key: string) => boolean): readonly (readonly string[])[] => {
  const missing = (keys: readonly string[]): number => keys.filter((key) => !has(key)).length;
  return [...family.authMethods].sort((one, other) => missing(one) - missing(other) || other.length - one.length);
};

/** The environment for another program: neither the providers' secrets by their names, nor those in use by their values. */
export const withoutSecrets = (env: Runtime['env'], sources: readonly Source[]): Runtime['env'] => {
  const names = new Set(
    families.flatMap(({ fields }) => fields.filter(({ secret }) => secret).map((one) => one.variable)),
  );
  const values = new Set(sources.flatMap(({ account }) => (account === undefined ? [] : [account.login[1]])));
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !names.has(name) && !values.has(value ?? '')),
  );
};
