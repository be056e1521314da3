import type { ListedRow, Page } from '../provider.ts';
import type { Query } from '../query.ts';
import type { Recording } from '../recording.ts';
import type { ServerRequest } from '../server-filters.ts';
import { merge } from './merge.ts';
import type { NextLinkList } from './next-link.ts';

/**
 * The pages that answer a query. Those of several requests are merged; then nobody can say of one list alone whether the
 * reader has enough, so each is read to its end or the most rows.
 */
export const pagesOfRequests = (
  query: Query,
  requests: readonly ServerRequest[],
  open: (request: ServerRequest, reader: NextLinkList['reader']) => AsyncIterable<Page>,
): AsyncIterable<Page> => {
  const { maxRows } = query;
  const reader = requests.length === 1 ? query : maxRows === undefined ? {} : { maxRows };
  return mergePages(requests.map((request) => open(request, reader)));
};

/** Several lists as one, newest first: the answers to requests that together find every row of a query. */
export async function* mergePages<Item extends ListedRow = Recording>(
  lists: readonly AsyncIterable<Page<Item>>[],
): AsyncGenerator<Page<Item>> {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return yield* only;
  let unreadable = 0;
  let incomplete: string | undefined;
  const rowsOfPages = async function* (pages: AsyncIterable<Page<Item>>): AsyncGenerator<readonly Item[]> {
    for await (const page of pages) {
      unreadable += page.unreadable;
      incomplete ??= page.incomplete;
      yield page.rows;
    }
  };
  for await (const rows of merge(lists.map(rowsOfPages))) yield { rows, unreadable: 0, hasMore: false };
  if (unreadable > 0) yield { rows: [], unreadable, hasMore: false };
  if (incomplete !== undefined) yield { rows: [], unreadable: 0, hasMore: false, incomplete };
}
