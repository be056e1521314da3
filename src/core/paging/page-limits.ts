import { Failure } from '../failure.ts';

/** The most pages of a list, and of those with hardly anything new. */
export interface PageLimits {
  readonly maxPages: number;
  readonly maxSparsePages: number;
}

/** A page with fewer new rows brings hardly anything new. */
const SPARSE_ROWS = 10;

/** Called with the number of new rows of each page; throws `partial` for more pages than a list may have. */
export const openPageCount = ({ maxPages, maxSparsePages }: PageLimits): ((rows: number) => void) => {
  let pages = 0;
  let sparsePages = 0;
  return (rows) => {
    pages++;
    if (rows < SPARSE_ROWS) sparsePages++;
    if (sparsePages > maxSparsePages)
      throw tooManyPages(`more than ${maxSparsePages} pages had fewer than ${SPARSE_ROWS} new recordings`);
    if (pages > maxPages) throw tooManyPages(`the list has more than ${maxPages} pages`);
  };
};

const tooManyPages = (reason: string): Failure =>
  new Failure('partial', `stopped reading: ${reason}`, {
    hint: 'If the list is not endless, allow more with --max-pages',
  });
