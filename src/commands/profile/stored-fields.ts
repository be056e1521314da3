import { vendors } from '../../providers/index.ts';
import { type Configuration, changeConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import { isVariableName } from '../../system/config/secrets.ts';
import type { Runtime } from '../../system/runtime.ts';

// A file edited by hand may have secrets where recx stores none.

/** The keys of a provider's fields: those that are secret, or the others. None for an unknown provider. */
const fieldKeys = (provider: string, wanted: 'secret' | 'public'): readonly string[] =>
  (vendors.find(({ name }) => name === provider)?.fields ?? [])
    .filter(({ secret }) => secret === (wanted === 'secret'))
    .map(({ key }) => key);

/** The stored fields that the provider declares as not secret. */
export const publicFields = ({ provider, credentials }: StoredProfile): Readonly<Record<string, string>> => {
  const keys = fieldKeys(provider, 'public');
  return Object.fromEntries(Object.entries(credentials).filter(([key]) => keys.includes(key)));
};

/** Where the secret is read from. */
export const secretSource = (stored: StoredProfile): string | null => {
  const { secret } = withSecretApart(stored);
  if (secret === undefined) return null;
  if ('env' in secret) return isVariableName(secret.env) ? `from ${secret.env}` : 'from a variable';
  return 'command' in secret ? 'from a command' : 'stored';
};

/** The base URL without credentials, path and query. */
export const publicAddress = ({ base_url: address }: StoredProfile): string | null => {
  if (address === undefined) return null;
  const origin = URL.canParse(address) ? new URL(address).origin : 'null';
  return origin === 'null' ? 'invalid' : origin;
};

/** `changeConfiguration`, which also moves secrets among the other fields to where they belong. */
export const changeProfiles = (
  runtime: Runtime,
  change: (configuration: Configuration) => Configuration,
): Promise<void> =>
  changeConfiguration(runtime, ({ profiles, ...rest }) =>
    change({
      ...rest,
      profiles: Object.fromEntries(Object.entries(profiles).map(([name, stored]) => [name, withSecretApart(stored)])),
    }),
  );

/** The profile with its secret apart from the other fields; unchanged if it has several secrets. */
export const withSecretApart = (stored: StoredProfile): StoredProfile => {
  const [field, another] = fieldKeys(stored.provider, 'secret').filter((key) => stored.credentials[key] !== undefined);
  if (field === undefined || another !== undefined) return stored;
  const { [field]: value = '', ...credentials } = stored.credentials;
  if (stored.secret === undefined) return { ...stored, credentials, secret: { field, value } };
  return stored.secret.field === field ? { ...stored, credentials } : stored;
};
