import { Command, CommanderError, Option } from 'commander';
import { type Define, defaults, examples, readSettings } from './commands/context.ts';
import { exitCode, Failure } from './core/failure.ts';
import { didYouMean } from './core/nearest.ts';
import { type Log, openLog } from './system/log.ts';
import { screenSink } from './system/terminal.ts';
import type { World } from './system/world.ts';

interface Entry {
  readonly usage: string;
  readonly summary: string;
  load(): Promise<{ readonly define: Define }>;
}

/** Every subcommand, loaded when it is called. */
const commands: readonly Entry[] = [
  { usage: 'list', summary: 'what is there', load: () => import('./commands/list.ts') },
  { usage: 'get', summary: 'one or more recordings in full', load: () => import('./commands/get.ts') },
  { usage: 'download', summary: 'media files', load: () => import('./commands/download.ts') },
  {
    usage: 'export',
    summary: 'everything that matches, to a file; for cron',
    load: () => import('./commands/export.ts'),
  },
  {
    usage: 'verify',
    summary: 'do the files still match their manifest?',
    load: () => import('./commands/verify.ts'),
  },
  { usage: 'report', summary: 'a download folder as one HTML page', load: () => import('./commands/report.ts') },
  {
    usage: 'profile',
    summary: 'credentials: add, list, show, use, remove, check',
    load: () => import('./commands/profile.ts'),
  },
  {
    usage: 'stats',
    summary: 'totals by day, profile, kind, caller and more',
    load: () => import('./commands/stats.ts'),
  },
  { usage: 'providers', summary: 'what each API can do', load: () => import('./commands/providers.ts') },
  {
    usage: 'demo',
    summary: 'a guided run on built-in sample data, no account needed',
    load: () => import('./commands/demo.ts'),
  },
  { usage: 'help', summary: 'help on a command or a topic', load: () => import('./commands/help.ts') },
];

/** The whole program: arguments to exit code. Never throws, never ends the process. */
export const run = async (argv: readonly string[], world: World): Promise<number> => {
  const format = argv.some(
    (word, index) => word === '--log-format=json' || (word === 'json' && argv[index - 1] === '--log-format'),
  );
  const log = openLog(world.err, { level: 'normal', format: format ? 'json' : 'text' });
  const printed = { out: '', err: '' };
  try {
    if (world.env.NODE_DEBUG) {
      throw new Failure('unsafe', 'NODE_DEBUG makes Node print credentials', { hint: 'Unset it, and use --verbose' });
    }
    return await parse(build(world, log, printed), argv, world, printed);
  } catch (error) {
    if (!(error instanceof Failure)) {
      log.bug(error);
      return 1;
    }
    if (error.kind !== 'pipe') log.error(error);
    return exitCode(error.kind);
  }
};

/** Lets commander read the arguments; its own endings become ours. */
const parse = async (
  program: Command,
  argv: readonly string[],
  world: World,
  printed: { readonly out: string; readonly err: string },
): Promise<number> => {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await screenSink(world.out).write(printed.out);
      return 0;
    }
    if (error.code === 'commander.help') {
      await screenSink(world.err).write(printed.err);
      return exitCode('usage');
    }
    throw usageFailure(error, argv, program);
  }
};

const build = (world: World, log: Log, printed: { out: string; err: string }): Command => {
  const columns = world.out.columns || 100;
  const program = new Command('recx')
    .description('Explore the call and room recordings of telephony accounts.')
    .usage('<command> [options]')
    .version(world.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        printed.out += text;
      },
      writeErr: (text) => {
        printed.err += text;
      },
      outputError: () => {},
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addOption(new Option('-v, --verbose', 'requests, retries and timings on stderr, without secrets'))
    .addOption(new Option('-q, --quiet', 'no warnings, no progress; errors only').conflicts('verbose'))
    .addOption(new Option('--log-format <format>', 'stderr as text or json').choices(['text', 'json']).default('text'))
    .option('--timeout <duration>', 'for one attempt of a request', defaults.timeout)
    .option('--retries <n>', 'further attempts of a failed request', defaults.retries)
    .option('--no-color', 'no colour on a terminal; NO_COLOR does the same')
    .option('--tz <zone>', "time zone for dates without one and for tables (default: the system's)")
    .addHelpText('after', examples(['recx demo', 'recx list --profile demo --since 7d', 'recx help exit-codes']));
  for (const { usage, summary } of commands) {
    program.command(usage).summary(summary).description(summary);
  }
  const start = () => ({
    ...{ world, log, run },
    settings: readSettings(program.opts(), world, log),
    inherited: typedGlobals(program),
  });
  program.hook('preSubcommand', async (_, command) => {
    const entry = commands.find(({ usage }) => usage === command.name());
    if (entry !== undefined) (await entry.load()).define(command, start);
  });
  return program;
};

/** The global flags that were typed, as words again. */
const typedGlobals = (program: Command): readonly string[] =>
  program.options.flatMap((option) => {
    const name = option.attributeName();
    if (program.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = program.getOptionValue(name);
    return typeof value === 'string' ? [`${option.long}=${value}`] : [option.long ?? ''];
  });

/** Commander's complaint in our form, without the value of an unknown flag: somebody may have typed a secret there. */
const usageFailure = ({ code, message }: CommanderError, argv: readonly string[], program: Command): Failure => {
  const [first = '', suggestion] = message.split('\n');
  const command = calledCommand(argv, program);
  const help = `See ${[...ancestry(command), '--help'].join(' ')}`;
  if (code === 'commander.unknownOption') {
    const [, flag = ''] = /'(--[\w-]{1,40}|-\w)/.exec(first) ?? [];
    if (flag === '--base-url') {
      return new Failure('unsafe', 'the credentials of a profile go to its own server alone', {
        hint: 'For another server: recx profile add <name> --provider <provider> --base-url <url>',
      });
    }
    return new Failure('usage', `unknown option ${flag}`, { hint: suggestion?.replaceAll(/[()]/g, '') ?? help });
  }
  if (code === 'commander.unknownCommand') {
    const [, word = ''] = /'(.{1,40})/s.exec(first) ?? [];
    const typed = word.replace(/'$/, '');
    const names = command.commands.map((known) => known.name());
    return new Failure('usage', `unknown command "${typed}"`, { hint: didYouMean(typed, names) ?? help });
  }
  return new Failure('usage', first.replace(/^error: /, '').replace(/\.$/, ''), { hint: help });
};

/** The innermost command that the words name. */
const calledCommand = (argv: readonly string[], program: Command): Command =>
  argv.reduce((command, word) => command.commands.find((known) => known.name() === word) ?? command, program);

const ancestry = (command: Command): readonly string[] =>
  command.parent === null ? [command.name()] : [...ancestry(command.parent), command.name()];
