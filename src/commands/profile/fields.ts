import { Failure } from '../../core/failure.ts';
import type { Vendor } from '../../core/provider.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { checkSecret } from '../../system/config/secrets.ts';
import type { Prompts } from '../../system/terminal/prompt.ts';

/** Credentials by their keys, without the secret one. */
export type OpenFields = Readonly<Record<string, string>>;

/** The values after `--set`: fields that are no secret, not necessarily all. */
export const readSetFlags = (vendor: Vendor, settings: readonly string[]): OpenFields => {
  const fields: Record<string, string> = {};
  for (const setting of settings) {
    const [, key = '', value = ''] = /^([\w-]{1,40})=(.*)$/s.exec(setting) ?? [];
    const field = vendor.fields.find((candidate) => candidate.key === key);
    if (field?.secret === true) {
      throw new Failure('usage', `--set takes no secret, and ${key} is one`, {
        hint: 'Leave it out: it is asked for, read from stdin, or taken by --secret-env or --secret-command',
      });
    }
    if (field === undefined) {
      const open = vendor.fields.filter(({ secret }) => !secret).map(({ key: own }) => own);
      throw new Failure('usage', '--set: no such field', {
        hint: didYouMean(key, open) ?? `${vendor.title} has ${open.join(', ')}`,
      });
    }
    fields[key] = cleanSecret(value, `--set ${key}`);
  }
  return fields;
};

/** The way in that has a place for every given field: the shortest such. */
export const methodFor = (vendor: Vendor, fields: OpenFields): readonly string[] =>
  methodNames(vendor, fields)[0] ?? [];

const methodNames = (vendor: Vendor, fields: OpenFields): Vendor['authMethods'] =>
  vendor.authMethods.filter((keys) => Object.keys(fields).every((key) => keys.includes(key)));

/** Fails with what is missing of the fields of a way in. */
export const requireFields = (vendor: Vendor, fields: OpenFields): void => {
  const missing = missingOf(vendor, methodFor(vendor, fields), fields);
  if (missing.length === 0) return;
  throw new Failure(
    'usage',
    `${vendor.title} needs ${missing.map(({ key, label }) => `${key} (${label})`).join(' and ')}`,
    { hint: `Add ${missing.map(({ key }) => `--set ${key}=…`).join(' ')}` },
  );
};

/** Asks for what is missing, in the way in that is chosen where there are several. */
export const askFields = async (vendor: Vendor, given: OpenFields, questions: Prompts): Promise<OpenFields> => {
  const ways = methodNames(vendor, given);
  const login = ways.length > 1 ? await askMethod(vendor, ways, questions) : methodFor(vendor, given);
  const fields: Record<string, string> = { ...given };
  for (const { key, label, where } of missingOf(vendor, login, given)) {
    fields[key] = await questions.text(`${label} (${where})`, {
      check: (text) => (text === '' ? `Type the ${label}` : problemOf(() => checkField(vendor, key, text))),
    });
  }
  return fields;
};

const askMethod = async (
  vendor: Vendor,
  ways: Vendor['authMethods'],
  questions: Prompts,
): Promise<readonly string[]> => {
  const labelled = ways.map((keys) => ({
    value: keys.join(' '),
    label: keys.map((key) => vendor.fields.find((field) => field.key === key)?.label ?? key).join(', '),
  }));
  const chosen = await questions.select(`What does recx log in with at ${vendor.title}?`, labelled);
  return chosen.split(' ');
};

const missingOf = (vendor: Vendor, login: readonly string[], fields: OpenFields): Vendor['fields'] =>
  vendor.fields.filter(({ key, secret }) => !secret && login.includes(key) && fields[key] === undefined);

/** Throws for a value that no credential has, and for a field that alone leads to no server. */
const checkField = (vendor: Vendor, key: string, text: string): void => {
  checkSecret(text, key);
  if (key === vendor.authMethods[0]?.[0]) vendor.origin({ [key]: text });
};

const problemOf = (check: () => void): string | undefined => {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return [error.message, error.hint].filter(Boolean).join('. ');
    throw error;
  }
};

/** What a user typed, checked like any credential; here a wrong one is a usage error. */
export const cleanSecret = (value: string, name: string): string => {
  try {
    return checkSecret(value, name);
  } catch (error) {
    if (error instanceof Failure) throw new Failure('usage', error.message, { hint: error.hint });
    throw error;
  }
};
