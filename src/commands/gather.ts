import { Failure } from '../core/failure.ts';
import { type Batches, merge, take, walk } from '../core/listing.ts';
import { leftOver, type Query } from '../core/query.ts';
import type { Recording } from '../core/recording.ts';
import type { Source } from './accounts.ts';
import type { Context } from './context.ts';

export interface Cut {
  readonly limit: number;
  /** Looks for one more row and is called when there is one. */
  readonly onCut?: () => void;
}

/**
 * The recordings of all sources as one listing, newest first. A source that fails beside others is told at once and the
 * others still come; a listing that is not complete ends with a failure after its last row.
 */
export async function* gather(
  sources: readonly Source[],
  query: Query,
  cut: Cut | undefined,
  context: Context,
): AsyncGenerator<readonly Recording[]> {
  const failures: Failure[] = [];
  const tell = (failure: Failure): void => {
    context.log.error(failure);
    failures.push(failure);
  };
  const merged = merge(sources.map((source) => rowsOf(source, query, sources.length > 1, tell, context)));
  yield* cut === undefined ? merged : take(merged, cut.limit, cut.onCut);
  const failed = failures.filter(({ kind }) => kind !== 'partial');
  if (failed.length === sources.length && failed[0] !== undefined)
    throw new Failure(failed[0].kind, 'every list failed');
  if (failures.length > 0) throw new Failure('partial', 'the list is not complete');
}

/** One source's rows. Its failure ends only itself when it is beside others. */
async function* rowsOf(
  { profile, definition, provider }: Source,
  query: Query,
  beside: boolean,
  tell: (failure: Failure) => void,
  { log }: Context,
): Batches<Recording> {
  const name = `${definition.family.name} ${definition.api} of profile "${profile}"`;
  const own = definition.narrows.filter((key) => query[key] !== undefined).join(', ') || 'nothing';
  log.note(
    `${name}: filtered by the API: ${own}; here: ${leftOver(query, definition.narrows).join(', ') || 'nothing'}`,
  );
  try {
    yield* walk(provider, query, (message) => tell(new Failure('partial', `${name}: ${message}`)));
  } catch (error) {
    if (!beside || !(error instanceof Failure)) throw error;
    tell(error);
  }
}
