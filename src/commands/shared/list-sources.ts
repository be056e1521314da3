import { Failure } from '../../core/failure.ts';
import {
  type Batches,
  type ListOrder,
  listMatching,
  observed,
  only,
  reasonToReadOn,
  stoppedText,
  take,
  uniqueBy,
} from '../../core/listing.ts';
import { merge } from '../../core/paging/merge.ts';
import { openPageCount } from '../../core/paging/page-limits.ts';
import type { Page, Provider } from '../../core/provider.ts';
import { filters, type Query } from '../../core/query.ts';
import { type Instant, type Recording, recordingKey } from '../../core/recording.ts';
import { appliedFilters, clientFilters, openAnswerCheck } from '../../core/server-filters.ts';
import type { RowOrder } from '../../core/sort/sort.ts';
import { nameOfApi, refusalOf } from '../access/api-access.ts';
import { type OutcomeListener, openOutcome } from '../access/listing-outcome.ts';
import { tellUnused } from '../access/refusals.ts';
import type { CallsListener } from './calls.ts';
import { type Context, warnOnce } from './context.ts';
import { openListingStatus } from './listing-status.ts';
import { openSourceLookup, recordingIdentity, type Source } from './source.ts';
import { mayUseCalls, queriedSources, warnUnsupported } from './unsupported-filters.ts';

/** The maximum number of rows of a listing. */
export interface RowLimit {
  readonly maxRows: number;
  /** Called if there are more rows; one more row is read to find out. */
  readonly onTruncated?: () => void;
}

export interface ListSourcesOptions extends OutcomeListener<Source> {
  /** All rows are read, and returned in this order instead of newest first. */
  readonly order?: RowOrder | undefined;
  /** With `order`: the caller uses the provider's objects. */
  readonly needsRaw?: boolean;
  /** Whether a row counts; the others are left out before the limit. */
  isWanted?(row: Recording): boolean;
  /** The query for a source, instead of the common one. */
  queryOf?(source: Source): Query;
  /** Called with the rows of each source, including those that another source lists as well. */
  onListed?(source: Source, rows: readonly Recording[]): void;
  /** Called with the order of each source's list when it has been read. */
  onOrder?(source: Source, order: ListOrder): void;
  /** The user sees the rows in this order. */
  readonly showsOrder?: boolean;
}

/**
 * The recordings of all sources as one listing, newest first. If one of several sources fails, its error is reported
 * immediately and the others continue. Throws after the last row if the listing is incomplete: `partial`, or the kind of the first
 * failure if every source failed.
 */
export async function* listSources(
  sources: readonly Source[],
  query: Query,
  limit: RowLimit | undefined,
  context: Context,
  options: ListSourcesOptions = {},
): AsyncGenerator<readonly Recording[]> {
  const { order: sorting, needsRaw, isWanted, onListed = () => {}, onOrder = () => {} } = options;
  const showsOrder = options.showsOrder === true && sorting === undefined;
  // Of a sorted list, or one of which the caller uses only some rows, the first rows may come last.
  const maxRows =
    limit === undefined || sorting !== undefined || isWanted !== undefined
      ? undefined
      : limit.maxRows + (limit.onTruncated === undefined ? 0 : 1);
  const bounded: Query = maxRows === undefined ? query : { ...query, maxRows };
  const { queryOf = () => bounded } = options;
  const queried = queriedSources(sources, query);
  tellUnused(sources, context);
  warnUnsupported(sources, query, context);
  if (queried.some(({ profile }) => profile !== queried[0]?.profile)) {
    const { warnSharedAccounts } = await import('../access/shared-accounts.ts'); // rarely needed
    warnSharedAccounts(queried, (text, hint) => warnOnce(context, text, hint));
  }
  const outcome = openOutcome(queried, options, context.log);
  const bounds = new Map<Source, Instant>();
  const status = openListingStatus(context.settings.zone);
  context.listing.status = status;
  let isEmpty = true;
  let isContinued = false;
  const listed = queried.map((source) => {
    const own = queryOf(source);
    isContinued ||= own.known !== undefined;
    const rows = rowsOf(source, own, queried.length > 1, context, {
      onFailure: (failure) => outcome.fail(source, failure),
      onCallsRefused: (failure) => outcome.failNamed(source, failure),
      onCallsMissing: (message) => outcome.callsMissing(source, message),
      onCallsUnread: (message) => outcome.callsUnread(source, message),
      onIncomplete: (message) => outcome.incomplete(source, message),
      onPage: outcome.settle,
      onBound: (bound) => {
        bounds.set(source, bound);
        status.reached(source, source.definition.vendor.name, bound);
      },
      onEnd: () => status.ended(source),
      onOrder: (order) => {
        const isCut = maxRows !== undefined && !order.isComplete;
        if (order.isInverted && (isCut || (showsOrder && queried.length > 1)))
          context.log.warn(`${nameOfApi(source)} does not list its recordings newest first`, NOT_NEWEST_HINT);
        onOrder(source, order);
      },
    });
    return observed(rows, (batch) => {
      isEmpty &&= batch.length === 0;
      onListed(source, batch);
      context.listing.callers?.see(batch);
    });
  });
  const merged = merge(
    listed,
    queried.map((source) => () => bounds.get(source)),
  );
  const sourceOf = openSourceLookup(queried);
  // Two APIs, or two profiles of one account, can list the same recording.
  const unique =
    queried.length > 1 ? uniqueBy(merged, (row) => recordingKey(recordingIdentity(row, sourceOf(row)))) : merged;
  const wanted = isWanted === undefined ? unique : only(unique, isWanted);
  const rows = observed(wanted, (batch) => status.found(batch.length));
  if (sorting !== undefined)
    yield* (await import('../../core/sort/sort.ts')).sortRows(rows, sorting, { limit, needsRaw });
  else yield* limit === undefined ? rows : take(rows, limit.maxRows, limit.onTruncated);
  // An incremental export usually finds nothing new.
  if (isEmpty && !isContinued && queried.length > 0)
    await (await import('../access/doubts.ts')).tellDoubts(query, context);
  outcome.end();
}

const NOT_NEWEST_HINT = 'The first recordings shown may not be the newest; --all shows all of them';

/** The provider, with a listener for every page before its rows are filtered. */
const observedProvider = (
  provider: Pick<Provider, 'pages'>,
  onPage: (page: Page) => void,
): Pick<Provider, 'pages'> => ({
  async *pages(query) {
    for await (const page of provider.pages(query)) {
      onPage(page);
      yield page;
    }
  },
});

/** What is told about one source while it is read. */
interface SourceListener {
  onFailure(failure: Failure): void;
  /** The credentials may not read the calls, which a filter needs. */
  onCallsRefused(failure: Failure): void;
  /** The provider does not have the calls of recordings that may match a filter. */
  onCallsMissing(message: string): void;
  /** The credentials may not read calls that no filter needs; true if that is reported. */
  onCallsUnread(message: string): boolean;
  onIncomplete(message: string): void;
  /** Called when the source has responded with a page. */
  onPage(): void;
  /** Everything that follows was created before this time. */
  onBound(bound: Instant): void;
  onOrder(order: ListOrder): void;
  onEnd(): void;
}

/** The rows of one source. If there are other sources, a failure is reported and ends only this one. */
async function* rowsOf(
  source: Source,
  query: Query,
  hasOthers: boolean,
  context: Context,
  {
    onFailure,
    onCallsRefused,
    onCallsMissing,
    onCallsUnread,
    onIncomplete,
    onPage,
    onBound,
    onOrder,
    onEnd,
  }: SourceListener,
): Batches<Recording> {
  const { log, settings } = context;
  const { definition, provider } = source;
  const name = nameOfApi(source);
  const onServer = appliedFilters(query, definition).join(', ') || 'nothing';
  const onClient = clientFilters(query, definition).join(', ') || 'nothing';
  const answers = openAnswerCheck(query, definition);
  const about = { provider: definition.vendor.name, api: definition.api, profile: source.profile };
  log.debug('filter.pushdown', `${name}: server-side filters: ${onServer}; client-side filters: ${onClient}`, {
    ...about,
    by_api: onServer,
    here: onClient,
  });
  let reading: ListOrder | undefined;
  let hasFailed = false;
  const completion = await completionOf(
    source,
    query,
    { onIncomplete, onMissing: onCallsMissing, onUnread: onCallsUnread },
    context,
  );
  try {
    yield* listMatching(
      observedProvider(completion ?? provider, ({ olderThan }) => {
        onPage();
        if (olderThan !== undefined) onBound(olderThan);
      }),
      query,
      onIncomplete,
      {
        onPage: openPageCount(settings.pageLimits),
        onRows: answers.see,
        completion,
        onOrder: (order) => {
          reading = order;
          onOrder(order);
        },
      },
    );
    for (const key of answers.unanswered()) {
      log.warn(`${name}: no recording has a value that ${filters[key].flag} can be compared with`);
    }
    if (query.known !== undefined) {
      const { since = null } = query;
      if (reading?.isStopped === true) log.debug('listing.stopped_early', `${name}: ${stoppedText(query)}`, about);
      const reason = reading === undefined || onServer.includes('since') ? '' : reasonToReadOn(query.known, reading);
      log.debug('listing.resumed', `${name}: read from ${since ?? 'the beginning'}${reason}`, { ...about, since });
    }
  } catch (error) {
    hasFailed = true;
    if (!(error instanceof Failure)) throw error;
    if (!hasOthers) throw error === completion?.refusal ? error : refusalOf(source, error);
    if (error === completion?.refusal) onCallsRefused(error);
    else onFailure(error);
  } finally {
    await completion?.close();
    // Also for a reader that needs no more.
    if (!hasFailed) completion?.end();
    onEnd();
  }
}

/** What completes the recordings of a source from its calls, if the query needs it. */
const completionOf = async (source: Source, query: Query, listener: CallsListener, context: Context) =>
  mayUseCalls(source, query) ? (await import('./calls.ts')).openCalls(source, query, listener, context) : undefined;
