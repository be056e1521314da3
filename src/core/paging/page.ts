import { type Field, fieldsOf, isRow, type Row } from '../decode.ts';
import { Failure } from '../failure.ts';
import { assertSameOrigin } from '../origin.ts';
import type { ApiClient, ApiResponse, Page } from '../provider.ts';
import type { Recording } from '../recording.ts';

/** One page of an answer: its rows read by an adapter, rows without an id counted. */
export const pageOf = (rows: readonly unknown[], read: (row: Row) => Recording | undefined, hasMore: boolean): Page => {
  const recordings = rows.map((row) => (isRow(row) ? read(row) : undefined)).filter((row) => row !== undefined);
  return { recordings, unreadable: rows.length - recordings.length, hasMore };
};

/** More than ten times the largest page of any provider is no page. */
const MAX_PAGE_ROWS = 20_000;

/** The array under a key of an answer; an answer of another shape is a failure that says what came instead. */
export const rowsOf = (answer: ApiResponse, key: string): readonly unknown[] => {
  const rows = isRow(answer.body) ? answer.body[key] : undefined;
  if (Array.isArray(rows) && rows.length > MAX_PAGE_ROWS) {
    throw new Failure('unavailable', `${answer.described}, but with ${rows.length} entries on one page`);
  }
  if (Array.isArray(rows)) return rows;
  throw new Failure('unavailable', `${answer.described}, but without a list of recordings`);
};

/** The fields of a row, with unreadable values noted by name for `--verbose`. */
export const fieldsFor = (row: Row, id: string, client: ApiClient): Field =>
  fieldsOf(row, (key) => client.debug('field.unreadable', `recording ${id}: cannot read the value of "${key}"`));

/**
 * The next page's address as an answer gives it: relative or absolute, undefined at the end. Anything but text is a
 * failure, since taking it for the end would cut the list in silence.
 */
export const parseNextLink = (answer: ApiResponse, link: unknown): URL | undefined => {
  if (link === undefined || link === null || link === '') return undefined;
  if (typeof link !== 'string' || !URL.canParse(link, answer.url.href)) {
    throw new Failure('unavailable', `${answer.described}, but with a next page that is not an address`);
  }
  const next = new URL(link, answer.url);
  assertSameOrigin(next, answer.url.origin);
  return next;
};

/** An id as a part of a path; undefined for one that no path can carry, since `..` would ask for something else. */
export const pathSegment = (id: string): string | undefined =>
  id === '' || id === '.' || id === '..' || id.length > 512 ? undefined : encodeURIComponent(id.toWellFormed());

/** The recording of that id at the path its name makes; undefined when there is none. */
export const findById = async (
  id: string,
  pathOf: (name: string) => string,
  read: (row: Row) => Recording | undefined,
  client: ApiClient,
): Promise<Recording | undefined> => {
  const name = pathSegment(id);
  const answer = name === undefined ? undefined : await client.find(pathOf(name));
  if (answer === undefined) return undefined;
  const recording = isRow(answer.body) ? read(answer.body) : undefined;
  if (recording !== undefined) return recording;
  throw new Failure('unavailable', `${answer.described}, but without a recording`);
};
