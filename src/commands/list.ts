import { Failure } from '../core/failure.ts';
import { type Batches, merge, take, walk } from '../core/listing.ts';
import { type FilterKey, leftOver, type Query } from '../core/query.ts';
import type { Recording } from '../core/recording.ts';
import { drain, type Sink } from '../core/sink.ts';
import { openProgress, type Progress } from '../system/progress.ts';
import { screenSink } from '../system/terminal.ts';
import { type Source, withSources } from './accounts.ts';
import { type Context, type Define, examples, wholeNumber } from './context.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addFilterOptions,
  addOutputOptions,
  type FilterOptions,
  type OutputOptions,
  readOutput,
  readQuery,
} from './options.ts';

/** Rows without `--limit` and `--all`: a screenful or two. */
const USUAL_ROWS = 50;

interface ListOptions extends AccountOptions, FilterOptions, OutputOptions {
  readonly limit?: string;
  readonly all?: boolean;
}

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addFilterOptions(command)
    .option('-n, --limit <n>', `at most so many recordings (default: ${USUAL_ROWS})`)
    .option('--all', 'every recording there is');
  addOutputOptions(command)
    .addHelpText(
      'after',
      examples([
        'recx list --profile demo --since 7d',
        'recx list --profile demo --kind conference --min-duration 1m --all -o csv',
        "recx list --profile demo --status completed -o json | jq '.[].id'",
      ]),
    )
    .action((options: ListOptions) => list(options, start()));
};

const list = async (options: ListOptions, context: Context): Promise<void> => {
  if (options.all === true && options.limit !== undefined) throw new Failure('usage', 'use one of --limit and --all');
  const asked =
    options.limit === undefined ? undefined : wholeNumber('--limit', options.limit, 1, Number.MAX_SAFE_INTEGER);
  const limit = asked ?? (options.all === true ? undefined : USUAL_ROWS);
  // Without --limit one more row is read, to say whether any were cut.
  const query = { ...readQuery(options, context), ...(limit === undefined ? {} : { atMost: limit + (asked ? 0 : 1) }) };
  const { format, view } = await readOutput(options, context);
  const { world, log, settings } = context;
  await withSources(options, context, async (sources) => {
    const progress = openProgress(world, settings.quiet);
    progress.update(`asking ${[...new Set(sources.map(({ profile }) => profile))].join(', ')}`);
    const failures: Failure[] = [];
    const onCut = asked === undefined ? () => sayCut(context) : undefined;
    const merged = merge(sources.map((source) => rowsOf(source, query, sources.length > 1, failures, context)));
    const rows = limit === undefined ? merged : take(merged, limit, onCut);
    try {
      await drain(
        format(complete(rows, sources.length, failures), view),
        behind(progress, screenSink(world.out), world.out.isTTY),
      );
    } finally {
      progress.stop();
    }
  });
  log.note('done');
};

/** One source's rows. Beside others a failure is told and kept, so that the others still come. */
async function* rowsOf(
  { profile, definition, provider }: Source,
  query: Query,
  beside: boolean,
  failures: Failure[],
  { log }: Context,
): Batches<Recording> {
  const name = `${definition.family.name} ${definition.api} of profile "${profile}"`;
  const left = leftOver(query, definition.narrows);
  const own = definition.narrows.filter((key: FilterKey) => query[key] !== undefined);
  log.note(`${name}: filtered by the API: ${own.join(', ') || 'nothing'}; here: ${left.join(', ') || 'nothing more'}`);
  try {
    yield* walk(provider, query, (message) => failures.push(told(new Failure('partial', `${name}: ${message}`))));
  } catch (error) {
    if (!beside || !(error instanceof Failure)) throw error;
    failures.push(told(error));
  }
  function told(failure: Failure): Failure {
    log.error(failure);
    return failure;
  }
}

/** The rows, and after them the failure of a list that is not complete, so that a JSON array stays open. */
async function* complete(
  rows: Batches<Recording>,
  sources: number,
  failures: readonly Failure[],
): AsyncGenerator<readonly Recording[]> {
  yield* rows;
  const failed = failures.filter(({ kind }) => kind !== 'partial');
  if (failures.length === 0) return;
  // All failed: there is no rest, so the first one's ending is the run's.
  const kind = failed.length === sources && failed[0] !== undefined ? failed[0].kind : 'partial';
  throw new Failure(
    kind,
    failed.length > 0 ? `${failed.length} of ${sources} lists failed` : 'the list is not complete',
  );
}

/** A sink that takes the progress line away before the first row reaches a terminal. */
const behind = (progress: Progress, sink: Sink, terminal: boolean): Sink => {
  let chunks = 0;
  return {
    write: async (text) => {
      if (terminal) progress.stop();
      else progress.update(`${++chunks} pages`);
      await sink.write(text);
    },
  };
};

const sayCut = ({ log }: Context): void =>
  log.warn(`these are the newest ${USUAL_ROWS}; there are more`, 'use --all for every one, or --limit <n>');
