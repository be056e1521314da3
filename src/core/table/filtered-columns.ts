import type { FilterKey, Query } from '../query.ts';

/** The column of a filter. */
export interface FilteredColumn {
  readonly key: string;
  /** The length of the longest value, if the values are the only ones of the column. */
  readonly maxWidth?: number;
  /** The values are ids, of which the start is enough. */
  readonly isId?: boolean;
}

const keys: Readonly<Partial<Record<FilterKey, FilteredColumn>>> = {
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
  Object.entries(keys).flatMap(([filter, column]) => {
    const wanted = query[filter as FilterKey]; // Object.entries is typed with string
    if (!Array.isArray(wanted) || wanted.length < 2) return [];
    const isWord = filter === 'status' || filter === 'kind';
    return [isWord ? { ...column, maxWidth: Math.max(...wanted.map((word: string) => word.length)) } : column];
  });
