import { Failure } from '../../core/failure.ts';
import type { Credentials, Vendor } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import { checkPublicField, checkSecret, resolveSecret } from '../../system/config/secrets.ts';
import type { Runtime } from '../../system/runtime.ts';

/** Credentials from environment variables. Throws `credentials`, with the hint, if a variable is missing. */
export const environmentCredentials = (vendor: Vendor, { env }: Runtime, hint?: string): Credentials => {
  const keys = environmentMethod(vendor, env);
  if (keys === undefined) {
    const [required = []] = nearestMethods(vendor, (key) => Boolean(env[variableOf(vendor, key)]));
    const missing = required.map((key) => variableOf(vendor, key)).filter((name) => !env[name]);
    throw new Failure('credentials', `${vendor.title} requires ${missing.join(' and ')} in the environment`, { hint });
  }
  return Object.fromEntries(
    keys.map((key) => {
      const variable = variableOf(vendor, key);
      return [key, checkField(vendor, key, env[variable], variable)];
    }),
  );
};

const checkField = (vendor: Vendor, key: string, value = '', name: string): string => {
  const isSecret = vendor.fields.some((field) => field.key === key && field.secret);
  return (isSecret ? checkSecret : checkPublicField)(value, name);
};

/** The first authentication method whose variables are all set. */
export const environmentMethod = (vendor: Vendor, env: Runtime['env']): readonly string[] | undefined =>
  vendor.authMethods.find((keys) => keys.every((key) => env[variableOf(vendor, key)]));

/** The environment variable of a credential field. */
export const variableOf = (vendor: Vendor, key: string): string =>
  vendor.fields.find((field) => field.key === key)?.variable ?? key;

/** The credentials of a stored profile, including its secret. Throws `credentials` if a field is missing. */
export const storedCredentials = async (
  name: string,
  vendor: Vendor,
  stored: StoredProfile,
  runtime: Runtime,
): Promise<Credentials> => {
  const { secret } = stored;
  const known: Record<string, string> = { ...stored.credentials };
  if (secret !== undefined) known[secret.field] = await resolveSecret(secret, name, runtime);
  const [keys = []] = nearestMethods(vendor, (key) => Boolean(known[key]));
  const missing = keys.filter((key) => !known[key]);
  if (missing.length > 0) {
    throw new Failure('credentials', `profile "${name}" has no ${missing.join(' and no ')}`, {
      hint: `Remove the profile with recx profile remove ${name}, then add it again`,
    });
  }
  return Object.fromEntries(
    keys.map((key) => [key, checkField(vendor, key, known[key], `${key} of profile "${name}"`)]),
  );
};

/** The authentication methods, those with the fewest missing keys first; among equals, those with the most keys. */
const nearestMethods = (vendor: Vendor, has: (key: string) => boolean): readonly (readonly string[])[] => {
  const missing = (keys: readonly string[]): number => keys.filter((key) => !has(key)).length;
  return [...vendor.authMethods].sort((one, other) => missing(one) - missing(other) || other.length - one.length);
};
