import type { RecordingColumn } from '../columns.ts';
import type { FilterKey, Query } from '../query.ts';
import type { Recording } from '../recording.ts';

/** A column of recordings in a table. */
export interface Place {
  readonly key: string;
  /** Priority when not all columns fit, lowest first. */
  readonly rank: number;
  /** The width that it needs, whatever the rows: the columns of a table do not depend on the data. */
  readonly width: number;
  /** The width of complete values, if that is more: minor columns leave room for them. */
  readonly fullWidth?: number;
  /** Shown even if ids and addresses have to be shortened for it; any other column is minor. */
  readonly preferred?: boolean;
  /** What differs from the column of cards. */
  readonly shown?: Partial<Pick<RecordingColumn, 'title' | 'friendly' | 'shrinkable' | 'yields'>>;
}

/** The direction of a call in three characters. */
export const shortDirection = {
  title: 'Dir',
  friendly: ({ call }: Recording): string =>
    call?.direction == null ? '' : call.direction === 'inbound' ? 'in' : 'out',
};

/** The kind beside the callers of several APIs, in a table without room for the long word. */
export const shortKind = {
  friendly: ({ kind }: Recording): string => (kind === 'conference' ? 'conf' : kind),
};

/** Conferences and rooms without a caller are known by their names. */
export const callerOrName = { friendly: ({ from, conferenceName }: Recording): string => from ?? conferenceName ?? '' };

/** In the order of a table. The id comes last, so that a long one never breaks the alignment. */
export const places: readonly Place[] = [
  { key: 'created_at', rank: 1, width: 19, preferred: true },
  { key: 'duration_seconds', rank: 2, width: 8, preferred: true },
  { key: 'direction', rank: 5.2, width: 3, preferred: true, shown: shortDirection },
  { key: 'from', rank: 4, width: 13, preferred: true },
  { key: 'to', rank: 5, width: 13, fullWidth: 29, preferred: true },
  { key: 'dialed_to', rank: 5.7, width: 13, preferred: true, shown: { yields: true } },
  { key: 'conference_name', rank: 10, width: 16 },
  { key: 'room_session_id', rank: 6, width: 36, preferred: true },
  { key: 'kind', rank: 9, width: 10 },
  { key: 'status', rank: 11, width: 11 },
  { key: 'channels', rank: 13, width: 8 },
  { key: 'formats', rank: 14, width: 11 },
  { key: 'size_bytes', rank: 12, width: 6 },
  { key: 'profile', rank: 3, width: 8, preferred: true },
  { key: 'provider', rank: 8, width: 10, preferred: true },
  { key: 'api', rank: 7, width: 13, preferred: true },
  { key: 'id', rank: 0, width: 36 },
];

/** The widths of a column of names: reserved is room for starts that differ, and the mark of truncation. */
export const widthOfNames = (names: readonly string[]): Pick<Place, 'width' | 'fullWidth'> => {
  const fullWidth = Math.max(MIN_NAME_WIDTH, ...names.map(({ length }) => length));
  const count = new Set(names).size;
  let width = MIN_NAME_WIDTH;
  const starts = (): ReadonlySet<string> =>
    new Set(names.map((name) => (name.length <= width ? name : `${name.slice(0, width - 1)}…`)));
  while (width < fullWidth && starts().size < count) width++;
  return { width, fullWidth };
};

const MIN_NAME_WIDTH = 8;

/** Widths of the columns that a table has only on request. */
const otherWidths: Readonly<Record<string, number>> = {
  account_id: 36,
  provider_status: 15,
  updated_at: 19,
  started_at: 19,
  ended_at: 19,
  call_id: 36,
  leg_type: 6,
  conference_id: 36,
  track: 8,
  price: 8,
  currency: 8,
  source: 20,
  error_code: 6,
  encrypted: 9,
};

/** A column without a place of its own. */
export const placeOf = (key: string): Place => ({ key, rank: Number.POSITIVE_INFINITY, width: otherWidths[key] ?? 0 });

/** The column of a filter. */
export interface FilteredColumn {
  readonly key: string;
  /** The length of the longest value, if the values are the only ones of the column. */
  readonly maxWidth?: number;
  /** The values are ids, of which the start is enough. */
  readonly isId?: boolean;
}

const columnsOfFilters: Readonly<Partial<Record<FilterKey, FilteredColumn>>> = {
  status: { key: 'status' },
  kind: { key: 'kind' },
  direction: { key: 'direction' },
  from: { key: 'from' },
  to: { key: 'to' },
  conference: { key: 'conference_name' },
  roomSession: { key: 'room_session_id', isId: true },
  call: { key: 'call_id', isId: true },
  subaccount: { key: 'account_id', isId: true },
};

/** The columns of the filters that have several values: a table shows which of them each row has. */
export const filteredColumns = (query: Query): readonly FilteredColumn[] =>
  Object.entries(columnsOfFilters).flatMap(([filter, column]) => {
    const wanted = query[filter as FilterKey]; // Object.entries is typed with string
    if (!Array.isArray(wanted) || wanted.length < 2) return [];
    const isWord = filter === 'status' || filter === 'kind';
    return [isWord ? { ...column, maxWidth: Math.max(...wanted.map((word: string) => word.length)) } : column];
  });
