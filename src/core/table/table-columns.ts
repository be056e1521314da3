import { recordingColumns } from '../call-columns.ts';
import type { RecordingColumn } from '../columns.ts';
import type { ApiDefinition, ReportedColumn } from '../provider.ts';
import type { Kind, Recording } from '../recording.ts';
import type { Column } from '../view.ts';

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
  /** The width of complete values, if that is more: minor columns leave room for them. */
  readonly fullWidth?: number;
  /** Shown even if ids and addresses have to be shortened for it; any other column is minor. */
  readonly preferred?: boolean;
  /** What differs from the column of cards. */
  readonly shown?: Partial<Pick<RecordingColumn, 'title' | 'friendly'>>;
}

/** The direction of a call in three characters. */
export const shortDirection = {
  title: 'Dir',
  friendly: ({ call }: Recording): string =>
    call?.direction == null ? '' : call.direction === 'inbound' ? 'in' : 'out',
};

/** In the order of a table. The id comes last, so that a long one never breaks the alignment. */
const places: readonly Place[] = [
  { key: 'created_at', rank: 1, width: 19, preferred: true },
  { key: 'duration_seconds', rank: 2, width: 8, preferred: true },
  { key: 'direction', rank: 5.2, width: 3, preferred: true, shown: shortDirection },
  { key: 'from', rank: 4, width: 13, preferred: true },
  { key: 'to', rank: 5, width: 13, fullWidth: 29, preferred: true },
  { key: 'dialed_to', rank: 5.7, width: 13, preferred: true },
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

/** Every column that a table can have. */
export const everyTableColumn: readonly RecordingColumn[] = places.flatMap(({ key }) =>
  recordingColumns.filter((column) => column.key === key),
);

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

/** After the duration. */
const SORTED_RANK = 2.1;
/** The place of a column that is empty in most rows: after all others. */
const SELDOM = { rank: 15, preferred: false };

/** An API that a table lists, and the profile it is queried with. */
interface Listed {
  readonly profile: string;
  readonly definition: Pick<ApiDefinition, 'vendor' | 'api' | 'reports' | 'kinds'>;
  /** The fields that its recordings have from calls. */
  readonly ofCalls?: readonly string[];
}

/** What the user asked for. */
interface Request {
  /** The kinds of recordings; undefined for all. */
  readonly kinds?: readonly Kind[] | undefined;
  /** The fields of `--sort`. */
  readonly sortedBy?: readonly string[];
  /** Fields that only calls give, and that are shown although a table has no room for all of them. */
  readonly callFields?: readonly string[] | undefined;
}

/**
 * The columns of a table of recordings, of which it shows those of lowest rank that fit. They depend on the APIs and profiles
 * and on the request: a column that these never report is left out, and so is one that has the same value in all of their rows.
 */
export const tableColumns = (
  sources: readonly Listed[],
  { kinds, sortedBy = [], callFields = [] }: Request = {},
): readonly RecordingColumn[] => {
  const isWanted = (kind: Kind): boolean => kinds === undefined || kinds.includes(kind);
  const able = sources.filter(({ definition }) => definition.kinds.some(isWanted));
  const facts = factsOf(able.length === 0 ? sources : able, isWanted, callFields);
  const places = placesOf(facts);
  const unplaced = sortedBy.filter((key) => !places.some((place) => place.key === key));
  const shown = places.filter(({ key }) => facts.isShown[key] !== false || sortedBy.includes(key));
  const after = shown.findIndex(({ key }) => key === 'duration_seconds') + 1;
  return [...shown.slice(0, after), ...unplaced.map(placeOf), ...shown.slice(after)].flatMap(
    ({ key, rank, width, fullWidth = width, preferred = false, shown: changed }) => {
      const own = recordingColumns.find((column) => column.key === key);
      if (own === undefined) return [];
      const order = sortedBy.indexOf(key);
      const place =
        order >= 0 && rank > SORTED_RANK ? { rank: SORTED_RANK + order / 100, preferred: true } : { rank, preferred };
      return [{ ...own, ...changed, ...place, reservedWidth: width, fullWidth }];
    },
  );
};

/** What the APIs of a table report. */
interface Facts {
  readonly isShown: Readonly<Record<string, boolean>>;
  /** All rows are of conferences or rooms, and there are names of them. */
  readonly isOfNames: boolean;
  readonly hasSeveralApis: boolean;
  reports(key: ReportedColumn): 'always' | 'partly' | 'never';
}

const factsOf = (
  sources: readonly Listed[],
  isWanted: (kind: Kind) => boolean,
  callFields: readonly string[],
): Facts => {
  const hasSeveral = (values: readonly string[]): boolean => new Set(values).size > 1;
  const definitions = sources.map(({ definition }) => definition);
  const reports = (key: ReportedColumn): 'always' | 'partly' | 'never' => {
    const count = sources.filter(
      (source) => source.definition.reports.includes(key) || givesByCalls(source, key),
    ).length;
    return count === 0 ? 'never' : count === sources.length ? 'always' : 'partly';
  };
  const shownKinds = definitions.flatMap((definition) => definition.kinds.filter(isWanted));
  const provider = hasSeveral(definitions.map(({ vendor }) => vendor.name));
  const api = hasSeveral(definitions.map((definition) => definition.api));
  return {
    isShown: {
      ...Object.fromEntries(reportedColumns.map((key) => [key, reports(key) !== 'never'])),
      ...Object.fromEntries(
        onlyOfCalls.map((key) => [
          key,
          callFields.includes(key) && sources.some((source) => givesByCalls(source, key)),
        ]),
      ),
      kind: hasSeveral(shownKinds),
      profile: hasSeveral(sources.map(({ profile }) => profile)),
      provider,
      api,
    },
    isOfNames:
      shownKinds.every((kind) => kind === 'conference' || kind === 'room') &&
      [reports('conference_name'), reports('room_session_id')].some((how) => how !== 'never'),
    hasSeveralApis: provider || api,
    reports,
  };
};

/** Columns of a table whose values come from calls at every API. */
const onlyOfCalls: readonly string[] = ['direction', 'dialed_to'];

const givesByCalls = ({ ofCalls = [] }: Listed, key: string): boolean => ofCalls.includes(key);

/** The places of all columns, for what the APIs report. */
const placesOf = ({ isOfNames, hasSeveralApis, reports }: Facts): readonly Place[] => {
  const hasCallers = reports('from') !== 'never' && !isOfNames;
  const seldomRoom = hasCallers || (!isOfNames && reports('room_session_id') === 'partly');
  const changes: Readonly<Record<string, Partial<Place>>> = {
    ...(isOfNames
      ? {
          direction: SELDOM,
          from: SELDOM,
          to: SELDOM,
          dialed_to: SELDOM,
          conference_name: { rank: 4, preferred: true },
        }
      : reports('conference_name') === 'partly'
        ? { conference_name: SELDOM }
        : {}),
    ...(seldomRoom ? { room_session_id: SELDOM } : {}),
    // Of several APIs only some have callers: the kind says what the other rows are.
    ...(hasSeveralApis ? { kind: { rank: 5.5, width: 8, fullWidth: 10, preferred: true } } : {}),
    ...(hasCallers ? { provider: { preferred: false }, api: { preferred: false } } : {}),
  };
  return places.map((place) => ({ ...place, ...changes[place.key] }));
};

const placeOf = (key: string): Place => ({ key, rank: Number.POSITIVE_INFINITY, width: otherWidths[key] ?? 0 });

/** Columns that the user chose, with the widths that they have in every table. */
export const withTableWidths = (chosen: readonly Column<Recording>[]): readonly Column<Recording>[] =>
  chosen.map((column) => {
    const { width: reservedWidth, fullWidth = reservedWidth } =
      places.find(({ key }) => key === column.key) ?? placeOf(column.key);
    return reservedWidth === 0 ? column : { ...column, reservedWidth, fullWidth };
  });
