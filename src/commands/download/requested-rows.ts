import type { NamedRecording } from '../../core/download/id-list.ts';
import { inShard, type Shard } from '../../core/download/shard.ts';
import { Failure } from '../../core/failure.ts';
import { type Batches, chunk, singleBatch } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import { listSources } from '../shared/list-sources.ts';
import { hasUniqueNames } from './names.ts';
import type { DownloadContext, QueuedRow } from './types.ts';

/** The recordings to download; each call lists them again, the ones with `isCheck` only to check their names. */
export const requestedRows = async (
  downloadContext: DownloadContext,
): Promise<(isCheck?: boolean) => Batches<QueuedRow>> => {
  const { run, context, stop } = downloadContext;
  const { ids, shard, template } = run;
  if (ids === undefined) return (isCheck = false) => listedRows(downloadContext, isCheck);
  if ('typed' in ids) {
    const typed = await typedRows(ids.typed, downloadContext);
    return () => rowsInShard(singleBatch(typed), shard);
  }
  if (!('from' in ids)) return () => rowsInShard(singleBatch(ids), shard);
  const { openIdList } = await import('../ids/id-lists.ts'); // rarely needed
  const named = await openIdList(ids, context.runtime, stop.signal);
  if (hasUniqueNames(template)) {
    const rows = ids.isOnlyTarget ? await begun(named()) : named;
    return () => rowsInShard(rows(), shard);
  }
  // All names are checked before the first download, and standard input can be read only once.
  const every: NamedRecording[] = [];
  try {
    for await (const batch of chunk(named())) every.push(...batch);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'partial') throw error;
    return () => rowsInShard(cutOff(every, error), shard);
  }
  return () => rowsInShard(singleBatch(every), shard);
};

/** A list, to be read once, whose first rows have been read: one that is refused is refused before a folder is made. */
const begun = async (rows: Batches<NamedRecording>): Promise<() => Batches<NamedRecording>> => {
  const iterator = rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  return async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
};

/** Typed ids, all resolved before anything is downloaded. */
const typedRows = async (
  words: readonly string[],
  { sources, context }: DownloadContext,
): Promise<readonly QueuedRow[]> => {
  const { resolveTypedIds } = await import('../ids/typed-ids.ts'); // rarely needed
  const typed = await resolveTypedIds(words, sources, false, context);
  return typed.map(({ id, sources: own, result }) => {
    if (result !== undefined) return typeof result === 'object' && 'raw' in result ? result : { id, result };
    const [profile, other] = new Set(own.map((source) => source.profile));
    return { id, ...(profile === undefined || other !== undefined ? {} : { profile }) };
  });
};

/** The rows of a list that was cut off, and then its failure. */
async function* cutOff(rows: readonly NamedRecording[], failure: Failure): Batches<NamedRecording> {
  yield rows;
  throw failure;
}

const listedRows = ({ run, context, sources }: DownloadContext, isCheck: boolean): Batches<Recording> => {
  const { limit, order, shard } = run;
  return listSources(sources, run.freshQuery(), limit, context, {
    order,
    // Said when the recordings are downloaded.
    ...(isCheck ? { onCallsMissing: () => {} } : {}),
    ...(shard === undefined ? {} : { isWanted: ({ id }) => inShard(id, shard) }),
  });
};

async function* rowsInShard<Row extends QueuedRow>(rows: Batches<Row>, shard: Shard | undefined): Batches<Row> {
  for await (const batch of rows) yield shard === undefined ? batch : batch.filter(({ id }) => inShard(id, shard));
}
