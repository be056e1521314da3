import { Failure } from '../../core/failure.ts';
import { quote, suggest } from '../../core/invalid-value.ts';
import { parseHostNames } from '../../core/origin.ts';
import type { Vendor } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import { checkPublicField, checkSecret } from '../../system/config/secrets.ts';
import type { Prompts } from '../../system/terminal/prompt.ts';

/** Credential values by field key, without the secret. */
export type PublicFields = Readonly<Record<string, string>>;

/** The key of a profile that names its private media hosts. */
const HOSTS_KEY = 'private_media_hosts';

/** The settings of `--set`, without that of the private media hosts, and these as stored. Throws a usage failure. */
export const takePrivateHosts = (
  settings: readonly string[],
): { readonly fields: readonly string[]; readonly hosts: Pick<StoredProfile, typeof HOSTS_KEY> } => {
  const isHosts = (setting: string): boolean => setting.startsWith(`${HOSTS_KEY}=`);
  const names = settings
    .filter(isHosts)
    .flatMap((setting) => parseHostNames(setting.slice(HOSTS_KEY.length + 1), `--set ${HOSTS_KEY}`));
  return {
    fields: settings.filter((setting) => !isHosts(setting)),
    hosts: names.length === 0 ? {} : { [HOSTS_KEY]: names.join(',') },
  };
};

/** The values of `--set`: any of the fields that are not secret. Throws a usage failure. */
export const readSetFlags = (vendor: Vendor, settings: readonly string[]): PublicFields => {
  const fields: Record<string, string> = {};
  for (const setting of settings) {
    const [, key = '', value = ''] = /^([\w-]{1,40})=(.*)$/s.exec(setting) ?? [];
    const field = vendor.fields.find((candidate) => candidate.key === key);
    if (field?.secret === true) {
      throw new Failure('usage', `--set does not accept secrets such as ${key}`, {
        hint: 'Enter it at the prompt, pipe it to stdin, or use --secret-env or --secret-command',
      });
    }
    if (field === undefined) {
      const valid = vendor.fields.filter(({ secret }) => !secret).map((candidate) => candidate.key);
      // Text without `=` is not repeated: it may be a secret typed in the wrong place.
      const problem = key === '' ? 'a value has no "="' : `${quote(key)} is not a field of ${vendor.title}`;
      throw new Failure(
        'usage',
        `--set: ${problem}`,
        key === '' ? { hint: `Use --set ${valid[0]}=…` } : suggest('--set', key, [...valid, HOSTS_KEY]),
      );
    }
    fields[key] = asUsage(() => checkPublicField(value, `--set ${key}`));
  }
  return fields;
};

/** The first, which is the shortest, authentication method that includes every given field. */
export const methodFor = (vendor: Vendor, fields: PublicFields): readonly string[] =>
  possibleMethods(vendor, fields)[0] ?? [];

const possibleMethods = (vendor: Vendor, fields: PublicFields): Vendor['authMethods'] =>
  vendor.authMethods.filter((keys) => Object.keys(fields).every((key) => keys.includes(key)));

/** Throws a usage failure that names the missing fields of an authentication method. */
export const requireFields = (vendor: Vendor, fields: PublicFields): void => {
  const missing = missingFields(vendor, methodFor(vendor, fields), fields);
  if (missing.length === 0) return;
  throw new Failure(
    'usage',
    `${vendor.title} requires ${missing.map(({ key, label }) => `${key} (${label})`).join(' and ')}`,
    { hint: `Add ${missing.map(({ key }) => `--set ${key}=…`).join(' ')}` },
  );
};

/** Prompts for the missing fields, and first for the authentication method if several are possible. */
export const promptFields = async (vendor: Vendor, given: PublicFields, prompts: Prompts): Promise<PublicFields> => {
  const methods = possibleMethods(vendor, given);
  const method = methods.length > 1 ? await promptMethod(vendor, methods, prompts) : methodFor(vendor, given);
  const fields: Record<string, string> = { ...given };
  for (const { key, label, hint } of missingFields(vendor, method, given)) {
    fields[key] = await prompts.text(`${label} (${hint})`, {
      check: (text) => (text === '' ? `Enter the ${label}` : errorTextOf(() => checkField(vendor, key, text))),
    });
  }
  return fields;
};

const promptMethod = async (
  vendor: Vendor,
  methods: Vendor['authMethods'],
  prompts: Prompts,
): Promise<readonly string[]> => {
  const choices = methods.map((keys) => ({
    value: keys.join(' '),
    label: keys.map((key) => vendor.fields.find((field) => field.key === key)?.label ?? key).join(', '),
  }));
  const chosen = await prompts.select('Authentication method', choices);
  return chosen.split(' ');
};

const missingFields = (vendor: Vendor, method: readonly string[], fields: PublicFields): Vendor['fields'] =>
  vendor.fields.filter(({ key, secret }) => !secret && method.includes(key) && fields[key] === undefined);

/** Throws for an impossible value, and for one from which the vendor cannot derive its server. */
const checkField = (vendor: Vendor, key: string, text: string): void => {
  checkPublicField(text, key);
  if (key === vendor.authMethods[0]?.[0]) vendor.origin({ [key]: text });
};

const errorTextOf = (check: () => void): string | undefined => {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return [error.message, error.hint].filter(Boolean).join('. ');
    throw error;
  }
};

/** `checkSecret` for a value from the user: an invalid one is a usage failure. */
export const checkCredentialValue = (value: string, name: string): string => asUsage(() => checkSecret(value, name));

const asUsage = (check: () => string): string => {
  try {
    return check();
  } catch (error) {
    if (error instanceof Failure) throw new Failure('usage', error.message, { hint: error.hint });
    throw error;
  }
};
