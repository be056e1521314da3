import { recordingColumns } from '../call-columns.ts';
import type { RecordingColumn } from '../columns.ts';
import type { ApiDefinition, ReportedColumn } from '../provider.ts';
import type { Kind, Recording } from '../recording.ts';
import type { Column } from '../view.ts';
import { callerOrName, type FilteredColumn, type Place, placeOf, places, shortKind, widthOfNames } from './places.ts';

export const reportedColumns: readonly ReportedColumn[] = [
  'status',
  'from',
  'to',
  'conference_name',
  'room_session_id',
  'channels',
  'size_bytes',
];

/** Every column that a table can have. */
export const everyTableColumn: readonly RecordingColumn[] = places.flatMap(({ key }) =>
  recordingColumns.filter((column) => column.key === key),
);

/** After the duration. */
const SORTED_RANK = 2.1;
/** After the caller. */
const FILTERED_RANK = 4.1;
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
  /** The columns of filters with several values, in which the rows differ. */
  readonly filteredBy?: readonly FilteredColumn[];
  /** Fields that only calls give, and that are shown although a table has no room for all of them. */
  readonly callFields?: readonly string[] | undefined;
}

/**
 * The columns of a table of recordings, of which it shows those of lowest rank that fit. They depend on the APIs and profiles
 * and on the request: a column that these never report is left out, and so is one that has the same value in all of their rows.
 */
export const tableColumns = (
  sources: readonly Listed[],
  { kinds, sortedBy = [], filteredBy = [], callFields = [] }: Request = {},
): readonly RecordingColumn[] => {
  const isWanted = (kind: Kind): boolean => kinds === undefined || kinds.includes(kind);
  const able = sources.filter(({ definition }) => definition.kinds.some(isWanted));
  const facts = factsOf(able.length === 0 ? sources : able, isWanted, callFields);
  const filtered = filteredBy.map((column) => withReported(column, facts));
  const asked = [...sortedBy, ...filtered.map(({ key }) => key).filter((key) => !sortedBy.includes(key))];
  const places = placesOf(facts, asked.includes('conference_name'));
  const unplaced = asked.filter((key) => !places.some((place) => place.key === key));
  const shown = places.filter(({ key }) => facts.isShown[key] !== false || asked.includes(key));
  const after = shown.findIndex(({ key }) => key === 'duration_seconds') + 1;
  return [...shown.slice(0, after), ...unplaced.map(placeOf), ...shown.slice(after)]
    .map((place) => rankSorted(rankFiltered(place, filtered), sortedBy))
    .flatMap(({ key, rank, width, fullWidth = width, preferred = false, shown: changed }) =>
      recordingColumns
        .filter((column) => column.key === key)
        .map((own) => ({ ...own, ...changed, rank, preferred, reservedWidth: width, fullWidth })),
    );
};

const rankSorted = (place: Place, sortedBy: readonly string[]): Place => {
  const order = sortedBy.indexOf(place.key);
  return order >= 0 && place.rank > SORTED_RANK
    ? { ...place, rank: SORTED_RANK + order / 100, preferred: true }
    : place;
};

const rankFiltered = (place: Place, filtered: readonly FilteredColumn[]): Place => {
  const order = filtered.findIndex(({ key }) => key === place.key);
  const column = filtered[order];
  if (column === undefined) return place;
  const { title = '' } = recordingColumns.find(({ key }) => key === place.key) ?? {};
  const width = Math.min(place.width, Math.max(title.length, column.maxWidth ?? place.width));
  return {
    ...place,
    width,
    fullWidth: column.maxWidth === undefined ? (place.fullWidth ?? width) : width,
    ...(place.rank > FILTERED_RANK ? { rank: FILTERED_RANK + order / 100, preferred: true } : {}),
    ...(column.isId === true ? { shown: { ...place.shown, shrinkable: true } } : {}),
  };
};

/** Conferences by their ids where no API reports names. */
const withReported = (column: FilteredColumn, { isShown }: Facts): FilteredColumn =>
  column.key === 'conference_name' && isShown.conference_name === false ? { key: 'conference_id', isId: true } : column;

/** What the APIs of a table report. */
interface Facts {
  readonly isShown: Readonly<Record<string, boolean>>;
  /** All rows are of conferences or rooms, and there are names of them. */
  readonly isOfNames: boolean;
  readonly hasSeveralApis: boolean;
  readonly profiles: readonly string[];
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
    profiles: sources.map(({ profile }) => profile),
    reports,
  };
};

/** Columns of a table whose values come from calls at every API. */
const onlyOfCalls: readonly string[] = ['direction', 'dialed_to'];

const givesByCalls = ({ ofCalls = [] }: Listed, key: string): boolean => ofCalls.includes(key);

/** The places of all columns, for what the APIs report. */
const placesOf = (
  { isOfNames, hasSeveralApis, profiles, reports }: Facts,
  hasNameColumn: boolean,
): readonly Place[] => {
  const hasCallers = reports('from') !== 'never' && !isOfNames;
  const seldomRoom = hasCallers || (!isOfNames && reports('room_session_id') === 'partly');
  const changes: Readonly<Record<string, Partial<Place>>> = {
    profile: widthOfNames(profiles),
    ...(hasNameColumn || isOfNames ? {} : { from: { shown: callerOrName } }),
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
    ...(hasSeveralApis
      ? { kind: { rank: 5.5, preferred: true, ...(hasCallers ? { width: 7, shown: shortKind } : {}) } }
      : {}),
    ...(hasCallers ? { provider: { preferred: false }, api: { preferred: false } } : {}),
  };
  return places.map((place) => ({ ...place, ...changes[place.key] }));
};

/** Columns that the user chose, with the widths that they have in every table. */
export const withTableWidths = (chosen: readonly Column<Recording>[]): readonly Column<Recording>[] =>
  chosen.map((column) => {
    const { width: reservedWidth, fullWidth = reservedWidth } =
      places.find(({ key }) => key === column.key) ?? placeOf(column.key);
    return reservedWidth === 0 ? column : { ...column, reservedWidth, fullWidth };
  });
