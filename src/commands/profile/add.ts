import { Failure } from '../../core/failure.ts';
import { originOf } from '../../core/origin.ts';
import type { Vendor } from '../../core/provider.ts';
import { vendors } from '../../providers/index.ts';
import { changeConfiguration, readConfiguration, type StoredProfile } from '../../system/config/profiles.ts';
import { readSecretLine, type StoredSecret } from '../../system/config/secrets.ts';
import { openProgress } from '../../system/terminal/progress.ts';
import { canPrompt, openPrompts, type Prompts } from '../../system/terminal/prompt.ts';
import type { Context } from '../shared/context.ts';
import { DEMO, vendorNamed } from '../shared/select-profiles.ts';
import { withProfiles } from '../shared/sources.ts';
import { checkEach, worstFailure } from './check.ts';
import { askFields, cleanSecret, methodFor, readSetFlags, requireFields } from './fields.ts';

export interface AddOptions {
  readonly provider?: string;
  readonly set?: readonly string[];
  readonly baseUrl?: string;
  readonly secretEnv?: string;
  readonly secretCommand?: string;
  readonly check?: boolean;
}

/** Stores a new profile. On a terminal what is missing is asked for, and the credentials are tried before they are kept. */
export const addProfile = async (named: string | undefined, options: AddOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const questions = canPrompt(runtime) ? await openPrompts(runtime) : undefined;
  if (named !== undefined) checkName(named);
  const vendor = await readVendor(options.provider, questions);
  const { profiles, current } = await readConfiguration(runtime);
  const name = named ?? (await askName(vendor, Object.keys(profiles), questions));
  if (Object.hasOwn(profiles, name)) throw taken(name);
  const given = readSetFlags(vendor, options.set ?? []);
  const credentials = questions === undefined ? given : await askFields(vendor, given, questions);
  requireFields(vendor, credentials);
  if (options.baseUrl === undefined) vendor.origin(credentials);
  const base = options.baseUrl === undefined ? {} : { base_url: originOf(options.baseUrl, '--base-url') };
  const secret = await readSecret(vendor, methodFor(vendor, credentials), options, questions, context);
  const profile: StoredProfile = { provider: vendor.name, credentials, secret, ...base };

  const works =
    (options.check ?? questions !== undefined)
      ? await verifyCredentials(name, vendor, profile, questions, context)
      : '';
  const chosen =
    questions !== undefined &&
    current === undefined &&
    (await questions.confirm(`Use ${name} without --profile?`, true));
  await changeConfiguration(runtime, (configuration) => {
    if (Object.hasOwn(configuration.profiles, name)) throw taken(name);
    const kept = { ...configuration, profiles: { ...configuration.profiles, [name]: profile } };
    return chosen ? { ...kept, current: name } : kept;
  });
  if (runtime.err.isTTY) log.info(`saved profile "${name}"${works}; try: recx list${chosen ? '' : ` -p ${name}`}`);
};

const checkName = (name: string): void => {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new Failure('usage', problem, { hint: NAME_RULES });
};

const NAME_RULES = 'Use up to 64 letters, digits, dots, dashes and underscores';
const nameProblem = (name: string): string | undefined => {
  if (name === DEMO) return 'demo is the built-in profile';
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) ? undefined : 'that cannot be the name of a profile';
};

const readVendor = async (name: string | undefined, questions: Prompts | undefined): Promise<Vendor> => {
  if (name !== undefined) return vendorNamed(name);
  if (questions === undefined) {
    const names = vendors.map((vendor) => vendor.name);
    throw new Failure('usage', '--provider is missing', { hint: `Add --provider with one of ${names.join(', ')}` });
  }
  const choices = vendors.map((vendor) => ({ value: vendor.name, label: vendor.title }));
  return vendorNamed(await questions.select('Whose account is it?', choices));
};

const askName = (vendor: Vendor, alreadyExists: readonly string[], questions: Prompts | undefined): Promise<string> => {
  if (questions === undefined) {
    throw new Failure('usage', 'the name of the profile is missing', { hint: 'See recx profile add --help' });
  }
  return questions.text('A name for it, for --profile', {
    ...(alreadyExists.includes(vendor.name) ? {} : { defaultValue: vendor.name }),
    check: (text) => {
      if (alreadyExists.includes(text)) return `There is a profile "${text}" already`;
      return nameProblem(text) === undefined ? undefined : NAME_RULES;
    },
  });
};

const taken = (name: string): Failure =>
  new Failure('usage', `there is a profile "${name}" already`, {
    hint: `Run recx profile remove ${name}, then add it again`,
  });

/** Asks each API once and gives what works in words. When none does, the user decides whether to keep the profile. */
const verifyCredentials = async (
  name: string,
  vendor: Vendor,
  stored: StoredProfile,
  questions: Prompts | undefined,
  context: Context,
): Promise<string> => {
  const { runtime, log, settings } = context;
  const progress = openProgress(runtime, settings.quiet || log.format === 'json');
  progress.update(`asking ${vendor.title}`);
  const results = await withProfiles([{ name, vendor, stored }], [], context, (sources) =>
    checkEach(sources, context),
  ).finally(() => progress.stop());
  const working = results.filter(({ failure }) => failure === undefined).map(({ api }) => api);
  const failure = worstFailure(results);
  if (working.length > 0) {
    if (failure !== undefined) log.warn(failure.message, failure.hint);
    return `, which works (${working.join(', ')})`;
  }
  if (failure === undefined) return '';
  if (questions !== undefined) {
    log.error(new Failure(failure.kind, failure.message));
    // Refused credentials stay so; a server that is down may be up tomorrow.
    if (await questions.confirm('Save it all the same?', failure.kind !== 'credentials'))
      return ', which does not work yet';
  }
  throw new Failure(failure.kind, questions === undefined ? failure.message : 'nothing was saved', {
    ...(questions === undefined ? { hint: 'Nothing was saved' } : {}),
  });
};

const readSecret = async (
  vendor: Vendor,
  login: readonly string[],
  options: AddOptions,
  questions: Prompts | undefined,
  { runtime, log }: Context,
): Promise<StoredSecret> => {
  const field = vendor.fields.find(({ key, secret }) => secret && login.includes(key));
  if (field === undefined) throw new Error(`${vendor.name} has no secret field`);
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
  if (runtime.in.isTTY === true && questions === undefined) {
    throw new Failure('usage', 'there is no terminal to ask on without showing the secret', {
      hint: 'Leave stderr on the terminal, pipe the secret in, or use --secret-env or --secret-command',
    });
  }
  const asked = questions?.secret(`${field.label} (${field.where}; it is not shown)`);
  const given = (await asked) ?? (await readSecretLine(runtime.in));
  log.redact(given.trim());
  if (given.trim() === '') {
    throw new Failure('usage', `no ${field.label} was given`, {
      hint: 'Type it, pipe it in as one line, or use --secret-env or --secret-command',
    });
  }
  return { field: field.key, value: cleanSecret(given, `the ${field.label}`) };
};
