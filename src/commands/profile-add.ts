import { Failure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import { originOf } from '../core/origin.ts';
import type { Family } from '../core/provider.ts';
import { families } from '../providers/index.ts';
import { changeConfiguration, readConfiguration, type StoredProfile } from '../system/profiles.ts';
import { askSecret, canAsk } from '../system/prompt.ts';
import { checkSecret, readSecretLine, type StoredSecret } from '../system/secrets.ts';
import { DEMO, familyNamed } from './accounts.ts';
import type { Context } from './context.ts';

export interface AddOptions {
  readonly provider?: string;
  readonly set?: readonly string[];
  readonly baseUrl?: string;
  readonly secretEnv?: string;
  readonly secretCommand?: string;
}

/** Stores a new profile. */
export const add = async (name: string, options: AddOptions, context: Context): Promise<void> => {
  const { world, log } = context;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) || name === DEMO) {
    const why = name === DEMO ? 'demo is the built-in profile' : 'that cannot be the name of a profile';
    throw new Failure('usage', why, { hint: 'Use up to 64 letters, digits, dots, dashes and underscores' });
  }
  if (options.provider === undefined) {
    const names = families.map((family) => family.name);
    throw new Failure('usage', '--provider is missing', { hint: `Add --provider with one of ${names.join(', ')}` });
  }
  const family = familyNamed(options.provider);
  const credentials = readFields(family, options.set ?? []);
  if (options.baseUrl === undefined) family.origin(credentials);
  const { profiles } = await readConfiguration(world);
  if (Object.hasOwn(profiles, name)) throw taken(name);
  const secret = await readSecret(family, loginFor(family, credentials), options, context);
  const profile: StoredProfile = {
    provider: family.name,
    credentials,
    secret,
    ...(options.baseUrl === undefined ? {} : { base_url: originOf(options.baseUrl, '--base-url') }),
  };
  await changeConfiguration(world, (configuration) => {
    if (Object.hasOwn(configuration.profiles, name)) throw taken(name);
    return { ...configuration, profiles: { ...configuration.profiles, [name]: profile } };
  });
  if (world.err.isTTY) log.say(`saved profile "${name}"; try: recx profile check ${name}`);
};

const taken = (name: string): Failure =>
  new Failure('usage', `there is a profile "${name}" already`, {
    hint: `Run recx profile remove ${name}, then add it again`,
  });

/** The values after `--set`: the fields of one way in that are no secret, and no others. */
const readFields = (family: Family, settings: readonly string[]): Readonly<Record<string, string>> => {
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
  const missing = openFields(family, loginFor(family, fields)).filter(({ key }) => fields[key] === undefined);
  if (missing.length > 0) {
    throw new Failure(
      'usage',
      `${family.title} needs ${missing.map(({ key, label }) => `${key} (${label})`).join(' and ')}`,
      { hint: `Add ${missing.map(({ key }) => `--set ${key}=…`).join(' ')}` },
    );
  }
  return fields;
};

/** The way in that has a place for every given field: the shortest such. */
const loginFor = (family: Family, fields: Readonly<Record<string, string>>): readonly string[] =>
  family.logins.find((keys) => Object.keys(fields).every((key) => keys.includes(key))) ?? [];

const openFields = (family: Family, login: readonly string[]): Family['fields'] =>
  family.fields.filter(({ key, secret }) => !secret && login.includes(key));

/** What a user typed, checked like any credential; here a wrong one is a usage error. */
const usable = (value: string, name: string): string => {
  try {
    return checkSecret(value, name);
  } catch (error) {
    if (error instanceof Failure) throw new Failure('usage', error.message, { hint: error.hint });
    throw error;
  }
};

const readSecret = async (
  family: Family,
  login: readonly string[],
  options: AddOptions,
  { world, log }: Context,
): Promise<StoredSecret> => {
  const field = family.fields.find(({ key, secret }) => secret && login.includes(key));
  if (field === undefined) throw new Error(`${family.name} has no secret field`);
  const { secretEnv, secretCommand } = options;
  if (secretEnv !== undefined && secretCommand !== undefined) {
    throw new Failure('usage', 'use one of --secret-env and --secret-command');
  }
  if (secretEnv !== undefined) {
    if (!/^[A-Za-z_]\w{0,127}$/.test(secretEnv)) throw new Failure('usage', '--secret-env: not the name of a variable');
    return { field: field.key, env: secretEnv };
  }
  if (secretCommand !== undefined) {
    if (secretCommand.trim() === '') throw new Failure('usage', '--secret-command: the command is empty');
    return { field: field.key, command: secretCommand };
  }
  if (world.in.isTTY === true && !canAsk(world)) {
    throw new Failure('usage', 'there is no terminal to ask on without showing the secret', {
      hint: 'Leave stderr on the terminal, pipe the secret in, or use --secret-env or --secret-command',
    });
  }
  const given = canAsk(world) ? await askSecret(field.label, world) : await readSecretLine(world.in);
  log.conceal(given.trim());
  if (given.trim() === '') {
    throw new Failure('usage', `no ${field.label} was given`, {
      hint: 'Type it, pipe it in as one line, or use --secret-env or --secret-command',
    });
  }
  return { field: field.key, value: usable(given, `the ${field.label}`) };
};
