import type { Command } from 'commander';
import { Failure } from '../core/failure.ts';
import { together } from '../core/listing.ts';
import { originOf } from '../core/origin.ts';
import type { Family } from '../core/provider.ts';
import { drain } from '../core/sink.ts';
import type { Column } from '../core/view.ts';
import { families } from '../providers/index.ts';
import { type Configuration, changeConfiguration, readConfiguration, type StoredProfile } from '../system/profiles.ts';
import { askSecret, canAsk } from '../system/prompt.ts';
import { checkSecret, readSecretLine, type StoredSecret } from '../system/secrets.ts';
import { screenSink } from '../system/terminal.ts';
import { DEMO, familyNamed, profileNamed, withSources } from './accounts.ts';
import { type Context, type Define, examples } from './context.ts';
import { addFormatOption, readPlainOutput } from './options.ts';

export const define: Define = (command, start) => {
  const subcommand = (usage: string, summary: string, lines: readonly string[]): Command =>
    command.command(usage).description(summary).addHelpText('after', examples(lines));

  subcommand('add <name>', 'store a profile; the secret is asked for, or read from stdin', [
    'recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
    'pass show plivo | recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
    "recx profile add sw --provider signalwire --set space=example --set project_id=… --secret-command 'pass show sw'",
  ])
    .requiredOption('--provider <name>', families.map(({ name }) => name).join(', '))
    .option('--set <key=value>', 'a field that is no secret (repeatable); see recx providers', collect)
    .option('--base-url <url>', "another address of the provider's servers: a region, a proxy, a test server")
    .option('--secret-env <variable>', 'take the secret from this environment variable at each run')
    .option('--secret-command <command>', 'take the secret from the first line this command prints at each run')
    .action((name: string, options: AddOptions) => add(name, options, start()));
  addFormatOption(
    subcommand('list', 'the stored profiles', ['recx profile list', 'recx profile list -o json', 'recx profile ls']),
  )
    .alias('ls')
    .action((options: { readonly output?: string }) => list(options, start()));
  addFormatOption(
    subcommand('show <name>', 'one profile, without its secret', [
      'recx profile show work',
      'recx profile show work -o json',
    ]),
  ).action((name: string, options: { readonly output?: string }) => show(name, options, start()));
  subcommand('use <name>', 'choose the profile of commands without --profile', [
    'recx profile use work',
    'recx profile use demo',
  ]).action((name: string) => use(name, start()));
  subcommand('remove <name>', 'forget a profile and its secret', ['recx profile remove work', 'recx profile rm work'])
    .alias('rm')
    .action((name: string) => remove(name, start()));
  addFormatOption(
    subcommand('check [name]', 'ask each API once and say what works', [
      'recx profile check work',
      'recx profile check work --api relay',
    ]),
  )
    .option('--api <name>', 'only this API (repeatable; default: all)', collect)
    .action((name: string | undefined, options: CheckOptions) => check(name, options, start()));
};

interface AddOptions {
  readonly provider: string;
  readonly set?: readonly string[];
  readonly baseUrl?: string;
  readonly secretEnv?: string;
  readonly secretCommand?: string;
}

const add = async (name: string, options: AddOptions, context: Context): Promise<void> => {
  const { world, log } = context;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) || name === DEMO) {
    const why = name === DEMO ? 'demo is the built-in profile' : 'that cannot be the name of a profile';
    throw new Failure('usage', why, { hint: 'Use up to 64 letters, digits, dots, dashes and underscores' });
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
      throw new Failure('usage', '--set: no such field', { hint: `${family.title} has ${open.join(', ')}` });
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
    if (error instanceof Failure)
      throw new Failure('usage', error.message, error.hint === undefined ? {} : { hint: error.hint });
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

/** A profile as it may be shown: never its secret. */
interface ShownProfile {
  readonly name: string;
  readonly stored: StoredProfile;
  readonly current: boolean;
}

const profileColumns: readonly Column<ShownProfile>[] = [
  { key: 'name', title: 'Name', help: '', value: ({ name }) => name, rank: 0, whole: true },
  { key: 'provider', title: 'Provider', help: '', value: ({ stored }) => stored.provider, rank: 1 },
  {
    key: 'current',
    title: 'Current',
    help: '',
    value: ({ current }) => current,
    friendly: ({ current }) => (current ? 'yes' : ''),
    rank: 2,
  },
  {
    key: 'credentials',
    title: 'Credentials',
    help: '',
    value: ({ stored }) => stored.credentials,
    friendly: ({ stored }) =>
      Object.entries(stored.credentials)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    rank: 4,
  },
  { key: 'secret', title: 'Secret', help: '', value: ({ stored }) => secretPlace(stored.secret), rank: 3 },
  { key: 'base_url', title: 'Base URL', help: '', value: ({ stored }) => stored.base_url ?? null, rank: 5 },
];

const secretPlace = (secret: StoredSecret | undefined): string | null => {
  if (secret === undefined) return null;
  if ('env' in secret) return `from ${secret.env}`;
  return 'command' in secret ? 'from a command' : 'stored';
};

const shownProfiles = ({ profiles, current }: Configuration): readonly ShownProfile[] =>
  Object.entries(profiles).map(([name, stored]) => ({ name, stored, current: name === current }));

const list = async (options: { readonly output?: string }, context: Context): Promise<void> => {
  const { world, log } = context;
  const shown = shownProfiles(await readConfiguration(world));
  if (shown.length === 0 && world.out.isTTY) log.say('No profiles yet: recx profile add --help shows how.');
  const { format, view } = await readPlainOutput(options, profileColumns, context);
  await drain(format(together(shown), view), screenSink(world.out));
};

const show = async (name: string, options: { readonly output?: string }, context: Context): Promise<void> => {
  const configuration = await readConfiguration(context.world);
  const stored = profileNamed(name, configuration);
  const { format, view } = await readPlainOutput(options, profileColumns, context);
  const row = { name, stored, current: name === configuration.current };
  await drain(format(together([row]), { ...view, single: true, cards: true }), screenSink(context.world.out));
};

const use = async (name: string, { world }: Context): Promise<void> =>
  changeConfiguration(world, (configuration) => {
    if (name !== DEMO) profileNamed(name, configuration);
    return { ...configuration, current: name };
  });

const remove = async (name: string, { world }: Context): Promise<void> =>
  changeConfiguration(world, (configuration) => {
    profileNamed(name, configuration);
    const { [name]: _, ...profiles } = configuration.profiles;
    const { current, ...rest } = configuration;
    return { ...rest, profiles, ...(current === undefined || current === name ? {} : { current }) };
  });

interface CheckOptions {
  readonly output?: string;
  readonly api?: readonly string[];
}

interface Checked {
  readonly profile: string;
  readonly provider: string;
  readonly api: string;
  readonly failure: Failure | undefined;
}

const checkColumns: readonly Column<Checked>[] = [
  { key: 'profile', title: 'Profile', help: '', value: ({ profile }) => profile, rank: 0 },
  { key: 'provider', title: 'Provider', help: '', value: ({ provider }) => provider, rank: 1 },
  { key: 'api', title: 'API', help: '', value: ({ api }) => api, rank: 2 },
  {
    key: 'ok',
    title: 'Works',
    help: '',
    value: ({ failure }) => failure === undefined,
    friendly: ({ failure }) => (failure ? 'no' : 'yes'),
    rank: 3,
  },
  { key: 'problem', title: 'Problem', help: '', value: ({ failure }) => failure?.message ?? null, rank: 4 },
];

const check = async (name: string | undefined, options: CheckOptions, context: Context): Promise<void> => {
  const chosen = { ...(name === undefined ? {} : { profile: [name] }), api: options.api ?? ['all'] };
  const { format, view } = await readPlainOutput(options, checkColumns, context);
  const results = await withSources(chosen, context, (sources) =>
    Promise.all(
      sources.map(async ({ profile, definition, provider }): Promise<Checked> => {
        const result = { profile, provider: definition.family.name, api: definition.api };
        try {
          await provider.pages({ atMost: 1 })[Symbol.asyncIterator]().next();
          return { ...result, failure: undefined };
        } catch (error) {
          if (error instanceof Failure)
            return { ...result, failure: new Failure(error.kind, context.log.clean(error.message)) };
          throw error;
        }
      }),
    ),
  );
  await drain(format(together(results), { ...view, chosen: true }), screenSink(context.world.out));
  const failed = results.find(({ failure }) => failure !== undefined)?.failure;
  if (failed !== undefined) throw failed;
};

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
