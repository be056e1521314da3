import { columns, type RecordingColumn } from './columns.ts';
import type { ApiDefinition, ReportedColumn } from './provider.ts';

export const reportedColumns: readonly ReportedColumn[] = [
  'status',
  'from',
  'to',
  'conference_name',
  'room_session_id',
  'channels',
  'size_bytes',
];

/** A column of recordings in a table. */
interface Place {
  readonly key: string;
  /** Priority when not all columns fit, lowest first. */
  readonly rank: number;
  /** The width that it needs, whatever the rows: the columns of a table do not depend on the data. */
  readonly width: number;
  /** Shown even if ids have to be shortened for it. */
  readonly preferred?: boolean;
}

/** In the order of a table. The id comes last, so that a long one never breaks the alignment. */
const places: readonly Place[] = [
  { key: 'created_at', rank: 1, width: 19, preferred: true },
  { key: 'duration_seconds', rank: 2, width: 8, preferred: true },
  { key: 'from', rank: 4, width: 13, preferred: true },
  { key: 'to', rank: 5, width: 13, preferred: true },
  { key: 'conference_name', rank: 8, width: 16 },
  { key: 'room_session_id', rank: 9, width: 36, preferred: true },
  { key: 'kind', rank: 10, width: 10 },
  { key: 'status', rank: 11, width: 11 },
  { key: 'channels', rank: 13, width: 8 },
  { key: 'formats', rank: 14, width: 11 },
  { key: 'size_bytes', rank: 12, width: 6 },
  { key: 'profile', rank: 3, width: 8, preferred: true },
  { key: 'provider', rank: 7, width: 10, preferred: true },
  { key: 'api', rank: 6, width: 13, preferred: true },
  { key: 'id', rank: 0, width: 36 },
];

/** Every column that a table can have. */
export const everyTableColumn: readonly RecordingColumn[] = places.flatMap(({ key }) =>
  columns.filter((column) => column.key === key),
);

/** After all others: mostly empty beside callers. */
const ROOM_RANK_BESIDE_CALLERS = 15;

/** An API that a table lists, and the profile it is queried with. */
interface Listed {
  readonly profile: string;
  readonly definition: Pick<ApiDefinition, 'vendor' | 'api' | 'reports' | 'kinds'>;
}

/**
 * The columns of a table of recordings, of which it shows those of lowest rank that fit. They depend on the APIs and profiles
 * alone: one that these never report is left out, and so is one that has the same value in all of their rows.
 */
export const tableColumns = (sources: readonly Listed[]): readonly RecordingColumn[] => {
  const hasSeveral = (values: readonly string[]): boolean => new Set(values).size > 1;
  const reported = new Set<string>(sources.flatMap(({ definition }) => definition.reports));
  const isShown: Readonly<Record<string, boolean>> = {
    ...Object.fromEntries(reportedColumns.map((key) => [key, reported.has(key)])),
    kind: hasSeveral(sources.flatMap(({ definition }) => definition.kinds)),
    profile: hasSeveral(sources.map(({ profile }) => profile)),
    provider: hasSeveral(sources.map(({ definition }) => definition.vendor.name)),
    api: hasSeveral(sources.map(({ definition }) => definition.api)),
  };
  return places.flatMap(({ key, rank, width, preferred = false }) => {
    const own = everyTableColumn.find((column) => column.key === key);
    if (own === undefined || isShown[key] === false) return [];
    const isRoom = key === 'room_session_id' && reported.has('from');
    const place = isRoom ? { rank: ROOM_RANK_BESIDE_CALLERS, preferred: false } : { rank, preferred };
    return [{ ...own, ...place, reservedWidth: width }];
  });
};
