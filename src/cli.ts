import { Command, CommanderError, Option } from 'commander';
import { type Define, defaults, examples, readGlobalSettings, visibleCommands } from './commands/shared/context.ts';
import { usageFailure } from './commands/shared/usage-error.ts';
import { exitCode, Failure } from './core/failure.ts';
import type { Runtime } from './system/runtime.ts';
import { type Log, openLog } from './system/terminal/log.ts';
import { streamSink } from './system/terminal/streams.ts';

interface Entry {
  readonly usage: string;
  readonly summary: string;
  /** Not for people, so that no help names it. */
  readonly hidden?: boolean;
  load(): Promise<{ readonly define: Define }>;
}

/** Every subcommand, loaded when it is called. */
const commands: readonly Entry[] = [
  { usage: 'list', summary: 'what is there', load: () => import('./commands/list.ts') },
  { usage: 'get', summary: 'one or more recordings in full', load: () => import('./commands/get.ts') },
  { usage: 'download', summary: 'media files', load: () => import('./commands/download/download.ts') },
  {
    usage: 'export',
    summary: 'everything that matches, to a file; for cron',
    load: () => import('./commands/export/export.ts'),
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
    load: () => import('./commands/profile/profile.ts'),
  },
  {
    usage: 'stats',
    summary: 'totals by day, profile, kind, caller and more',
    load: () => import('./commands/stats.ts'),
  },
  { usage: 'browse', summary: 'explore with the keyboard', load: () => import('./commands/browse/browse.ts') },
  { usage: 'providers', summary: 'what each API can do', load: () => import('./commands/providers.ts') },
  {
    usage: 'demo',
    summary: 'a guided run on built-in sample data, no account needed',
    load: () => import('./commands/demo.ts'),
  },
  {
    usage: 'completion',
    summary: 'completion of commands, flags and ids by the shell',
    load: () => import('./commands/completion/completion.ts'),
  },
  {
    usage: 'complete',
    summary: 'what fits at TAB',
    hidden: true,
    load: () => import('./commands/completion/complete.ts'),
  },
  { usage: 'help', summary: 'help on a command or a topic', load: () => import('./commands/help/help.ts') },
];

/** The whole program: arguments to exit code. Never throws, never ends the process. */
export const run = async (argv: readonly string[], runtime: Runtime): Promise<number> => {
  const format = argv.some(
    (word, index) => word === '--log-format=json' || (word === 'json' && argv[index - 1] === '--log-format'),
  );
  const log = openLog(runtime.err, { level: 'normal', format: format ? 'json' : 'text' });
  const printed = { out: '', err: '' };
  try {
    if (runtime.env.NODE_DEBUG) {
      throw new Failure('unsafe', 'NODE_DEBUG makes Node print credentials', { hint: 'Unset it, and use --verbose' });
    }
    return await parse(build(runtime, log, printed).program, argv, runtime, printed);
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
  runtime: Runtime,
  printed: { readonly out: string; readonly err: string },
): Promise<number> => {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await streamSink(runtime.out).write(printed.out);
      return 0;
    }
    if (error.code === 'commander.help') {
      await streamSink(runtime.err).write(printed.err);
      return exitCode('usage');
    }
    throw usageFailure(error, argv, program);
  }
};

interface Built {
  readonly program: Command;
  fill(command: Command): Promise<void>;
}

const build = (runtime: Runtime, log: Log, printed: { out: string; err: string }): Built => {
  const columns = runtime.out.columns || 100;
  const program = new Command('recx')
    .description('Explore the call and room recordings of telephony accounts.')
    .usage('<command> [options]')
    .version(runtime.version, '-V, --version', 'print the version')
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
  for (const { usage, summary, hidden = false } of commands) {
    program.command(usage, { hidden }).summary(summary).description(summary);
  }
  const start = () => ({
    runtime,
    log,
    run,
    fill,
    settings: readGlobalSettings(program.opts(), runtime, log),
    inherited: typedGlobals(program),
  });
  const filled = new Set<Command>();
  const fill = async (command: Command): Promise<void> => {
    const entry = command.parent === program ? commands.find(({ usage }) => usage === command.name()) : undefined;
    if (entry === undefined || filled.has(command)) return;
    filled.add(command);
    (await entry.load()).define(command, start);
  };
  program.hook('preSubcommand', (_, command) => fill(command));
  return { program, fill };
};

/** The program with all that every command has, for the manual. */
export const describe = async (runtime: Runtime): Promise<Command> => {
  const { program, fill } = build(runtime, openLog(runtime.err, { level: 'normal', format: 'text' }), {
    out: '',
    err: '',
  });
  for (const command of visibleCommands(program)) await fill(command);
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
