import type { NamedRecording } from '../../core/download/id-list.ts';
import { Failure } from '../../core/failure.ts';
import { type Batches, uniqueBy } from '../../core/listing.ts';
import { recordingKey } from '../../core/recording.ts';
import type { Runtime } from '../../system/runtime.ts';

/** Where ids are read from. */
export interface IdListOrigin {
  /** A file, or `-` for standard input. */
  readonly from: string;
  /** Nothing but the list says what is requested, so it must not be empty. */
  readonly isOnlyTarget: boolean;
}

/** Whether the only argument is `-`, for ids from standard input. Throws a usage failure if there are others. */
export const readsStdin = (words: readonly string[]): boolean => {
  if (!words.includes('-')) return false;
  if (words.every((word) => word === '-')) return true;
  throw new Failure('usage', 'ids and - cannot be used together', { hint: 'With - all ids come from standard input' });
};

/** The recordings named by a file or by standard input; each call reads it again. */
export const openIdList = async (
  { from, isOnlyTarget }: IdListOrigin,
  runtime: Runtime,
  signal?: AbortSignal,
): Promise<() => Batches<NamedRecording>> => {
  // Loaded here, since most runs have no list.
  const [{ readIdList }, { readText }] = await Promise.all([
    import('../../core/download/id-list.ts'),
    import('../../system/terminal/stdin.ts'),
  ]);
  const read = (): AsyncIterable<string> => {
    const text = readText(from, runtime, signal);
    return isOnlyTarget ? refuseBlank(text) : text;
  };
  return () =>
    uniqueBy(readIdList(read(), from === '-' ? 'standard input' : from), ({ provider = '', accountId, profile, id }) =>
      recordingKey({ provider, accountId: accountId ?? `profile ${profile}`, id }),
    );
};

/** Passes text on, and throws a usage failure at its end if there was none. */
async function* refuseBlank(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let isBlank = true;
  for await (const chunk of chunks) {
    isBlank &&= chunk.trim() === '';
    yield chunk;
  }
  if (isBlank) throw noTarget();
}

/** The failure of a download that nothing limits, unless `--all` says so. */
export const noTarget = (): Failure =>
  new Failure('usage', 'nothing says which recordings to download', {
    hint: 'Type ids, a filter such as --since 7d, or --all for every recording; or pipe a list: recx list -o json | recx download',
  });
