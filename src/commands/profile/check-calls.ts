import { Failure } from '../../core/failure.ts';
import type { CallList } from '../../core/provider.ts';
import type { Recording } from '../../core/recording.ts';
import { nameOfApi } from '../access/api-access.ts';
import type { Context } from '../shared/context.ts';
import type { Source } from '../shared/source.ts';

/** What a check says of the calls of an API. */
export interface CallCheck {
  /** `yes`, or why its calls, conferences or room sessions cannot be read; null if it has none. */
  readonly text: string | null;
  /** Whether its recordings name calls by the ids of their list; undefined if that is certain, or nothing shows it. */
  readonly sharesIds?: boolean | undefined;
}

/** Requests the first page of each list of calls of an API; `recordings` are some of its newest. */
export const checkCalls = async (
  source: Source,
  recordings: readonly Recording[],
  context: Context,
): Promise<CallCheck> => {
  const { calls: lists = [] } = source.provider;
  const results = await Promise.all(
    lists.map(async (list) => ({ title: list.title, ...(await checkList(list, recordings, source, context)) })),
  );
  const texts = new Set(results.map(({ text }) => text));
  const [only = null] = texts;
  return {
    text: texts.size < 2 ? only : results.map(({ title, text }) => `${title}: ${text}`).join(', '),
    sharesIds: results.find(({ sharesIds }) => sharesIds !== undefined)?.sharesIds,
  };
};

const checkList = async (
  list: CallList,
  recordings: readonly Recording[],
  source: Source,
  { log }: Context,
): Promise<CallCheck> => {
  try {
    const { value: page } = await list.pages({ maxRows: list.pageSize })[Symbol.asyncIterator]().next();
    if (list.recordingsOf === undefined) return { text: 'yes' };
    const { findSharedIds } = await import('../../core/calls/shared-ids.ts'); // rarely needed
    return { text: 'yes', sharesIds: await findSharedIds(list, recordings, page?.rows ?? []) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = log.clean(error.message);
    if (error.kind === 'credentials') {
      const [, status] = /\(HTTP (\d{3})/.exec(message) ?? [];
      return { text: `no permission${status === undefined ? '' : ` (${status})`}` };
    }
    // The recordings, which were asked for, work.
    log.debug('calls.way', `${nameOfApi(source)}: failed to check the ${list.title}: ${message}`);
    return { text: 'unknown' };
  }
};
