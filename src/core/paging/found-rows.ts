import type { ListedRow, Page } from '../provider.ts';
import type { Instant } from '../recording.ts';

/**
 * Rows that the check of a list has found, until they are yielded. If the reader takes only `maxRows` rows, rows that came in
 * meanwhile, or follow the page that is next, must not take the place of others.
 */
export interface FoundRows<Row extends ListedRow> {
  add(rows: readonly Row[]): void;
  /** Whether the reader may have enough with this page. */
  areEnoughWith(page: Page<Row>): boolean;
  /** The rows to yield before a page; without one, all that are not newer than the list. */
  before(page?: Page<Row>): readonly Page<Row>[];
  /** All others. */
  rest(): readonly Page<Row>[];
}

const CHANGED = 'the list kept changing while it was read';

export const openFoundRows = <Row extends ListedRow>(maxRows: number): FoundRows<Row> => {
  const isBounded = maxRows !== Number.POSITIVE_INFINITY;
  let found: Row[] = [];
  let yielded = 0;
  let newest: Instant | null = null;
  let oldest: Instant | null = null;
  return {
    add: (rows) => {
      found.push(...rows);
    },
    areEnoughWith: (page) => yielded + found.length + page.rows.length >= maxRows,
    before: (page) => {
      newest ??= page?.rows[0]?.createdAt ?? null;
      const end = page?.rows.at(-1)?.createdAt ?? '';
      const isDue = ({ createdAt }: ListedRow): boolean =>
        !isBounded || createdAt === null || (createdAt <= (newest ?? createdAt) && createdAt > end);
      const due = found.filter(isDue).sort((one, other) => compare(other.createdAt, one.createdAt));
      found = found.filter((row) => !isDue(row));
      yielded += due.length;
      // Older rows have been yielded already, so the reader would leave out newer ones.
      const isTooLate = yielded > maxRows && due.some(({ createdAt }) => compare(createdAt, oldest) > 0);
      yielded += page?.rows.length ?? 0;
      oldest = page?.rows.at(-1)?.createdAt ?? oldest;
      return pageOfRows(due).map((part) => (isTooLate ? { ...part, incomplete: CHANGED } : part));
    },
    rest: () => pageOfRows(found.splice(0)),
  };
};

const compare = (one: Instant | null, other: Instant | null): number =>
  (one ?? '') < (other ?? '') ? -1 : (one ?? '') > (other ?? '') ? 1 : 0;

/** A page of these rows; none without rows. */
export const pageOfRows = <Row extends ListedRow>(rows: readonly Row[]): readonly Page<Row>[] =>
  rows.length === 0 ? [] : [{ rows, unreadable: 0, hasMore: true }];

/** Says that rows may be missing before the next page. */
export const CHANGED_PAGE: Page<never> = { rows: [], unreadable: 0, hasMore: true, incomplete: CHANGED };
