import { type Argument, Command, CommanderError, Option } from 'commander';
import { type Define, defaults, examples, readGlobalSettings, visibleCommands } from './commands/shared/context.ts';
import { checkIds, checkValues, commandFirst, hasUnknownCommand } from './commands/usage/command-line.ts';
import { exitCode, Failure } from './core/failure.ts';
import { openRunClock } from './system/clock.ts';
import { systemLimitFailure } from './system/errors.ts';
import type { Runtime } from './system/runtime.ts';
import { type Log, openLog } from './system/terminal/log.ts';
import { streamSink } from './system/terminal/streams.ts';

/** A subcommand, with what help shows before it is loaded. */
interface CommandEntry {
  readonly usage: string;
  readonly alias?: string;
  readonly summary: string;
  /** Not listed in help: only called by the completion scripts. */
  readonly hidden?: boolean;
  load(): Promise<{ readonly define: Define }>;
}

/** All subcommands, each loaded when it is called. */
const commands: readonly CommandEntry[] = [
  { usage: 'list', alias: 'ls', summary: 'list recordings', load: () => import('./commands/list.ts') },
  { usage: 'get', summary: 'show all fields of one or more recordings', load: () => import('./commands/get.ts') },
  { usage: 'download', summary: 'download media files', load: () => import('./commands/download/download.ts') },
  {
    usage: 'export',
    summary: 'export matching recordings to a file (suited to cron)',
    load: () => import('./commands/export/export.ts'),
  },
  {
    usage: 'verify',
    summary: 'check downloaded files against the manifest',
    load: () => import('./commands/verify.ts'),
  },
  {
    usage: 'report',
    summary: 'create an HTML report of a download folder',
    load: () => import('./commands/report.ts'),
  },
  {
    usage: 'profile',
    summary: 'manage credentials',
    load: () => import('./commands/profile/profile.ts'),
  },
  {
    usage: 'stats',
    summary: 'show totals by day, profile, kind and more',
    load: () => import('./commands/stats.ts'),
  },
  { usage: 'browse', summary: 'browse recordings interactively', load: () => import('./commands/browse/browse.ts') },
  {
    usage: 'providers',
    summary: 'show what each provider API supports',
    load: () => import('./commands/providers.ts'),
  },
  {
    usage: 'demo',
    summary: 'take a guided tour on built-in sample data (no account needed)',
    load: () => import('./commands/demo.ts'),
  },
  {
    usage: 'completion',
    summary: 'print a shell completion script',
    load: () => import('./commands/completion/completion.ts'),
  },
  {
    usage: 'complete',
    summary: 'print completion candidates',
    hidden: true,
    load: () => import('./commands/completion/complete.ts'),
  },
  { usage: 'version', summary: 'print the version', load: () => import('./commands/version.ts') },
  { usage: 'help', summary: 'show help for a command or a topic', load: () => import('./commands/help/help.ts') },
];

/** The program: runs the arguments and resolves to the exit code. Never throws and never ends the process. */
export const run = async (argv: readonly string[], runtime: Runtime): Promise<number> => {
  const wantsJson = argv.some(
    (word, index) => word === '--log-format=json' || (word === 'json' && argv[index - 1] === '--log-format'),
  );
  const log = openLog(runtime.err, { level: 'normal', format: wantsJson ? 'json' : 'text' });
  const commanderOutput = { out: '', err: '' };
  try {
    refuseUnsafeNode(runtime.env);
    const built = build(runtime, log, commanderOutput, argv);
    return await Promise.race([parse(built, argv, runtime, commanderOutput), runtime.stalled]);
  } catch (error) {
    const failure = error instanceof Failure ? error : systemLimitFailure(error);
    if (failure === undefined) {
      log.bug(error);
      return 1;
    }
    if (failure.kind !== 'pipe') log.error(failure);
    return exitCode(failure.kind);
  }
};

/** Throws `unsafe` for settings of Node that print credentials or weaken the checks of connections. */
const refuseUnsafeNode = ({ NODE_DEBUG, NODE_OPTIONS = '' }: Runtime['env']): void => {
  if (NODE_DEBUG) {
    throw new Failure('unsafe', 'NODE_DEBUG makes Node print credentials', { hint: 'Unset it and use --verbose' });
  }
  // Node reads underscores as dashes, and options in quotes.
  const [, option] = UNSAFE_OPTIONS.exec(NODE_OPTIONS.replaceAll('_', '-')) ?? [];
  if (option === undefined) return;
  throw new Failure('unsafe', `NODE_OPTIONS: ${option} weakens connections or discloses their keys`, {
    hint: `Remove ${option} from NODE_OPTIONS`,
  });
};

const UNSAFE_OPTIONS =
  /(?:^|[\s"'])(--(?:tls-min-v1\.[01]|tls-cipher-list|tls-keylog|openssl-legacy-provider|openssl-config|openssl-shared-config|insecure-http-parser|security-revert|trace-tls))(?=$|[\s"'=])/;

/** Parses the arguments with commander and runs the command; commander's errors become usage failures. */
const parse = async (
  built: BuiltProgram,
  typed: readonly string[],
  runtime: Runtime,
  commanderOutput: { readonly out: string; readonly err: string },
): Promise<number> => {
  const argv = await commandFirst(typed, built);
  built.program.hook('preSubcommand', async (_, command) => {
    await built.loadCommand(command);
    checkValues(argv, built.program);
  });
  built.program.hook('preAction', (_, command) => checkIds(command, argv));
  try {
    await built.program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof Failure && error.rejected !== undefined) {
      const { withRightWord } = await import('./commands/usage/usage-error.ts');
      throw await withRightWord(error, { ...built, argv });
    }
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 && !(error.code === 'commander.helpDisplayed' && hasUnknownCommand(built.program))) {
      await streamSink(runtime.out).write(commanderOutput.out);
      return 0;
    }
    if (error.code === 'commander.help' && !argv.some((word) => word.startsWith('-'))) {
      await streamSink(runtime.out).write(commanderOutput.err);
      return 0;
    }
    const { usageFailure } = await import('./commands/usage/usage-error.ts');
    throw await usageFailure(error, { ...built, argv });
  }
};

interface BuiltProgram {
  readonly program: Command;
  /** Loads a subcommand and defines its flags, arguments and action. */
  loadCommand(command: Command): Promise<void>;
  /** The names of the stored profiles, for hints. */
  storedProfiles(): Promise<readonly string[]>;
}

/** A description followed by its choices and its default, neither of them quoted. */
const withDetails = ({ description, argChoices, defaultValue }: Option | Argument): string => {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  return `${description}${choices}${typeof defaultValue === 'string' ? ` (default: ${defaultValue})` : ''}`;
};

const build = (
  runtime: Runtime,
  log: Log,
  commanderOutput: { out: string; err: string },
  argv: readonly string[] = [],
): BuiltProgram => {
  const columns = runtime.out.columns || 100;
  const program = new Command('recx')
    .description('Explore the call and room recordings of telephony accounts.')
    .usage('<command> [options]')
    .version(runtime.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, optionDescription: withDetails, argumentDescription: withDetails })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        commanderOutput.out += text;
      },
      writeErr: (text) => {
        commanderOutput.err += text;
      },
      outputError: () => {},
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addOption(new Option('-v, --verbose', 'log requests, retries and timings to stderr, without secrets'))
    .addOption(new Option('-q, --quiet', 'print errors only: no warnings, no progress').conflicts('verbose'))
    .addOption(
      new Option('--log-format <format>', 'format of messages on stderr').choices(['text', 'json']).default('text'),
    )
    .option('--timeout <duration>', 'timeout per request attempt', defaults.timeout)
    .option('--retries <n>', 'retries per failed request', defaults.retries)
    .option('--max-pages <n>', `pages that a list may have (default: ${defaults.maxPages})`)
    .option('--no-color', 'disable colours on a terminal; so does NO_COLOR')
    .option('--tz <zone>', "time zone for tables, and for dates without an offset (default: the system's)")
    .addHelpText('after', examples(['recx demo', 'recx list --profile demo --since 7d', 'recx help exit-codes']));
  for (const { usage, alias, summary, hidden = false } of commands) {
    const command = program.command(usage, { hidden }).summary(summary).description(summary);
    if (alias !== undefined) command.alias(alias);
  }
  const start = () => ({
    runtime,
    log,
    clock: openRunClock({ now: runtime.now, released: runtime.released, warn: log.warn }),
    run,
    loadCommand,
    settings: readGlobalSettings(program.opts(), runtime, log),
    listing: { status: undefined, warnings: new Set<string>() },
    argv,
    inherited: typedGlobals(program),
  });
  const filled = new Set<Command>();
  const loadCommand = async (command: Command): Promise<void> => {
    const entry = command.parent === program ? commands.find(({ usage }) => usage === command.name()) : undefined;
    if (entry === undefined || filled.has(command)) return;
    filled.add(command);
    (await entry.load()).define(command, start);
  };
  const storedProfiles = async (): Promise<readonly string[]> => {
    const { storedNames } = await import('./system/config/profiles.ts');
    return (await storedNames(runtime)).map(([name]) => name);
  };
  return { program, loadCommand, storedProfiles };
};

/** The program with every subcommand loaded, for the man page. */
export const describe = async (runtime: Runtime): Promise<Command> => {
  const { program, loadCommand } = build(runtime, openLog(runtime.err, { level: 'normal', format: 'text' }), {
    out: '',
    err: '',
  });
  for (const command of visibleCommands(program)) await loadCommand(command);
  return program;
};

/** The global flags on the command line, as arguments for a nested run. */
const typedGlobals = (program: Command): readonly string[] =>
  program.options.flatMap((option) => {
    const name = option.attributeName();
    if (program.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = program.getOptionValue(name);
    return typeof value === 'string' ? [`${option.long}=${value}`] : [option.long ?? ''];
  });
