import { type Failure, failureOf } from '../core/failure.ts';
import { SEVERAL } from '../core/filter.ts';
import { type Batches, chunk, singleBatch } from '../core/listing.ts';
import { drain } from '../core/sink.ts';
import { type Group, openAggregator } from '../core/stats/aggregate.ts';
import { type SumKey, statsColumns, statsTable, sumKeys } from '../core/stats/columns.ts';
import { type Grouping, groupingKeys, readGroupings } from '../core/stats/group-by.ts';
import type { Split } from '../core/stats/group-order.ts';
import { fieldKey } from '../core/text/field-names.ts';
import { plural } from '../core/text/sanitize.ts';
import { zoneName } from '../core/time/zone.ts';
import { withPager } from '../system/terminal/pager.ts';
import { tellNothingFound, tellPeriod } from './access/queried.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { appendValue, type Context, type Define, examples, wholeNumber } from './shared/context.ts';
import { listSources } from './shared/list-sources.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addCallsOption,
  addFilterOptions,
  addLimitOption,
  type FilterOptions,
  onlyValue,
  readLimit,
  readQuery,
} from './shared/options.ts';
import {
  addFormatOption,
  addShapeOptions,
  callFieldsOf,
  readPlainOutput,
  type ShapeOptions,
  tellJson,
} from './shared/output.ts';
import { hasRest, readCompletely } from './shared/progress.ts';
import { profileNames, withSources } from './shared/sources.ts';
import { queriedSources } from './shared/unsupported-filters.ts';

interface StatsOptions extends AccountOptions, FilterOptions, ShapeOptions {
  readonly by?: readonly string[];
  readonly limit?: string;
  readonly top?: string;
  readonly sort?: readonly string[];
  readonly withCalls?: boolean;
}

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addCallsOption(addLimitOption(addFilterOptions(command))).option(
    '--by <keys>',
    `group by ${groupingKeys.join(', ')}; combine as in month,kind; none for the totals alone (default: day)`,
    appendValue,
  );
  command
    .option(
      '--sort <key>',
      `order the groups by ${sumKeys.join(', ')} or a key of --by; -price for the largest first (${SEVERAL})`,
      appendValue,
    )
    .option(
      '--top <n>',
      'show only the first n groups in the order of --sort, without it those with the most recordings',
      onlyValue('--top'),
    );
  addShapeOptions(addFormatOption(command))
    .addHelpText(
      'after',
      examples([
        'recx stats --profile demo --since 7d',
        'recx stats --profile demo --by month,kind -o csv',
        'recx stats --profile demo --by caller --top 10',
        'recx stats --profile demo --by caller --sort -duration_seconds --top 5',
        'recx stats --profile demo --by none --since 30d -o json',
      ]),
    )
    .action((options: StatsOptions) => stats(options, start()));
};

const stats = async (options: StatsOptions, context: Context): Promise<void> => {
  const { runtime, log, settings } = context;
  const by = readGroupings(options.by ?? ['day']);
  const limit = readLimit(options.limit);
  const top = options.top === undefined ? undefined : wholeNumber('--top', options.top, 1, Number.MAX_SAFE_INTEGER);
  const { select, sum } = await readSelection(options.sort, top, by);
  const ofKeys = callFieldsOf(
    {},
    by.map(({ key }) => key),
  );
  const isOfNumbers = options.from !== undefined || options.to !== undefined;
  const usesCalls = ofKeys.callFields !== undefined || isOfNumbers;
  const callFields = usesCalls ? callFieldsOf(options, ofKeys.callFields) : {};
  if (options.withCalls === true && !usesCalls)
    log.warn('--with-calls changes no totals of these groups', 'Group by what calls say: --by from, to or direction');
  readQuery(options, context);
  const { name, format, view } = await readPlainOutput(options, statsColumns(by), context);
  await withSources(options, context, async (sources) => {
    const aggregator = openAggregator(by, settings.zone);
    const query = { ...readQuery(options, context), ...callFields };
    let isCut = false;
    const onTruncated = (): void => {
      isCut = true;
    };
    const listed = listSources(sources, query, limit && { ...limit, onTruncated }, context);
    const failure = await readCompletely(profileNames(sources), listed, aggregator.add, context);
    const isEmpty = aggregator.total.recordings === 0;
    if (failure !== undefined && failure.kind !== 'partial' && !hasRest(failure, isEmpty)) throw failure;
    const { shown: groups, others } = select(aggregator.groups());
    if (groups.some(({ totals }) => totals.costs.size > 1)) {
      const keys = [...by.map(({ key }) => key), 'currency'];
      log.warn('prices in several currencies have no total', `Use --by ${keys.join(',')} to separate them`);
    }
    const chart = statsTable(groups, others, {
      by,
      total: aggregator.total,
      zone: settings.zone,
      ascii: runtime.env.TERM === 'dumb',
      sum,
    });
    const [rows, columns] =
      name === 'table' && groups.length > 0 ? [chart.rows, chart.columns] : [groups, view.columns];
    const ended = await failureOf(() =>
      withPager(
        runtime,
        () => withoutSecrets(runtime.env, sources),
        (screen) => drain(format(endWithFailure(failure, chunk(singleBatch(rows))), { ...view, columns }), screen),
      ),
    );
    if (ended !== undefined && !hasRest(ended, isEmpty)) throw ended;
    if (sum !== undefined && top !== undefined && runtime.out.isTTY && isSmallestFirst(options.sort ?? [], sum))
      log.info(`the smallest come first; for the largest: --sort -${sum}`);
    if (isCut && limit !== undefined)
      log.warn(
        `totals of the first ${plural(limit.maxRows, 'recording')} only`,
        'For the largest groups use --top <n>',
      );
    if (groups.length === 0) tellNothingFound(queriedSources(sources, query), query, name === 'table', context);
    else tellPeriod(query, context);
    if (groups.length > 0 && runtime.err.isTTY && by.some(({ key }) => key === 'hour' || key === 'weekday'))
      log.info(`Times are those of created_at, in ${zoneName(settings.zone)}`);
    tellJson(options, context);
    if (ended !== undefined) throw ended;
  });
};

/** The groups that are shown, by `--sort` and `--top`, and all others; and the sum that orders them. Throws a usage failure. */
const readSelection = async (
  sort: readonly string[] | undefined,
  top: number | undefined,
  by: readonly Grouping[],
): Promise<{ select(groups: readonly Group[]): Split; readonly sum: SumKey | undefined }> => {
  if (sort === undefined && top === undefined)
    return { select: (groups) => ({ shown: groups, others: [] }), sum: undefined };
  const { parseGroupOrder, selectGroups, sortedSum } = await import('../core/stats/group-order.ts');
  const order = sort === undefined ? undefined : parseGroupOrder(sort, by);
  return {
    select: (groups) => selectGroups(groups, order, top, by),
    sum: sort === undefined ? undefined : sortedSum(sort, by),
  };
};

/** Whether the first key of `--sort` is a sum without `-`. */
const isSmallestFirst = ([first = '']: readonly string[], sum: SumKey): boolean =>
  fieldKey(first.split(',')[0] ?? '') === sum;

/** Throws the failure after the last row, so that a JSON array is closed only if the list is complete. */
async function* endWithFailure<Row>(
  failure: Failure | undefined,
  batches: Batches<Row>,
): AsyncGenerator<readonly Row[]> {
  yield* batches;
  if (failure !== undefined) throw failure;
}
