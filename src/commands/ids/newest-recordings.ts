import { Failure } from '../../core/failure.ts';
import { forEachListing, listMatching, take } from '../../core/listing.ts';
import { openPageCount } from '../../core/paging/page-limits.ts';
import type { Recording } from '../../core/recording.ts';
import { DAY } from '../../core/time/duration.ts';
import { toInstant } from '../../core/time/utc.ts';
import { MAX_RECENT } from '../../system/config/recent-ids.ts';
import { isRefused, nameOfApi } from '../access/api-access.ts';
import type { Context } from '../shared/context.ts';
import type { Source } from '../shared/source.ts';
import { judgeRefusal, worse } from './find-recording.ts';

/** The newest recordings of some sources. */
export interface NewestRecordings {
  readonly rows: readonly ListedRow[];
  /** Why a recording may be missing from them; undefined if each source was listed, or lacks only a permission. */
  failure(): Promise<Failure | undefined>;
}

interface ListedRow {
  readonly source: Source;
  readonly recording: Recording;
}

/** A list in windows of time is searched this far back, so that an account without recordings does not take long. */
const MAX_AGE = 365 * DAY;

/** Lists the newest `MAX_RECENT` recordings of each source. */
export const listNewest = async (sources: readonly Source[], context: Context): Promise<NewestRecordings> => {
  const rows: ListedRow[] = [];
  const failures: (readonly [Source, Failure])[] = [];
  await forEachListing(sources, (source) => {
    const fail = (failure: Failure): unknown => failures.push([source, failure]);
    return listSource(source, (recording) => rows.push({ source, recording }), fail, context);
  });
  let judged: Promise<Failure | undefined> | undefined;
  return { rows, failure: () => (judged ??= worstOf(failures, sources, context)) };
};

const listSource = async (
  source: Source,
  add: (recording: Recording) => void,
  fail: (failure: Failure) => void,
  { clock, settings }: Context,
): Promise<void> => {
  const { provider, definition, access } = source;
  const refusal = access.refused.get(definition.api);
  if (refusal !== undefined) return fail(refusal);
  const neededSince = toInstant(clock.timeOfReceipt() - MAX_AGE);
  const query = { maxRows: MAX_RECENT, ...(neededSince === undefined ? {} : { neededSince }) };
  const incomplete = (message: string): void => fail(new Failure('partial', message));
  try {
    const listed = listMatching(provider, query, incomplete, { onPage: openPageCount(settings.pageLimits) });
    for await (const batch of take(listed, MAX_RECENT)) for (const recording of batch) add(recording);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    fail(error);
  }
};

const worstOf = async (
  failures: readonly (readonly [Source, Failure])[],
  sources: readonly Source[],
  { log }: Context,
): Promise<Failure | undefined> => {
  let worst: Failure | undefined;
  for (const [source, failure] of failures) {
    if (failure.kind === 'credentials' && isRefused(source)) {
      // The other APIs of the profile have been listed, so that none of them is requested again.
      const others = sources.filter(({ access }) => access !== source.access);
      worst = worse(worst, await judgeRefusal(source, failure, '', others, log));
      continue;
    }
    const { kind, message, hint, about } = failure;
    worst = worse(worst, new Failure(kind, `${nameOfApi(source)} could not be searched: ${message}`, { hint, about }));
  }
  return worst;
};
