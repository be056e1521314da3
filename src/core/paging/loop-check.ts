import { Failure } from '../failure.ts';

/** Consecutive pages that get nowhere, each with a next page, before a list counts as a pagination loop. */
const MAX_STALLED_PAGES = 3;

/** What a page contributed. */
interface Contribution {
  /** It had rows that no earlier page had. */
  readonly hasNewRows: boolean;
  /** The number of its last row, counted as the rows were first read; undefined without rows. */
  readonly lastRow: number | undefined;
  readonly hasMore: boolean;
}

/**
 * Called with each page of a list. Throws for a pagination loop: pages without new rows that do not advance. New rows at the head
 * of a list shift the known ones onto the pages to come, which is no loop: those pages advance through the known rows, and
 * `headHasNewRows` finds the new ones on the first page.
 */
export const openLoopCheck = (headHasNewRows: () => Promise<boolean>): ((page: Contribution) => Promise<void>) => {
  let stalled = 0;
  let before = -1;
  return async ({ hasNewRows, lastRow = -1, hasMore }) => {
    if (hasNewRows) stalled = 0;
    else if (lastRow <= before || lastRow === -1) stalled++;
    before = lastRow;
    if (stalled < MAX_STALLED_PAGES || !hasMore) return;
    if (!(await headHasNewRows())) {
      throw new Failure(
        'unavailable',
        `pagination loop detected: ${MAX_STALLED_PAGES} consecutive pages without a new row`,
      );
    }
    stalled = 0;
  };
};
