import { CompactMap } from '../hash/id-set.ts';
import type { ListedRow } from '../provider.ts';
import type { Instant } from '../recording.ts';
import { openPieces } from './pieces.ts';

/** How a page was reached: as the first of the list, after the last row of the page before it, or at a position. */
export type Reached = 'start' | 'row' | 'position';

/** One reading of the list, from its first page onwards. */
export interface Pass {
  /** No other pass has been under way since it began. */
  isSettled: boolean;
  /** The last page with rows. */
  last: PageNumber;
  /** Digest of all rows so far, in order. */
  readonly digest: [number, number];
  /** Its rows came in the order in which the rows were first read, none of them twice. */
  isInOrder: boolean;
  /** The number of its last row. */
  lastRow: number;
}

type PageNumber = number;

/** Whether two passes have read the same rows in the same order. */
export const isSameReading = (one: Pass, other: Pass): boolean =>
  one.digest[0] === other.digest[0] && one.digest[1] === other.digest[1];

/** Stand for what comes before the first row and after the last one. */
const START: PageNumber = 0;
export const END: PageNumber = 1;

/**
 * Decides whether the pages that were read cover a list that changes meanwhile, so that no row that stayed is missing. A page
 * is a piece of the list without a gap. Two pages that share a row are one larger piece; the list is covered once one piece
 * reaches from its start to its end. Pages that meet without a shared row may have a gap between them, unless two passes met at
 * the same rows and agree on all rows before.
 */
export class Coverage {
  /** The number of each row, in the order in which the rows were first read. */
  readonly #rows = new CompactMap();
  readonly #pages: CoveredPage[] = [emptyPage, emptyPage];
  readonly #borders = new Set<number>();
  /** How many passes have read the same rows, by their digest. */
  readonly #readings = new Map<number, number>();
  /** The pieces, if rows of one time keep their order, and if they do not. */
  readonly #pieces = openPieces();
  readonly #strictPieces = openPieces();
  /** Rows of one time were read, and in two orders. */
  #hasTies = false;
  #isShuffled = false;
  #endedPasses = 0;

  openPass(): Pass {
    return { isSettled: true, last: START, digest: [1, 1], isInOrder: true, lastRow: NO_ROW };
  }

  /** The rows that were read, each once. */
  get rowCount(): number {
    return this.#rows.size;
  }

  /** The number of a row; undefined if it was not read before. */
  rowNumber(id: string | undefined): number | undefined {
    return id === undefined ? undefined : this.#rows.get(id);
  }

  hasUnseen(rows: readonly ListedRow[]): boolean {
    return rows.some(({ id }) => this.#rows.get(id) === undefined);
  }

  /** Adds the next page of a pass; returns its number, and the rows that no page had. */
  add<Row extends ListedRow>(pass: Pass, rows: readonly Row[], reached: Reached): AddedPage<Row> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return { page: pass.last, unseen: [] };
    const page = this.#pages.length;
    const firstRow = this.#rows.size;
    this.#pages.push({ firstRow, newest: first.createdAt, oldest: last.createdAt });
    const unseen: Row[] = [];
    const numbers = rows.map((row) => {
      const known = this.#rows.get(row.id);
      if (known === undefined) {
        unseen.push(row);
        this.#rows.set(row.id, this.#rows.size);
        return this.#rows.size - 1;
      }
      if (known < firstRow) this.#joinByRow(page, row.createdAt, known);
      return known;
    });
    this.#noteTies(rows, numbers);
    if (reached === 'start') this.#join(START, page);
    else if (reached === 'row') this.#join(pass.last, page);
    else this.#meet(pass, page, numbers[0] ?? NO_ROW);
    pass.last = page;
    for (const number of numbers) {
      mix(pass.digest, number);
      pass.isInOrder &&= number > pass.lastRow;
      pass.lastRow = number;
    }
    return { page, unseen };
  }

  /** Notes whether rows share a time, and whether those that another page had as well came in another order there. */
  #noteTies(rows: readonly ListedRow[], numbers: readonly number[]): void {
    let before = new Map<PageNumber, number>();
    for (const [index, { createdAt }] of rows.entries()) {
      const isTied = createdAt !== null && createdAt === rows[index - 1]?.createdAt;
      const isTieAhead = createdAt !== null && createdAt === rows[index + 1]?.createdAt;
      if (!isTied && before.size > 0) before = new Map();
      if (!isTied && !isTieAhead) continue;
      this.#hasTies = true;
      const number = numbers[index] ?? NO_ROW;
      const page = this.#pageOfRow(number);
      this.#isShuffled ||= number < (before.get(page) ?? NO_ROW);
      before.set(page, number);
    }
  }

  /** Ends a pass: no page follows. `isProven` if its last page with rows is known to be the end of the list. */
  end(pass: Pass, isProven: boolean): void {
    if (isProven) this.#join(pass.last, END);
    else this.#meet(pass, END, NO_ROW);
    this.#endedPasses++;
    const key = keyOf(pass.digest);
    const readings = (this.#readings.get(key) ?? 0) + 1;
    this.#readings.set(key, readings);
    // Rows without an order can hide the same row more than once.
    if (readings >= (this.#mayHideRows(pass) ? ENOUGH_READINGS_WITHOUT_ORDER : 2)) this.#join(START, END);
  }

  /** Accepts what one pass has read so far if another one has read the same rows. */
  acceptIfSame(one: Pass, other: Pass): void {
    if (isSameReading(one, other) && !this.#mayHideRows(one)) this.#join(START, one.last);
  }

  /** Whether no row is missing before this page, or `END`. */
  isCovered(page: PageNumber): boolean {
    return (this.#isOrderTrusted ? this.#pieces : this.#strictPieces).areJoined(START, page);
  }

  /** Rows of one time seem to keep their order: some passes have read them without a difference. */
  get #isOrderTrusted(): boolean {
    return !this.#hasTies || (!this.#isShuffled && this.#endedPasses >= ENOUGH_PASSES_IN_ORDER);
  }

  /** Whether rows of one time changed places between two pages, as far as can be seen: then each pass may hide the same rows. */
  #mayHideRows(pass: Pass): boolean {
    return !this.#isOrderTrusted && !pass.isInOrder;
  }

  /**
   * Two pages of a pass meet. If an earlier pass met at the same rows after the same rows, and was finished before this one
   * began, no row is missing between them: every deletion before them would show.
   */
  #meet(pass: Pass, page: PageNumber, row: number): void {
    const border: [number, number] = [...pass.digest];
    mix(border, row);
    const key = keyOf(border);
    if (!this.#borders.has(key)) this.#borders.add(key);
    else if (pass.isSettled && !this.#mayHideRows(pass)) this.#join(pass.last, page);
  }

  /**
   * Joins two pages that share a row. Servers were seen to return rows of one time in another order each time: then a row with the
   * time of an end of both pages proves nothing, since others of that time may be on neither page.
   */
  #joinByRow(page: PageNumber, time: Instant | null, row: number): void {
    const other = this.#pageOfRow(row);
    if (this.#strictPieces.areJoined(page, other)) return;
    this.#pieces.join(page, other);
    if (time === null || !(this.#hasEndAt(page, time) && this.#hasEndAt(other, time))) this.#join(page, other);
  }

  #join(one: PageNumber, other: PageNumber): void {
    this.#pieces.join(one, other);
    this.#strictPieces.join(one, other);
  }

  #hasEndAt(page: PageNumber, time: Instant): boolean {
    const { newest, oldest } = this.#page(page);
    return newest === time || oldest === time;
  }

  /** The page that had a row first. */
  #pageOfRow(row: number): PageNumber {
    let [low, high] = [END + 1, this.#pages.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#page(middle).firstRow <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #page(page: PageNumber): CoveredPage {
    const found = this.#pages[page];
    if (found === undefined) throw new Error(`no page ${page}`);
    return found;
  }
}

interface AddedPage<Row> {
  readonly page: PageNumber;
  readonly unseen: readonly Row[];
}

interface CoveredPage {
  /** The number that its first row has if no page had it before. */
  readonly firstRow: number;
  readonly newest: Instant | null;
  readonly oldest: Instant | null;
}

const emptyPage: CoveredPage = { firstRow: 0, newest: null, oldest: null };

const NO_ROW = -1;

/** Passes without a difference in the order of rows of one time, after which that order is trusted. */
const ENOUGH_PASSES_IN_ORDER = 3;
/** Readings of a list without an order that have to agree. */
const ENOUGH_READINGS_WITHOUT_ORDER = 4;

const keyOf = ([one, other]: readonly [number, number]): number => one * 2 ** 21 + (other >>> 11);

/** Adds a number to a digest of two times 32 bits. */
const mix = (digest: [number, number], number: number): void => {
  digest[0] = Math.imul(digest[0] ^ (number + 0x9e3779b9), 0x85ebca6b) >>> 0;
  digest[0] = (digest[0] ^ (digest[0] >>> 15)) >>> 0;
  digest[1] = Math.imul(digest[1] ^ (number + 0x7f4a7c15), 0xc2b2ae35) >>> 0;
  digest[1] = (digest[1] ^ (digest[1] >>> 13)) >>> 0;
};
