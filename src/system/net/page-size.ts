import { RetryableError, StallError } from '../errors.ts';

/** The page sizes of one API that turned out to be too large for the server. */
export interface PageSizes {
  /** The URL with a page size that the server can deliver, as far as is known. */
  fit(url: URL): URL;
  /** The URL of a page half as large; undefined without a page size, and for a single row. */
  halve(url: URL): URL | undefined;
  /** Whether a page has more rows than every API delivers unless asked otherwise. */
  isLarge(url: URL): boolean;
  /** The server delivered the page of a URL. */
  delivered(url: URL): void;
}

/** `parameter` is the query parameter of the page size. Smaller pages need no other position: they overlap at most. */
export const openPageSizes = (parameter: string): PageSizes => {
  let isReduced = false;
  let largest = 0;
  const sizeOf = (url: URL): number => Number(/^\d{1,6}$/.exec(url.searchParams.get(parameter) ?? '')?.[0] ?? 0);
  const withSize = (url: URL, size: number): URL => {
    const smaller = new URL(url);
    smaller.searchParams.set(parameter, String(size));
    return smaller;
  };
  return {
    // A page that was delivered in full must be the same when it is read again.
    fit: (url) => (isReduced && largest > 0 && sizeOf(url) > largest ? withSize(url, largest) : url),
    halve: (url) => {
      const size = sizeOf(url);
      if (size < 2) return undefined;
      isReduced = true;
      return withSize(url, Math.floor(size / 2));
    },
    isLarge: (url) => sizeOf(url) >= DEFAULT_PAGE_ROWS,
    delivered: (url) => {
      largest = Math.max(largest, sizeOf(url));
    },
  };
};

const DEFAULT_PAGE_ROWS = 50;

/** Whether a request failed as it does when a page takes the server, or the gateway in front of it, too long. */
export const isTooHeavy = (error: unknown): boolean =>
  error instanceof StallError ||
  (error instanceof RetryableError && [502, 504, 524].includes(error.response?.status ?? 0));
