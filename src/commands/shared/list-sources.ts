import { Failure } from '../../core/failure.ts';
import { IdSet } from '../../core/id-set.ts';
import { type Batches, listMatching, merge, take } from '../../core/listing.ts';
import { clientFilters, type FilterKey, filterKeys, filters, type Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import type { Context } from './context.ts';
import type { Source } from './source-types.ts';

export interface RowLimit {
  readonly limit: number;
  /** Looks for one more row and is called when there is one. */
  readonly onCut?: () => void;
}

export interface ListSourcesOptions {
  /** What to ask a source, instead of the query. */
  queryOf?(source: Source): Query;
  /** Told what each source lists, also what another one lists too. */
  onListed?(source: Source, rows: readonly Recording[]): void;
}

/**
 * The recordings of all sources as one listing, newest first. A source that fails beside others is told at once and the
 * others still come; a listing that is not complete ends with a failure after its last row.
 */
export async function* listSources(
  sources: readonly Source[],
  query: Query,
  cut: RowLimit | undefined,
  context: Context,
  { queryOf = () => query, onListed = () => {} }: ListSourcesOptions = {},
): AsyncGenerator<readonly Recording[]> {
  const failures: Failure[] = [];
  const tell = (failure: Failure): void => {
    context.log.error(failure);
    failures.push(failure);
  };
  const asked = sources.filter((source) => unsupportedFilter(source, query) === undefined);
  warnUnsupported(sources, query, context);
  const merged = merge(
    asked.map((source) =>
      observed(rowsOf(source, queryOf(source), asked.length > 1, tell, context), (rows) => onListed(source, rows)),
    ),
  );
  const rows = asked.length > 1 ? uniqueById(merged) : merged;
  yield* cut === undefined ? rows : take(rows, cut.limit, cut.onCut);
  const failed = failures.filter(({ kind }) => kind !== 'partial');
  if (failed.length === asked.length && failed[0] !== undefined) throw new Failure(failed[0].kind, 'every list failed');
  if (failures.length > 0) throw new Failure('partial', 'the list is not complete');
}

/** The filter on something that the API never says: it need not be asked, since nothing can match. */
const unsupportedFilter = ({ definition }: Source, query: Query): FilterKey | undefined =>
  definition.unsupportedFilters.find((key) => query[key] !== undefined);

const warnUnsupported = (sources: readonly Source[], query: Query, { log }: Context): void => {
  for (const key of filterKeys) {
    const mute = sources.filter((source) => unsupportedFilter(source, query) === key).map(apiOf);
    if (mute.length > 0) log.warn(`${filters[key].flag} can match nothing of ${[...new Set(mute)].join(', ')}`);
  }
};

const apiOf = ({ definition }: Source): string => `${definition.vendor.name} ${definition.api}`;

const nameOf = (source: Source): string => `${apiOf(source)} of profile "${source.profile}"`;

async function* observed(batches: Batches<Recording>, tell: (rows: readonly Recording[]) => void): Batches<Recording> {
  for await (const batch of batches) {
    tell(batch);
    yield batch;
  }
}

/** Each recording once: two APIs, or two profiles of one account, may list the same. */
async function* uniqueById(batches: Batches<Recording>): AsyncGenerator<readonly Recording[]> {
  const seen = new IdSet();
  for await (const batch of batches) yield batch.filter(({ provider, id }) => seen.add(`${provider} ${id}`));
}

/** One source's rows. Its failure ends only itself when it is beside others. */
async function* rowsOf(
  source: Source,
  query: Query,
  beside: boolean,
  tell: (failure: Failure) => void,
  { log }: Context,
): Batches<Recording> {
  const { definition, provider } = source;
  const name = nameOf(source);
  const own = definition.serverFilters.filter((key) => query[key] !== undefined).join(', ') || 'nothing';
  const here = clientFilters(query, definition.serverFilters).join(', ') || 'nothing';
  const about = { provider: definition.vendor.name, api: definition.api, profile: source.profile };
  log.debug('filter.pushdown', `${name}: filtered by the API: ${own}; here: ${here}`, { ...about, by_api: own, here });
  try {
    yield* listMatching(
      provider,
      query,
      (message) => tell(new Failure('partial', `${name}: ${message}`)),
      () =>
        log.debug(
          'listing.stopped_early',
          `${name}: in order of time, and a whole page is older than ${query.since}: read no further`,
        ),
    );
    if (query.resumes === true) {
      const { since = null } = query;
      log.debug('listing.resumed', `${name}: read from ${since ?? 'the beginning'}`, { ...about, since });
    }
  } catch (error) {
    if (!beside || !(error instanceof Failure)) throw error;
    tell(
      new Failure(error.kind, `${name}: ${error.message}`, {
        hint: error.hint,
        told: error.reported,
        about: { ...about, ...error.about },
      }),
    );
  }
}
