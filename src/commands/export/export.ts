import { exitCode, Failure } from '../../core/failure.ts';
import { type Batches, take } from '../../core/listing.ts';
import type { Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import { drain } from '../../core/sink.ts';
import { plural } from '../../core/text/sanitize.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import { type Context, type Define, examples, wholeNumber } from '../shared/context.ts';
import { withDeadline } from '../shared/deadline.ts';
import { listSources } from '../shared/list-sources.ts';
import { addAccountOptions, addFilterOptions, readQuery } from '../shared/options.ts';
import { addOutputOptions, readOutput, showsLinks } from '../shared/output.ts';
import { withSources } from '../shared/sources.ts';
import { checkSummary, writeSummary } from '../shared/summary-file.ts';
import { LOOKBACK, readRun } from './read-run.ts';
import { exportToFiles } from './run.ts';
import type { Exported, ExportOptions } from './types.ts';

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addFilterOptions(command).option('-n, --limit <n>', 'maximum number of recordings');
  addOutputOptions(command)
    .option('--out <file>', "output file (written atomically): calls.csv, 'calls-{year}-{month}.json.gz'")
    .option('--incremental', 'continue from the last complete run')
    .option('--state <file>', 'state file for --incremental (default: <out>.state.json)')
    .option('--lookback <duration>', `how far back to re-read before that point (default: ${LOOKBACK})`)
    .option('--reset-state', 'discard the state and export everything again')
    .option('--wait <duration>', 'how long to wait for another run of the same export')
    .option('--summary <file>', 'write the counts as JSON to a file, or - for standard output')
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
  const run = await readRun(options.out, options, query, limit, context);
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
  const { rows, files } = exported;
  if (runtime.err.isTTY) log.info(`exported ${plural(rows, 'recording')} to ${plural(files, 'file')}`);
};

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
    throw new Failure('usage', `--${flag} requires --out`);
  }
  const { format, view } = await readOutput(options, context);
  await withSources(options, context, async (sources) => {
    const bounded = { ...query, links: showsLinks(view), ...(limit === undefined ? {} : { atMost: limit }) };
    const rows: Batches<Recording> = listSources(sources, bounded, undefined, context);
    await drain(format(limit === undefined ? rows : take(rows, limit), view), streamSink(context.runtime.out));
  });
};
