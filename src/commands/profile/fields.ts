import { Failure } from '../../core/failure.ts';
import type { Vendor } from '../../core/provider.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import { checkSecret } from '../../system/config/secrets.ts';
import type { Questions } from '../../system/terminal/prompt.ts';

/** Credentials by their keys, without the secret one. */
export type OpenFields = Readonly<Record<string, string>>;

/** The values after `--set`: fields that are no secret, not necessarily all. */
export const readSettings = (family: Vendor, settings: readonly string[]): OpenFields => {
  const fields: Record<string, string> = {};
  for (const setting of settings) {
    const [, key = '', value = ''] = /^([\w-]{1,40})=(.*)$/s.exec(setting) ?? [];
    const field = family.fields.find((candidate) => candidate.key === key);
    if (field?.secret === true) {
      throw new Failure('usage', `--set takes no secret, and ${key} is one`, {
        hint: 'Leave it out: it is asked for, read from stdin, or taken by --secret-env or --secret-command',
      });
    }
    if (field === undefined) {
      const open = family.fields.filter(({ secret }) => !secret).map(({ key: own }) => own);
      throw new Failure('usage', '--set: no such field', {
        hint: didYouMean(key, open) ?? `${family.title} has ${open.join(', ')}`,
      });
    }
    fields[key] = usable(value, `--set ${key}`);
  }
  return fields;
};

/** The way in that has a place for every given field: the shortest such. */
export const loginFor = (family: Vendor, fields: OpenFields): readonly string[] => waysIn(family, fields)[0] ?? [];

const waysIn = (family: Vendor, fields: OpenFields): Vendor['authMethods'] =>
  family.authMethods.filter((keys) => Object.keys(fields).every((key) => keys.includes(key)));

/** Fails with what is missing of the fields of a way in. */
export const requireFields = (family: Vendor, fields: OpenFields): void => {
  const missing = missingOf(family, loginFor(family, fields), fields);
  if (missing.length === 0) return;
  throw new Failure(
    'usage',
    `${family.title} needs ${missing.map(({ key, label }) => `${key} (${label})`).join(' and ')}`,
    { hint: `Add ${missing.map(({ key }) => `--set ${key}=…`).join(' ')}` },
  );
};

/** Asks for what is missing, in the way in that is chosen where there are several. */
export const askFields = async (family: Vendor, given: OpenFields, questions: Questions): Promise<OpenFields> => {
  const ways = waysIn(family, given);
  const login = ways.length > 1 ? await askLogin(family, ways, questions) : loginFor(family, given);
  const fields: Record<string, string> = { ...given };
  for (const { key, label, where } of missingOf(family, login, given)) {
    fields[key] = await questions.text(`${label} (${where})`, {
      check: (text) => (text === '' ? `Type the ${label}` : problemOf(() => checkField(family, key, text))),
    });
  }
  return fields;
};

const askLogin = async (
  family: Vendor,
  ways: Vendor['authMethods'],
  questions: Questions,
): Promise<readonly string[]> => {
  const labelled = ways.map((keys) => ({
    value: keys.join(' '),
    label: keys.map((key) => family.fields.find((field) => field.key === key)?.label ?? key).join(', '),
  }));
  const chosen = await questions.choice(`What does recx log in with at ${family.title}?`, labelled);
  return chosen.split(' ');
};

const missingOf = (family: Vendor, login: readonly string[], fields: OpenFields): Vendor['fields'] =>
  family.fields.filter(({ key, secret }) => !secret && login.includes(key) && fields[key] === undefined);

/** Throws for a value that no credential has, and for a field that alone leads to no server. */
const checkField = (family: Vendor, key: string, text: string): void => {
  checkSecret(text, key);
  if (key === family.authMethods[0]?.[0]) family.origin({ [key]: text });
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
export const usable = (value: string, name: string): string => {
  try {
    return checkSecret(value, name);
  } catch (error) {
    if (error instanceof Failure) throw new Failure('usage', error.message, { hint: error.hint });
    throw error;
  }
};
