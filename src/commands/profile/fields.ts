import { Failure } from '../../core/failure.ts';
import { quote, suggest } from '../../core/invalid-value.ts';
import { parseHostNames } from '../../core/origin.ts';
import type { Vendor } from '../../core/provider.ts';
import type { StoredProfile } from '../../system/config/profiles.ts';
import { checkPublicField, checkSecret } from '../../system/config/secrets.ts';
import type { Prompts } from '../../system/terminal/prompt.ts';
import { publicFields } from './stored-fields.ts';

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

/** Throws a usage failure for a value that has not the form its vendor documents. */
export const checkForms = (vendor: Vendor, fields: PublicFields): void => {
  for (const [key, value] of Object.entries(fields)) {
    const problem = formProblem(vendor, key, value);
    if (problem === undefined) continue;
    // Without the value, which may be a secret typed in the wrong place.
    throw new Failure('usage', `--set ${key}: this ${problem}`);
  }
};

/** `is not a valid Auth ID: MA or SA and 18 characters, …`; undefined for a value of the documented form. */
const formProblem = (vendor: Vendor, key: string, value: string): string | undefined => {
  const field = vendor.fields.find((candidate) => candidate.key === key);
  if (field?.form === undefined || field.form.test(value)) return undefined;
  return `is not a valid ${field.label}: ${field.hint}`;
};

/**
 * Prompts for the missing fields, and first for the authentication method if several are possible. `hasForm`: the values must have
 * the form that the vendor documents.
 */
export const promptFields = async (
  vendor: Vendor,
  given: PublicFields,
  hasForm: boolean,
  prompts: Prompts,
): Promise<PublicFields> => {
  const methods = possibleMethods(vendor, given);
  const method = methods.length > 1 ? await promptMethod(vendor, methods, prompts) : methodFor(vendor, given);
  const fields: Record<string, string> = { ...given };
  for (const field of missingFields(vendor, method, given))
    fields[field.key] = await promptField(vendor, field, undefined, hasForm, prompts);
  return fields;
};

/** Prompts for the fields of a profile, with its values as defaults. */
export const promptAgain = async (
  vendor: Vendor,
  stored: StoredProfile,
  prompts: Prompts,
): Promise<StoredProfile['credentials']> => {
  const fields: Record<string, string> = { ...stored.credentials };
  const known = publicFields(stored);
  for (const field of vendor.fields.filter(({ key }) => Object.hasOwn(known, key)))
    fields[field.key] = await promptField(vendor, field, known[field.key], stored.base_url === undefined, prompts);
  return fields;
};

/**
 * Prompts for a field. A value that has not the documented form is refused; without `hasForm`, for a server that may have others,
 * only until it is entered again.
 */
const promptField = async (
  vendor: Vendor,
  { key, label, hint }: Vendor['fields'][number],
  defaultValue: string | undefined,
  hasForm: boolean,
  prompts: Prompts,
): Promise<string> => {
  let refused: string | undefined;
  const text = await prompts.text(`${label} (${hint})`, {
    ...(defaultValue === undefined ? {} : { defaultValue }),
    check: (typed) => {
      if (typed === '') return `Enter the ${label}`;
      const impossible = errorTextOf(() => checkField(vendor, key, typed));
      const problem = formProblem(vendor, key, typed);
      if (impossible !== undefined || problem === undefined) return impossible;
      if (hasForm) return `This ${problem}`;
      const isConfirmed = refused === typed;
      refused = typed;
      return isConfirmed ? undefined : `This ${problem}. Press Enter again to use it with this server`;
    },
  });
  return text === '' ? (defaultValue ?? '') : text;
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

export const errorTextOf = (check: () => void): string | undefined => {
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
