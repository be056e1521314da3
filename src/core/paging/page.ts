import { type Field, fieldReader, isRow, type Row } from '../decode.ts';
import { Failure } from '../failure.ts';
import { assertSameOrigin, onHomeOrigin } from '../origin.ts';
import type { ApiClient, ApiResponse, ListedRow, Page } from '../provider.ts';
import type { Recording } from '../recording.ts';
import { sameId } from '../text/same-id.ts';

/** One page of a response: its rows as an adapter reads them, and the number of rows without an id. */
export const pageOf = <Item extends ListedRow>(
  entries: readonly unknown[],
  read: (row: Row) => Item | undefined,
  hasMore: boolean,
): Page<Item> => {
  const rows = entries.map((entry) => (isRow(entry) ? read(entry) : undefined)).filter((row) => row !== undefined);
  return { rows, unreadable: entries.length - rows.length, hasMore };
};

/** At least ten times the largest page of any provider: a longer array is not a page. */
const MAX_PAGE_ROWS = 20_000;

/** What the entries of a list are, for messages. */
export type Entries = 'recordings' | 'calls' | 'conferences' | 'room sessions';

/** The array under a key of a response. Throws a failure that describes a response of any other shape. */
export const rowsOf = (response: ApiResponse, key: string, entries: Entries = 'recordings'): readonly unknown[] => {
  const rows = isRow(response.body) ? response.body[key] : undefined;
  if (Array.isArray(rows) && rows.length > MAX_PAGE_ROWS) {
    throw new Failure('unavailable', `${response.described}, but with ${rows.length} entries on one page`);
  }
  if (Array.isArray(rows)) return rows;
  throw new Failure('unavailable', `${response.described}, but without a list of ${entries}`);
};

/** The field reader of a row that logs the keys of unreadable values for `--verbose`. */
export const loggedFieldReader = (row: Row, id: string, client: ApiClient, entries: Entries = 'recordings'): Field =>
  fieldReader(row, (key) =>
    client.debug('field.unreadable', `${entries.slice(0, -1)} ${id}: cannot read the value of "${key}"`),
  );

/**
 * The URL of the next page from the link of a response, relative or absolute; undefined at the end. Anything but text
 * is a failure, since treating it as the end would cut the list silently.
 */
export const parseNextLink = (response: ApiResponse, link: unknown): URL | undefined => {
  if (link === undefined || link === null || link === '') return undefined;
  if (typeof link !== 'string' || !URL.canParse(link, response.url.href)) {
    throw new Failure('unavailable', `${response.described}, but the link to the next page is not a URL`);
  }
  const next = onHomeOrigin(new URL(link, response.url), response.url.origin, response.vendorOrigin);
  assertSameOrigin(next, response.url.origin);
  return next;
};

/** An id as a path segment; undefined for ids that cannot be a path segment, such as `..`, which names another path. */
export const pathSegment = (id: string): string | undefined =>
  id === '' || id === '.' || id === '..' || id.length > 512 ? undefined : encodeURIComponent(id.toWellFormed());

/** The recording, or the entry of another list, with that id, at `pathOf(segment)`; undefined if not found. */
export const findById = async <Item extends ListedRow = Recording>(
  id: string,
  pathOf: (segment: string) => string,
  read: (row: Row) => Item | undefined,
  client: ApiClient,
  entries: Entries = 'recordings',
): Promise<Item | undefined> => {
  const segment = pathSegment(id);
  const response = segment === undefined ? undefined : await client.find(pathOf(segment));
  if (response === undefined) return undefined;
  const found = isRow(response.body) ? read(response.body) : undefined;
  const noun = entries.slice(0, -1);
  if (found === undefined) throw new Failure('unavailable', `${response.described}, but without a ${noun}`);
  if (sameId(found.id, id)) return found;
  throw new Failure('unavailable', `${response.described}, but with another ${noun} than the one requested`);
};
