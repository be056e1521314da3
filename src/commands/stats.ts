import { Failure } from '../core/failure.ts';
import { type Batches, chunk, singleBatch } from '../core/listing.ts';
import type { Recording } from '../core/recording.ts';
import { drain } from '../core/sink.ts';
import { type Aggregator, openAggregator } from '../core/stats/aggregate.ts';
import { statsColumns, statsTable } from '../core/stats/columns.ts';
import { groupingKeys, readGroupings } from '../core/stats/group-by.ts';
import { plural } from '../core/text/sanitize.ts';
import { withPager } from '../system/terminal/pager.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { listSources } from './shared/list-sources.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addFilterOptions,
  addLimitOption,
  appendValue,
  type FilterOptions,
  readLimit,
  readQuery,
} from './shared/options.ts';
import { addFormatOption, addShapeOptions, readPlainOutput, type ShapeOptions } from './shared/output.ts';
import { queryProgress } from './shared/progress.ts';
import type { Source } from './shared/source-types.ts';
import { profileNames, withSources } from './shared/sources.ts';

interface StatsOptions extends AccountOptions, FilterOptions, ShapeOptions {
  readonly by?: readonly string[];
  readonly limit?: string;
}

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addLimitOption(addFilterOptions(command)).option(
    '--by <keys>',
    `group by ${groupingKeys.join(', ')}; combine as in month,kind (default: day)`,
    appendValue,
  );
  addShapeOptions(addFormatOption(command))
    .addHelpText(
      'after',
      examples([
        'recx stats --profile demo --since 7d',
        'recx stats --profile demo --by month,kind -o csv',
        "recx stats --profile demo --by from -o json | jq '.[:10]'",
      ]),
    )
    .action((options: StatsOptions) => stats(options, start()));
};

const stats = async (options: StatsOptions, context: Context): Promise<void> => {
  const { runtime, log, settings } = context;
  const by = readGroupings(options.by ?? ['day']);
  const limit = readLimit(options.limit);
  readQuery(options, context);
  const { name, format, view } = await readPlainOutput(options, statsColumns(by), context);
  await withSources(options, context, async (sources) => {
    const aggregator = openAggregator(by, settings.zone);
    const query = readQuery(options, context);
    const failure = await aggregate(sources, listSources(sources, query, limit, context), aggregator, context);
    const groups = aggregator.groups();
    if (groups.some(({ totals }) => totals.costs.size > 1)) {
      const keys = [...by.map(({ key }) => key), 'currency'];
      log.warn('prices in several currencies have no total', `Use --by ${keys.join(',')} to separate them`);
    }
    const chart = statsTable(groups, by, aggregator.total, settings.zone, runtime.env.TERM === 'dumb');
    const [rows, columns] =
      name === 'table' && groups.length > 0 ? [chart.rows, chart.columns] : [groups, view.columns];
    await withPager(
      runtime,
      () => withoutSecrets(runtime.env, sources),
      (screen) => drain(format(endWithFailure(failure, chunk(singleBatch(rows))), { ...view, columns }), screen),
    );
    if (name === 'table' && groups.length === 0) log.info('No recordings found.');
  });
};

/** Reads all recordings. Returns the failure of an incomplete list, and throws any other. */
const aggregate = async (
  sources: readonly Source[],
  batches: Batches<Recording>,
  aggregator: Aggregator,
  context: Context,
): Promise<Failure | undefined> => {
  const progress = queryProgress(profileNames(sources), context);
  try {
    for await (const batch of batches) {
      aggregator.add(batch);
      progress.update(`${plural(aggregator.total.recordings, 'recording')} read`);
    }
    return undefined;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'partial') return error;
    throw error;
  } finally {
    progress.stop();
  }
};

/** Throws the failure after the last row, so that a JSON array is closed only if the list is complete. */
async function* endWithFailure<Row>(
  failure: Failure | undefined,
  batches: Batches<Row>,
): AsyncGenerator<readonly Row[]> {
  yield* batches;
  if (failure !== undefined) throw failure;
}
