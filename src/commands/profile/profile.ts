import type { Command } from 'commander';
import { singleBatch } from '../../core/listing.ts';
import { drain } from '../../core/sink.ts';
import type { Column } from '../../core/view.ts';
import { vendors } from '../../providers/index.ts';
import {
  type Configuration,
  changeConfiguration,
  readConfiguration,
  type StoredProfile,
} from '../../system/config/profiles.ts';
import type { StoredSecret } from '../../system/config/secrets.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import { type Context, type Define, examples } from '../shared/context.ts';
import { addFormatOption, appendValue, readPlainOutput } from '../shared/options.ts';
import { DEMO, profileNamed } from '../shared/select-profiles.ts';
import { type AddOptions, addProfile } from './add.ts';
import { type CheckOptions, checkProfile } from './check.ts';

export const define: Define = (command, start) => {
  const subcommand = (usage: string, summary: string, lines: readonly string[]): Command =>
    command.command(usage).description(summary).addHelpText('after', examples(lines));
  command.addHelpText(
    'after',
    examples([
      'recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
      'recx profile list',
      'recx profile check work',
    ]),
  );

  subcommand('add [name]', 'store a profile; on a terminal what is missing is asked for, and tried', [
    'recx profile add',
    'recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
    'pass show plivo | recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
    "recx profile add sw --provider signalwire --set space=example --set project_id=XXXXXXXX --secret-command 'pass show sw'",
  ])
    .option('--provider <name>', vendors.map(({ name }) => name).join(', '))
    .option('--set <key=value>', 'a field that is no secret (repeatable); see recx providers', appendValue)
    .option('--base-url <url>', "another address of the provider's servers: a region, a proxy, a test server")
    .option('--secret-env <variable>', 'take the secret from this environment variable at each run')
    .option('--secret-command <command>', 'take the secret from the first line this command prints at each run')
    .option('--check', 'ask each API once before it is saved (default: on a terminal)')
    .option('--no-check', 'save it as it is')
    .action((name: string | undefined, options: AddOptions) => addProfile(name, options, start()));
  addFormatOption(
    subcommand('list', 'the stored profiles', ['recx profile list', 'recx profile list -o json', 'recx profile ls']),
  )
    .alias('ls')
    .action((options: { readonly output?: string }) => list(options, start()));
  addFormatOption(
    subcommand('show <name>', 'one profile, without its secret', [
      'recx profile show work',
      'recx profile show work -o json',
      'recx profile show work -o json | jq -r .provider',
    ]),
  ).action((name: string, options: { readonly output?: string }) => show(name, options, start()));
  subcommand('use <name>', 'choose the profile of commands without --profile', [
    'recx profile use work',
    'recx profile use demo',
    'recx profile use work && recx list',
  ]).action((name: string) => use(name, start()));
  subcommand('remove <name>', 'forget a profile and its secret', [
    'recx profile remove work',
    'recx profile rm work',
    'recx profile remove work && recx profile list',
  ])
    .alias('rm')
    .action((name: string) => remove(name, start()));
  addFormatOption(
    subcommand('check [name]', 'ask each API once and say what works', [
      'recx profile check work',
      'recx profile check work --api voice',
      'recx profile check demo -o csv',
    ]),
  )
    .option('--api <name>', 'only this API (repeatable; default: all)', appendValue)
    .action((name: string | undefined, options: CheckOptions) => checkProfile(name, options, start()));
};

/** A profile as it may be shown: never its secret. */
interface ShownProfile {
  readonly name: string;
  readonly stored: StoredProfile;
  readonly current: boolean;
}

const profileColumns: readonly Column<ShownProfile>[] = [
  { key: 'name', title: 'Name', value: ({ name }) => name, rank: 0, whole: true },
  { key: 'provider', title: 'Provider', value: ({ stored }) => stored.provider, rank: 1 },
  {
    key: 'current',
    title: 'Current',
    value: ({ current }) => current,
    friendly: ({ current }) => (current ? 'yes' : ''),
    rank: 2,
  },
  {
    key: 'credentials',
    title: 'Credentials',
    value: ({ stored }) => stored.credentials,
    friendly: ({ stored }) =>
      Object.entries(stored.credentials)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    rank: 4,
  },
  { key: 'secret', title: 'Secret', value: ({ stored }) => secretPlace(stored.secret), rank: 3 },
  { key: 'base_url', title: 'Base URL', value: ({ stored }) => stored.base_url ?? null, rank: 5 },
];

const secretPlace = (secret: StoredSecret | undefined): string | null => {
  if (secret === undefined) return null;
  if ('env' in secret) return `from ${secret.env}`;
  return 'command' in secret ? 'from a command' : 'stored';
};

const shownProfiles = ({ profiles, current }: Configuration): readonly ShownProfile[] =>
  Object.entries(profiles).map(([name, stored]) => ({ name, stored, current: name === current }));

const list = async (options: { readonly output?: string }, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const shown = shownProfiles(await readConfiguration(runtime));
  if (shown.length === 0 && runtime.out.isTTY) log.info('No profiles yet: recx profile add --help shows how.');
  const { format, view } = await readPlainOutput(options, profileColumns, context);
  await drain(format(singleBatch(shown), view), streamSink(runtime.out));
};

const show = async (name: string, options: { readonly output?: string }, context: Context): Promise<void> => {
  const configuration = await readConfiguration(context.runtime);
  const stored = profileNamed(name, configuration);
  const { format, view } = await readPlainOutput(options, profileColumns, context);
  const row = { name, stored, current: name === configuration.current };
  await drain(format(singleBatch([row]), { ...view, single: true, cards: true }), streamSink(context.runtime.out));
};

const use = async (name: string, { runtime }: Context): Promise<void> =>
  changeConfiguration(runtime, (configuration) => {
    if (name !== DEMO) profileNamed(name, configuration);
    return { ...configuration, current: name };
  });

const remove = async (name: string, { runtime }: Context): Promise<void> =>
  changeConfiguration(runtime, (configuration) => {
    profileNamed(name, configuration);
    const { [name]: _, ...profiles } = configuration.profiles;
    const { current, ...rest } = configuration;
    return { ...rest, profiles, ...(current === undefined || current === name ? {} : { current }) };
  });
