import type { Row } from '../core/decode.ts';
import type { LinkedList } from '../core/paging/follow-links.ts';
import type { Entries } from '../core/paging/page.ts';
import type { ListedRow, Vendor } from '../core/provider.ts';
import type { Instant, Status } from '../core/recording.ts';
import type { ServerParameter } from '../core/server-filters.ts';
import { shiftedDay } from '../core/time/utc.ts';

/** The most rows on a page, at both vendors. */
export const MAX_PAGE_SIZE = 1000;

/** Vendor differences of this API. */
export interface Dialect {
  readonly vendor: Vendor;
  readonly api: string;
  /** Path of the API, the parent of the account paths. */
  readonly root: string;
  readonly serverParameters: readonly ServerParameter[];
  /** Whether the list has deleted recordings, on request. */
  readonly keepsDeleted: boolean;
  /** The suffix of the paths of lists, and of a call or conference. */
  readonly listSuffix: string;
  /** The credential that names the account. */
  readonly account: string;
  readonly status: (word: unknown) => Status | undefined;
  /** Milliseconds for which calls are kept; undefined if no limit is documented. */
  readonly callsKeptFor?: number;
  /** The statuses of conferences, if a list has those of one status only; the first is that of most conferences. */
  readonly conferenceStatuses: readonly string[];
  /** The query of a link to stereo media, without which it is mixed down to mono. */
  readonly stereo: string;
  /** Whether the vendor serves media from this host, which is not the API's. */
  readonly isMediaHost: (host: string) => boolean;
}

/** The parent of the paths of an account's lists. */
export const accountPath = (credentials: Readonly<Record<string, string>>, { root, account }: Dialect): string =>
  `${root}/Accounts/${encodeURIComponent(credentials[account] ?? '')}`;

/** What differs between the lists of an account. */
interface AccountList<Item extends ListedRow> {
  readonly path: string;
  readonly rowsKey: string;
  readonly entries?: Entries;
  /** The parameters of the first page, besides its size. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The most rows that a page is asked for. */
  readonly pageSize: number;
  read(row: Row): Item | undefined;
}

/** A list of an account, whose pages link to the next one. */
export const linkedList = <Item extends ListedRow>(
  { path, parameters, pageSize, ...list }: AccountList<Item>,
  { listSuffix, root }: Dialect,
): LinkedList<Item> => ({
  ...list,
  first: (size) => `${path}${listSuffix}?${new URLSearchParams({ PageSize: String(size), ...parameters })}`,
  nextOf: (body) => nextPage(body, list.rowsKey, pageSize),
  normalizeLink: (next) => withRoot(next, root),
});

/** The parameters of a range of time. */
export const timeParameters = (
  name: string,
  { since, until }: { readonly since?: Instant; readonly until?: Instant },
): Readonly<Record<string, string>> => ({
  // Dates; the docs describe their boundaries in three ways, so one extra day on each side covers all readings.
  ...(since === undefined ? {} : { [`${name}>`]: shiftedDay(since, -1) }),
  ...(until === undefined ? {} : { [`${name}<`]: shiftedDay(until, 2) }),
});

/**
 * The link to the next page; null ends the list. False, which is rejected later, if a full page has neither: others may
 * follow it.
 */
const nextPage = (body: Row, rowsKey: string, pageSize: number): unknown => {
  const { next_page_uri: next, [rowsKey]: rows, page_size: size } = body;
  const fullPage = Math.min(pageSize, typeof size === 'number' ? size : pageSize);
  return next === undefined && Array.isArray(rows) && rows.length >= fullPage ? false : next;
};

/** SignalWire has returned links without the API root, which would not resolve. */
const withRoot = (next: URL, root: string): URL => {
  if (next.pathname.startsWith(`${root}/`)) return next;
  const repaired = new URL(next);
  repaired.pathname = root + next.pathname.replace(/^\/2010-04-01(?=\/)/, '');
  return repaired;
};
