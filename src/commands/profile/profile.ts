import type { Command } from 'commander';
import { exitAs, Failure } from '../../core/failure.ts';
import { vendors } from '../../providers/index.ts';
import type { Configuration } from '../../system/config/profiles.ts';
import { appendValue, type Context, type Define, examples } from '../shared/context.ts';
import { addFormatOption } from '../shared/output.ts';
import { DEMO_PROFILE, profileNamed } from '../shared/select-profiles.ts';
import type { AddOptions } from './add.ts';
import type { CheckOptions } from './check.ts';
import type { EditOptions } from './edit.ts';
import { listProfiles, showProfile } from './show.ts';
import { changeProfiles } from './stored-fields.ts';

// The modules of most subcommands are loaded when they run, so that --help and completion are quick.
export const define: Define = (command, start) => {
  const subcommand = (usage: string, summary: string, lines: readonly string[]): Command =>
    command.command(usage).description(summary).addHelpText('after', examples(lines));
  command
    .helpCommand(false)
    .addHelpText(
      'after',
      examples([
        'recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
        'recx profile list',
        'recx profile check work',
      ]),
    );

  subcommand('add [name]', 'add a profile (prompts for missing values, checks the credentials)', [
    'recx profile add',
    'recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
    'pass show plivo | recx profile add work --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX',
    "recx profile add sw --provider signalwire --set space=example --set project_id=<id> --secret-command 'pass show sw'",
  ])
    .option('--provider <name>', `provider: ${vendors.map(({ name }) => name).join(', ')}`)
    .option(
      '--set <key=value>',
      'a field that is not secret, or private_media_hosts (repeatable); see recx providers',
      appendValue,
    )
    .option('--base-url <url>', "alternative address of the provider's servers: a region, a proxy, a test server")
    .option('--secret-env <variable>', 'read the secret from this environment variable on each run')
    .option('--secret-command <command>', 'read the secret from the first line this command prints on each run')
    .option('--check', 'check the credentials before saving (default: on a terminal)')
    .option('--no-check', 'save without checking')
    .action(async (name: string | undefined, options: AddOptions) => {
      const context = start();
      return (await import('./add.ts')).addProfile(name, options, context);
    });
  subcommand('edit <name>', 'change a profile (prompts for each value, checks the credentials)', [
    'recx profile edit work',
    'recx profile edit work --set auth_id=MAXXXXXXXXXXXXXXXXXX',
    'pass show plivo | recx profile edit work --new-secret',
  ])
    .option(
      '--set <key=value>',
      'a field that is not secret, or private_media_hosts (repeatable); see recx providers',
      appendValue,
    )
    .option('--base-url <url>', "alternative address of the provider's servers")
    .option('--no-base-url', "use the provider's own servers again")
    .option('--new-secret', 'replace the secret: from a prompt, or from standard input')
    .option('--secret-env <variable>', 'read the secret from this environment variable on each run')
    .option('--secret-command <command>', 'read the secret from the first line this command prints on each run')
    .option('--check', 'check the credentials before saving (default: on a terminal)')
    .option('--no-check', 'save without checking')
    .action(async (name: string, options: EditOptions) => {
      const context = start();
      return (await import('./edit.ts')).editProfile(name, options, context);
    });
  subcommand('rename <name> <new-name>', 'rename a profile', [
    'recx profile rename work work-us',
    'recx profile rename work work-us && recx list -p work-us',
    'recx profile rename work old && recx profile list',
  ]).action(async (name: string, newName: string) => {
    const context = start();
    return (await import('./rename.ts')).renameProfile(name, newName, context);
  });
  subcommand('current', 'print the name of the default profile', [
    'recx profile current',
    'recx list -p "$(recx profile current)"',
    'recx profile current || recx profile use work',
  ]).action(async () => {
    const context = start();
    return (await import('./current.ts')).printCurrent(context);
  });
  addFormatOption(
    subcommand('list', 'list the stored profiles', [
      'recx profile list',
      'recx profile list -o json',
      'recx profile ls',
    ]),
  )
    .alias('ls')
    .action((options: { readonly output?: string }) => listProfiles(options, start()));
  addFormatOption(
    subcommand('show [name]', 'show a profile, by default the default one, without its secret', [
      'recx profile show work',
      'recx profile show work -o json',
      'recx profile show work -o json | jq -r .provider',
    ]),
  ).action((name: string | undefined, options: { readonly output?: string }) => showProfile(name, options, start()));
  subcommand('use [name]', 'set the default profile', [
    'recx profile use work',
    'recx profile use demo',
    'recx profile use --none',
  ])
    .option('--none', 'have no default profile')
    .action((name: string | undefined, options: { readonly none?: boolean }) =>
      useProfile(options.none === true, name, start()),
    );
  subcommand('remove <name>', 'remove a profile and its secret', [
    'recx profile remove work',
    'recx profile rm work',
    'recx profile remove work && recx profile list',
  ])
    .alias('rm')
    .action((name: string) => removeProfile(name, start()));
  addFormatOption(
    subcommand('check [name...]', 'ask each API, and report which ones work and whether their calls can be read', [
      'recx profile check work',
      'recx profile check work --api voice',
      'recx profile check --all-profiles',
    ]),
  )
    .option('--all-profiles', 'check all stored profiles')
    .option('--api <name>', 'API to check (repeatable, or commas; default: all)', appendValue)
    .action(async (names: readonly string[], options: CheckOptions) => {
      const context = start();
      return (await import('./check.ts')).checkProfile(names, options, context);
    });
  subcommand('help [command]', 'show help for a subcommand', [
    'recx profile help',
    'recx profile help add',
    'recx help profile add',
  ]).action((word: string | undefined) => showHelp(word, start()));
};

const showHelp = async (word: string | undefined, { run, runtime }: Context): Promise<void> =>
  exitAs(await run(['help', 'profile', ...(word === undefined ? [] : [word])], runtime));

/** Makes a profile the default, or none. */
const useProfile = async (isNone: boolean, name: string | undefined, { runtime, log }: Context): Promise<void> => {
  if (isNone && name !== undefined) throw new Failure('usage', 'a profile name and --none cannot be used together');
  if (!isNone && name === undefined)
    throw new Failure('usage', 'a profile name is required', {
      hint: 'For no default profile: recx profile use --none',
    });
  await changeProfiles(runtime, (configuration) => {
    if (name === undefined) return withoutDefault(configuration);
    if (name === 'none' && !Object.hasOwn(configuration.profiles, name))
      throw new Failure('missing', 'profile "none" not found', {
        hint: 'For no default profile: recx profile use --none',
      });
    if (name !== DEMO_PROFILE) profileNamed(name, configuration);
    return { ...configuration, current: name };
  });
  const text =
    name === undefined ? 'no profile is the default now' : `profile "${name}" is the default now; try: recx list`;
  if (runtime.err.isTTY) log.info(text);
};

const withoutDefault = ({ current: _, ...rest }: Configuration): Configuration => rest;

/** Removes a stored profile; if it is the default, no profile is. */
const removeProfile = async (name: string, { runtime, log }: Context): Promise<void> => {
  let wasDefault = false;
  await changeProfiles(runtime, (configuration) => {
    profileNamed(name, configuration);
    const { [name]: _, ...profiles } = configuration.profiles;
    const changed = { ...configuration, profiles };
    wasDefault = configuration.current === name;
    return wasDefault ? withoutDefault(changed) : changed;
  });
  const also = wasDefault ? '; no profile is the default now' : '';
  if (runtime.err.isTTY) log.info(`removed profile "${name}"${also}`);
};
