import { Failure, failureOf } from '../core/failure.ts';
import type { Batches } from '../core/listing.ts';
import type { Recording } from '../core/recording.ts';
import { drain } from '../core/sink.ts';
import { numberMatcher } from '../core/text/phone-number.ts';
import type { View } from '../core/view.ts';
import { withPager } from '../system/terminal/pager.ts';
import { streamSink } from '../system/terminal/streams.ts';
import { noteCallers, tellCallers } from './access/caller-note.ts';
import { openRowNote, tellNothingFound, tellPeriod } from './access/queried.ts';
import { openRecentIds } from './ids/recent-ids.ts';
import { withoutSecrets } from './shared/child-env.ts';
import { type Context, type Define, examples } from './shared/context.ts';
import { listSources, type RowLimit } from './shared/list-sources.ts';
import {
  type AccountOptions,
  addAccountOptions,
  addCallsOption,
  addFilterOptions,
  addLimitOption,
  addSortOption,
  checkAll,
  type FilterOptions,
  readLimit,
  readQuery,
  readSort,
} from './shared/options.ts';
import {
  addOutputOptions,
  callFieldsOf,
  type OutputOptions,
  readOutput,
  readSortedFields,
  showsLinks,
  showsRaw,
  tellJson,
  viewOf,
} from './shared/output.ts';
import { hasRest, readCompletely, whileQuerying } from './shared/progress.ts';
import { profileNames, withSources } from './shared/sources.ts';
import { queriedSources } from './shared/unsupported-filters.ts';

/** Number of rows without `--limit` and `--all`: one or two screens. */
const DEFAULT_ROWS = 50;

interface ListOptions extends AccountOptions, FilterOptions, OutputOptions {
  readonly limit?: string;
  readonly all?: boolean;
  readonly sort?: readonly string[];
  readonly count?: boolean;
}

export const define: Define = (command, start) => {
  addAccountOptions(command);
  addSortOption(addLimitOption(addFilterOptions(command), DEFAULT_ROWS).option('--all', 'list all recordings'));
  addCallsOption(command);
  command.option('--count', 'print only how many recordings match, without the default limit');
  addOutputOptions(command)
    .addHelpText(
      'after',
      examples([
        'recx list --profile demo --since 7d',
        'recx list --profile demo --sort -duration_seconds --limit 10',
        'recx list --profile demo --since 7d --count',
        'recx list --profile demo --kind conference --min-duration 1m --all -o csv',
        "recx list --profile demo --status completed -o json | jq '.[].id'",
      ]),
    )
    .action((options: ListOptions) => (options.count === true ? count : list)(options, start()));
};

const list = async (options: ListOptions, context: Context): Promise<void> => {
  const { runtime, log } = context;
  let hasMore = false;
  const limit = readRowLimit(options, () => {
    hasMore = true;
  });
  const order = await readSort(options);
  readQuery(options, context);
  const output = await readOutput(options, context);
  const { name, format } = output;
  await withSources(options, context, async (sources) => {
    const sortedBy = await readSortedFields(options);
    const query = {
      ...readQuery(options, context),
      ...callFieldsOf(options, sortedBy),
      needsMediaLinks: showsLinks(output.view),
    };
    const view = await viewOf(output, queriedSources(sources, query), query, options.sort);
    const recentIds = await openRecentIds(context);
    const found = openRowNote();
    const ordered =
      options.sort === undefined ? undefined : (await import('../core/sort/sort.ts')).openOrderNote(options.sort);
    const wanted = (query.to ?? []).map(numberMatcher);
    let isDialled = false;
    const onListed = (source: unknown, batch: readonly Recording[]): void => {
      found.note(source, batch);
      isDialled ||= wanted.length > 0 && batch.some(({ to }) => !wanted.some((matches) => matches(to)));
      ordered?.see(batch);
    };
    noteCallers(context, options);
    const listed = recentIds.observe(
      listSources(sources, query, limit, context, { order, needsRaw: showsRaw(view), showsOrder: true, onListed }),
    );
    const totals = name === 'table' ? await openTotals(view, context) : undefined;
    const rows = totals?.count(listed) ?? listed;
    const failure = await failureOf(() =>
      whileQuerying(profileNames(sources), context, () =>
        withPager(
          runtime,
          () => withoutSecrets(runtime.env, sources),
          (screen) => drain(format(rows, view), screen),
        ),
      ),
    ).finally(recentIds.save);
    if (failure !== undefined && !hasRest(failure, found.isEmpty)) throw failure;
    if (found.isEmpty) tellNothingFound(queriedSources(sources, query), query, name === 'table', context);
    else tellPeriod(query, context);
    totals?.print();
    if (runtime.err.isTTY) for (const text of ordered?.texts ?? []) log.info(text);
    if (isDialled && runtime.err.isTTY && options.withCalls !== true && options.fields === undefined)
      log.info('Where To is another number, the call dialled one of --to: Dialed to is shown with --with-calls');
    tellCallers(context);
    tellJson(options, context);
    // After the pager, which would hide it.
    if (hasMore) tellCut(context);
    if (failure !== undefined) throw failure;
  });
};

/** Says that the default limit hides recordings; to a person also with `--quiet`, who would take the list for complete. */
const tellCut = ({ runtime, log, settings }: Context): void => {
  const text = `showing the first ${DEFAULT_ROWS} recordings`;
  const hint = 'Use --all or --limit <n> to see more';
  if (settings.quiet && runtime.err.isTTY) log.error(new Failure('partial', text, { hint }));
  else log.warn(text, hint);
};

/** Prints the number of recordings, of an incomplete list that of those which were read. */
const count = async (options: ListOptions, context: Context): Promise<void> => {
  const [flag] =
    Object.entries({
      '--sort': options.sort,
      '--fields': options.fields,
      '--urls': options.urls,
      '--raw': options.raw,
      '--excel': options.excel,
      '--csv-raw': options.csvRaw,
      '--no-header': options.header === false ? true : undefined,
    }).find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined)
    throw new Failure('usage', `--count and ${flag} cannot be used together`, { hint: `Leave out ${flag}` });
  const limit = readRowLimit(options, undefined);
  readQuery(options, context);
  await readOutput(options, context);
  await withSources(options, context, async (sources) => {
    const query = { ...readQuery(options, context), ...callFieldsOf(options) };
    const rows = listSources(sources, query, limit, context);
    let recordings = 0;
    const add = (batch: readonly Recording[]): void => {
      recordings += batch.length;
    };
    const failure = await readCompletely(profileNames(sources), rows, add, context);
    if (failure === undefined || failure.kind === 'partial' || recordings > 0)
      await streamSink(context.runtime.out).write(`${recordings}\n`);
    if (failure !== undefined) throw failure;
    if (recordings === 0) tellNothingFound(queriedSources(sources, query), query, false, context);
    else tellPeriod(query, context);
  });
};

/** Sums the rows of a table. `print` writes the totals below it on a terminal. */
const openTotals = async (view: View<Recording>, { runtime, log, settings }: Context) => {
  const [{ openAggregator }, { totalLine }] = await Promise.all([
    import('../core/stats/aggregate.ts'),
    import('../core/stats/columns.ts'),
  ]);
  const { add, total } = openAggregator([], settings.zone);
  const showsPrices = view.columns.some(({ key }) => key === 'price');
  return {
    count: async function* (batches: Batches<Recording>): Batches<Recording> {
      for await (const batch of batches) {
        add(batch);
        yield batch;
      }
    },
    print: (): void => {
      if (total.recordings > 0 && runtime.out.isTTY && runtime.err.isTTY) log.info(totalLine(total, showsPrices));
    },
  };
};

/**
 * The row limit; undefined for all rows. `onTruncated` is called if the default limit hides rows, but not for `--limit`; without
 * it there is no default limit.
 */
const readRowLimit = ({ limit, all }: ListOptions, onTruncated: (() => void) | undefined): RowLimit | undefined => {
  checkAll({ limit, all });
  if (all === true) return undefined;
  return readLimit(limit) ?? (onTruncated && { maxRows: DEFAULT_ROWS, onTruncated });
};
