import { Failure } from '../../core/failure.ts';
import { type Batches, listMatching, merge, take, uniqueBy } from '../../core/listing.ts';
import type { Provider } from '../../core/provider.ts';
import { type FilterKey, filterKeys, filters, type Query } from '../../core/query.ts';
import { type Recording, recordingKey } from '../../core/recording.ts';
import { appliedFilters, clientFilters, openAnswerCheck } from '../../core/server-filters.ts';
import type { Context } from './context.ts';
import { openSourceLookup, recordingIdentity } from './source-lookup.ts';
import type { Source } from './source-types.ts';

/** The maximum number of rows of a listing. */
export interface RowLimit {
  readonly maxRows: number;
  /** Called if there are more rows; one more row is read to find out. */
  readonly onTruncated?: () => void;
}

export interface ListSourcesOptions {
  /** The query for a source, instead of the common one. */
  queryOf?(source: Source): Query;
  /** Called with the rows of each source, including those that another source lists as well. */
  onListed?(source: Source, rows: readonly Recording[]): void;
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
  { queryOf = () => query, onListed = () => {} }: ListSourcesOptions = {},
): AsyncGenerator<readonly Recording[]> {
  const failures: Failure[] = [];
  const report = (failure: Failure): void => {
    context.log.error(failure);
    failures.push(failure);
  };
  const queried = sources.filter((source) => unsupportedFilter(source, query) === undefined);
  warnUnsupported(sources, query, context);
  const merged = merge(
    queried.map((source) =>
      observed(rowsOf(source, queryOf(source), queried.length > 1, report, context), (rows) => onListed(source, rows)),
    ),
  );
  const sourceOf = openSourceLookup(queried);
  // Two APIs, or two profiles of one account, can list the same recording.
  const rows =
    queried.length > 1 ? uniqueBy(merged, (row) => recordingKey(recordingIdentity(row, sourceOf(row)))) : merged;
  yield* limit === undefined ? rows : take(rows, limit.maxRows, limit.onTruncated);
  const failed = failures.filter(({ kind }) => kind !== 'partial');
  if (failed.length === queried.length && failed[0] !== undefined)
    throw new Failure(failed[0].kind, 'failed to list recordings: all APIs failed');
  if (failures.length > 0) throw new Failure('partial', 'the list is incomplete');
}

/** A filter of the query on a field that the API never returns: nothing can match, so the API is not queried. */
const unsupportedFilter = ({ definition }: Source, query: Query): FilterKey | undefined =>
  definition.unsupportedFilters.find((key) => query[key] !== undefined);

const warnUnsupported = (sources: readonly Source[], query: Query, { log }: Context): void => {
  for (const key of filterKeys) {
    const apis = new Set(sources.filter((source) => unsupportedFilter(source, query) === key).map(apiOf));
    if (apis.size === 0) continue;
    const [does, their] = apis.size === 1 ? ['does', 'its'] : ['do', 'their'];
    const field = filters[key].field;
    log.warn(
      `${[...apis].join(', ')} ${does} not report ${field}, so ${filters[key].flag} cannot match ${their} recordings`,
    );
  }
};

const apiOf = ({ definition }: Source): string => `${definition.vendor.name} ${definition.api}`;

const nameOf = (source: Source): string => `${apiOf(source)} of profile "${source.profile}"`;

async function* observed(
  batches: Batches<Recording>,
  onRows: (rows: readonly Recording[]) => void,
): Batches<Recording> {
  for await (const batch of batches) {
    onRows(batch);
    yield batch;
  }
}

/** The provider, with a listener for the rows of every page before they are filtered. */
const observedProvider = (
  provider: Provider,
  onRows: (rows: readonly Recording[]) => void,
): Pick<Provider, 'pages'> => ({
  async *pages(query) {
    for await (const page of provider.pages(query)) {
      onRows(page.recordings);
      yield page;
    }
  },
});

/** The rows of one source. If there are other sources, a failure is reported and ends only this one. */
async function* rowsOf(
  source: Source,
  query: Query,
  hasOthers: boolean,
  report: (failure: Failure) => void,
  { log }: Context,
): Batches<Recording> {
  const { definition, provider } = source;
  const name = nameOf(source);
  const onServer = appliedFilters(query, definition).join(', ') || 'nothing';
  const onClient = clientFilters(query, definition).join(', ') || 'nothing';
  const answers = openAnswerCheck(query, definition);
  const about = { provider: definition.vendor.name, api: definition.api, profile: source.profile };
  log.debug('filter.pushdown', `${name}: server-side filters: ${onServer}; client-side filters: ${onClient}`, {
    ...about,
    by_api: onServer,
    here: onClient,
  });
  try {
    yield* listMatching(
      observedProvider(provider, answers.see),
      query,
      (message) => report(new Failure('partial', `${name}: ${message}`)),
      () =>
        log.debug(
          'listing.stopped_early',
          `${name}: stopped early: a complete page is older than ${query.since}, and the list is in order of time`,
        ),
    );
    for (const key of answers.unanswered()) {
      log.warn(`${name}: no recording has a value that ${filters[key].flag} can be compared with`);
    }
    if (query.isIncremental === true) {
      const { since = null } = query;
      log.debug('listing.resumed', `${name}: read from ${since ?? 'the beginning'}`, { ...about, since });
    }
  } catch (error) {
    if (!hasOthers || !(error instanceof Failure)) throw error;
    report(
      new Failure(error.kind, `${name}: ${error.message}`, {
        hint: error.hint,
        reported: error.reported,
        about: { ...about, ...error.about },
      }),
    );
  }
}
