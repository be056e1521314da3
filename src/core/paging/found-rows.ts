import type { Page } from '../provider.ts';
import type { Instant, Recording } from '../recording.ts';

/**
 * Rows that the check of a list has found, until they are yielded. If the reader takes only `maxRows` rows, rows that came in
 * meanwhile, or follow the page that is next, must not take the place of others.
 */
export interface FoundRows {
  add(rows: readonly Recording[]): void;
  /** Whether the reader may have enough with this page. */
  areEnoughWith(page: Page): boolean;
  /** The rows to yield before a page; without one, all that are not newer than the list. */
  before(page?: Page): readonly Page[];
  /** All others. */
  rest(): readonly Page[];
}

const CHANGED = 'the list kept changing while it was read';

export const openFoundRows = (maxRows: number): FoundRows => {
  const isBounded = maxRows !== Number.POSITIVE_INFINITY;
  let found: Recording[] = [];
  let yielded = 0;
  let newest: Instant | null = null;
  let oldest: Instant | null = null;
  return {
    add: (rows) => {
      found.push(...rows);
    },
    areEnoughWith: (page) => yielded + found.length + page.recordings.length >= maxRows,
    before: (page) => {
      newest ??= page?.recordings[0]?.createdAt ?? null;
      const end = page?.recordings.at(-1)?.createdAt ?? '';
      const isDue = ({ createdAt }: Recording): boolean =>
        !isBounded || createdAt === null || (createdAt <= (newest ?? createdAt) && createdAt > end);
      const due = found.filter(isDue).sort((one, other) => compare(other.createdAt, one.createdAt));
      found = found.filter((row) => !isDue(row));
      yielded += due.length;
      // Older rows have been yielded already, so the reader would leave out newer ones.
      const isTooLate = yielded > maxRows && due.some(({ createdAt }) => compare(createdAt, oldest) > 0);
      yielded += page?.recordings.length ?? 0;
      oldest = page?.recordings.at(-1)?.createdAt ?? oldest;
      return pageOfRows(due).map((part) => (isTooLate ? { ...part, incomplete: CHANGED } : part));
    },
    rest: () => pageOfRows(found.splice(0)),
  };
};

const compare = (one: Instant | null, other: Instant | null): number =>
  (one ?? '') < (other ?? '') ? -1 : (one ?? '') > (other ?? '') ? 1 : 0;

/** A page of these rows; none without rows. */
export const pageOfRows = (recordings: readonly Recording[]): readonly Page[] =>
  recordings.length === 0 ? [] : [{ recordings, unreadable: 0, hasMore: true }];

/** Says that rows may be missing before the next page. */
export const CHANGED_PAGE: Page = { recordings: [], unreadable: 0, hasMore: true, incomplete: CHANGED };
