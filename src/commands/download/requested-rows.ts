import type { NamedRecording } from '../../core/download/id-list.ts';
import { inShard, type Shard } from '../../core/download/shard.ts';
import { Failure } from '../../core/failure.ts';
import { type Batches, chunk, singleBatch, uniqueBy } from '../../core/listing.ts';
import { type Recording, recordingKey } from '../../core/recording.ts';
import type { Runtime } from '../../system/runtime.ts';
import { listSources } from '../shared/list-sources.ts';
import { hasUniqueNames } from './names.ts';
import type { DownloadContext, QueuedRow } from './types.ts';

/** The recordings to download; each call lists them again. */
export const requestedRows = async (downloadContext: DownloadContext): Promise<() => Batches<QueuedRow>> => {
  const { run, context, stop } = downloadContext;
  const { ids, shard, template } = run;
  if (ids === undefined) return () => listedRows(downloadContext);
  if ('typed' in ids) {
    const typed = await typedRows(ids.typed, downloadContext);
    return () => rowsInShard(singleBatch(typed), shard);
  }
  if (!('from' in ids)) return () => rowsInShard(singleBatch(ids), shard);
  const named = await openIdList(ids.from, context.runtime, stop.signal);
  if (hasUniqueNames(template)) return () => rowsInShard(named(), shard);
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

/** Typed ids, all resolved before anything is downloaded. */
const typedRows = async (
  words: readonly string[],
  { sources, context }: DownloadContext,
): Promise<readonly QueuedRow[]> => {
  const { resolveTypedIds } = await import('../ids/typed-ids.ts'); // rarely needed
  const typed = await resolveTypedIds(words, sources, false, context);
  return typed.map(({ id, sources: own, found }) => {
    const [profile, other] = new Set(own.map((source) => source.profile));
    return found ?? { id, ...(profile === undefined || other !== undefined ? {} : { profile }) };
  });
};

/** The rows of a list that was cut off, and then its failure. */
async function* cutOff(rows: readonly NamedRecording[], failure: Failure): Batches<NamedRecording> {
  yield rows;
  throw failure;
}

const listedRows = ({ run, context, sources }: DownloadContext): Batches<Recording> => {
  const { limit, order, shard } = run;
  return listSources(sources, run.freshQuery(), limit, context, {
    order,
    ...(shard === undefined ? {} : { isWanted: ({ id }) => inShard(id, shard) }),
  });
};

/** The recordings named by a file or by standard input; each call reads it again. */
const openIdList = async (
  from: string,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<() => Batches<NamedRecording>> => {
  // Loaded here, since most downloads have no list.
  const [{ readIdList }, { readText }] = await Promise.all([
    import('../../core/download/id-list.ts'),
    import('../../system/terminal/stdin.ts'),
  ]);
  return () =>
    uniqueBy(
      readIdList(readText(from, runtime, signal), from === '-' ? 'standard input' : from),
      ({ provider = '', accountId, profile, id }) =>
        recordingKey({ provider, accountId: accountId ?? `profile ${profile}`, id }),
    );
};

async function* rowsInShard<Row extends QueuedRow>(rows: Batches<Row>, shard: Shard | undefined): Batches<Row> {
  for await (const batch of rows) yield shard === undefined ? batch : batch.filter(({ id }) => inShard(id, shard));
}
