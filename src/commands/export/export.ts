import { below, isByTime, parseDestination } from '../../core/export/destination.ts';
import { exitCode, Failure } from '../../core/failure.ts';
import { type Batches, take } from '../../core/listing.ts';
import { choice, durationFlag, type Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import { drain } from '../../core/sink.ts';
import { plural } from '../../core/text/sanitize.ts';
import { piecesOf } from '../../formats/index.ts';
import { absolutePath } from '../../system/files/export-state.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import { type Context, type Define, examples, wholeNumber } from '../shared/context.ts';
import { withDeadline } from '../shared/deadline.ts';
import { listSources } from '../shared/list-sources.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addFilterOptions,
  addOutputOptions,
  checkSummary,
  durationOption,
  type FilterOptions,
  type OutputOptions,
  readOutput,
  readQuery,
  showsLinks,
  writeSummary,
} from '../shared/options.ts';
import { withSources } from '../shared/sources.ts';
import type { Exported, ExportRun, Incremental } from './collect.ts';
import { exportToFiles } from './run.ts';

interface ExportOptions extends AccountOptions, FilterOptions, OutputOptions {
  readonly limit?: string;
  readonly out?: string;
  readonly incremental?: boolean;
  readonly state?: string;
  readonly lookback?: string;
  readonly resetState?: boolean;
  readonly wait?: string;
  readonly summary?: string;
}

/** How far an incremental run looks back: late recordings and late changes of status arrive. */
const LOOKBACK = '72h';

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addFilterOptions(command).option('-n, --limit <n>', 'at most so many recordings');
  addOutputOptions(command)
    .option('--out <file>', "a file that appears when it is whole: calls.csv, 'calls-{year}-{month}.json.gz'")
    .option('--incremental', 'go on from where the last whole run came to')
    .option('--state <file>', 'where that is remembered (default: <out>.state.json)')
    .option('--lookback <duration>', `how far before that to look again (default: ${LOOKBACK})`)
    .option('--reset-state', 'forget it, and write everything anew')
    .option('--wait <duration>', 'wait for another run of the same export')
    .option('--summary <file>', 'the counts as JSON to a file, or - for standard output')
    .addHelpText(
      'after',
      examples([
        'recx export --profile demo --out calls.csv',
        "recx export --profile demo --out 'calls-{year}-{month}-{day}.csv' --incremental",
        'recx export --profile demo --since 7d -o ndjson | wc -l',
      ]),
    )
    .action((options: ExportOptions) => runExport(options, start()));
};

const runExport = async (options: ExportOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  const query = readQuery(options, context);
  const limit =
    options.limit === undefined ? undefined : wholeNumber('--limit', options.limit, 1, Number.MAX_SAFE_INTEGER);
  if (options.out === undefined) return exportToStdout(options, query, limit, context);
  const empty = (['out', 'state', 'summary'] as const).find((key) => options[key]?.trim() === '');
  if (empty !== undefined) throw new Failure('usage', `--${empty}: the value is empty`);
  if (options.out.startsWith('~/')) {
    throw new Failure('usage', '--out: the shell puts in the home folder only where ~ is not quoted', {
      hint: 'Write "$HOME/…" instead',
    });
  }
  if (options.out === '-') throw new Failure('usage', 'without --out the rows go to standard output');

  const run = await readRun(options.out, options, query, limit, context);
  refuseOverlap(run, options.summary);
  await checkSummary(options.summary);
  const exported: Exported = { rows: 0, files: 0, since: null };
  const started = performance.now();
  let failure: Failure | undefined;
  try {
    await withDeadline(undefined, context, (stop) =>
      withSources(options, context, (sources) => exportToFiles(run, sources, context, exported), stop.signal),
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error;
  }
  if (options.summary !== undefined) {
    const seconds = Math.round(performance.now() - started) / 1000;
    const code = failure === undefined ? 0 : exitCode(failure.kind);
    await writeSummary(options.summary, { ...exported, seconds, exit_code: code }, context);
  }
  if (failure !== undefined) throw failure;
  if (runtime.err.isTTY) log.info(`${plural(exported.rows, 'recording')} to ${plural(exported.files, 'file')}`);
};

/** Fails when two of the files that a run writes are the same. */
const refuseOverlap = ({ destination, incremental }: ExportRun, summary: string | undefined): void => {
  const files = Object.entries({
    '--out': below(destination.folder, destination.name),
    '--state': incremental?.statePath,
    '--summary': summary,
  });
  const taken = new Set<string>();
  for (const [flag, path] of files) {
    if (path === undefined) continue;
    if (taken.has(absolutePath(path))) throw new Failure('usage', `${flag} would write over the export itself`);
    taken.add(absolutePath(path));
  }
};

const readRun = async (
  out: string,
  options: ExportOptions,
  query: Query,
  limit: number | undefined,
  context: Context,
): Promise<ExportRun> => {
  const chosen = options.output?.replace(/^jsonl$/i, 'ndjson');
  const format = chosen === undefined ? undefined : choice('--output', chosen, fileFormats);
  const destination = parseDestination(out, format, options.excel === true ? 'csv' : undefined);
  const { view } = await readOutput({ ...options, output: destination.format }, context);
  const partitioned = destination.template !== undefined;
  if (limit !== undefined && (partitioned || options.incremental === true)) {
    throw new Failure('usage', '--limit would leave recordings out that belong into the files', {
      hint: 'Use --since, or leave --limit out',
    });
  }
  return {
    destination,
    limit,
    waitMilliseconds: durationOption('--wait', options.wait) ?? 0,
    pieces: await piecesOf[destination.format]({ ...view, terminal: false }),
    query: { ...query, links: showsLinks(view) },
    freshQuery: () => ({ ...readQuery(options, context), links: showsLinks(view) }),
    incremental: readIncremental(options, query, destination, view),
  };
};

const fileFormats = ['csv', 'json', 'ndjson'] as const;

const readIncremental = (
  options: ExportOptions,
  query: Query,
  destination: ExportRun['destination'],
  view: { readonly columns: readonly { readonly key: string }[] } & Record<'header' | 'guard' | 'excel', boolean>,
): Incremental | undefined => {
  const useless = Object.entries({
    '--state': options.state,
    '--lookback': options.lookback,
    '--reset-state': options.resetState,
  }).find(([, value]) => value !== undefined);
  if (options.incremental !== true) {
    if (useless !== undefined) throw new Failure('usage', `${useless[0]} goes with --incremental`);
    return undefined;
  }
  if (query.until !== undefined) throw new Failure('usage', '--incremental goes to the present: leave --until out');
  const { template, folder, name, stem, extension, format, gzip } = destination;
  if (template !== undefined && !isByTime(destination)) {
    throw new Failure('usage', '--incremental needs {year} in --out', {
      hint: "Name the files by time: 'calls-{year}-{month}-{day}.csv'",
    });
  }
  const { since: _since, ...filters } = query;
  return {
    statePath: options.state ?? below(folder, `${name}.state.json`),
    lookback: durationFlag('--lookback', options.lookback ?? LOOKBACK),
    reset: options.resetState === true,
    identity: {
      filters,
      columns: [
        ...view.columns.map(({ key }) => key),
        ...(['header', 'guard', 'excel'] as const).filter((key) => view[key]).map((key) => `+${key}`),
      ],
      // A state that is elsewhere belongs to one path; one beside its files may move with them.
      file: [options.state === undefined ? stem : absolutePath(below(folder, stem)), extension, format, gzip].join(' '),
    },
  };
};

/** The rows as a list, all of them. */
const exportToStdout = async (
  options: ExportOptions,
  query: Query,
  limit: number | undefined,
  context: Context,
): Promise<void> => {
  const forFiles = ['incremental', 'state', 'lookback', 'resetState', 'wait', 'summary'] as const;
  const useless = forFiles.find((key) => options[key] !== undefined);
  if (useless !== undefined) {
    const flag = useless.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
    throw new Failure('usage', `--${flag} goes with --out`);
  }
  const { format, view } = await readOutput(options, context);
  await withSources(options, context, async (sources) => {
    const asked = { ...query, links: showsLinks(view), ...(limit === undefined ? {} : { atMost: limit }) };
    const rows: Batches<Recording> = listSources(sources, asked, undefined, context);
    await drain(format(limit === undefined ? rows : take(rows, limit), view), streamSink(context.runtime.out));
  });
};
