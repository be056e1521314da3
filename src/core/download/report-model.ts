import { instant } from '../decode.ts';
import { localTime, type Zone } from '../time/zone.ts';
import type { ManifestEntry } from './manifest.ts';
import { mediaOf, type RecordingDetails, readDetails, type Sidecar } from './sidecar.ts';

/** The default name of the page that `recx report` writes. */
export const REPORT = 'report.html';

/** The tag near the start of a page by which `recx report` recognises its own files. */
export const GENERATOR_TAG = '<meta name="generator" content="recx ';

/** A row of the report: a file in the manifest. */
export interface FileRow extends Record<Exclude<keyof RecordingDetails, 'durationSeconds'>, string | null> {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly profile: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType: string | null;
  readonly createdAt: string | null;
  readonly downloadedAt: string | null;
  readonly durationSeconds: number | null;
  /** `ok` means that the size matches, or with `--check` the SHA-256. */
  readonly state: 'ok' | 'missing' | 'damaged';
  /** Describes the problem. */
  readonly note: string | null;
  /** How a browser can open the file: `save` for encrypted media; null if the file is missing or not media. */
  readonly media: 'audio' | 'video' | 'save' | null;
}

/** The items of a report, in the order in which they are found. */
export type ReportItem =
  | { readonly found: 'file'; readonly row: FileRow }
  /** A line of the manifest that cannot be read. */
  | { readonly found: 'unreadable line' }
  /** A sidecar that cannot be read, or that belongs to another recording. */
  | { readonly found: 'unreadable sidecar' }
  /** A file that is not listed in the manifest. */
  | { readonly found: 'extra'; readonly path: string };

/** Maximum characters of a value: a path can have 4096 bytes. */
const MAX_VALUE_LENGTH = 4096;

/**
 * The row of a manifest entry, in which only the id, the provider, the path and the size are certain to be present.
 * Where the entry and the sidecar differ, the newer one counts.
 */
export const fileRow = (
  entry: ManifestEntry,
  { state, note, isRegularFile }: Pick<FileRow, 'state' | 'note'> & { readonly isRegularFile: boolean },
  sidecar: Sidecar | undefined,
): FileRow => {
  const listed = readDetails({ ...entry });
  const isOutdated = sidecar !== undefined && sidecar.writtenAt < Date.parse(entry.downloaded_at);
  const [newer, older] = isOutdated ? [listed, sidecar.details] : [sidecar?.details ?? listed, listed];
  const field = (key: 'api' | 'profile' | 'content_type' | 'downloaded_at' | 'created_at'): string | null => {
    const value: unknown = entry[key];
    return typeof value === 'string' && value !== '' ? truncateValue(value) : null;
  };
  const detail = (key: keyof Omit<RecordingDetails, 'durationSeconds'>): string | null => {
    const value = newer[key] ?? older[key];
    return value === null ? null : truncateValue(value);
  };
  const media = mediaOf(entry.path);
  return {
    id: truncateValue(entry.id),
    provider: truncateValue(entry.provider),
    api: field('api') ?? '',
    profile: field('profile') ?? '',
    path: truncateValue(entry.path),
    bytes: entry.bytes,
    sha256: truncateValue(entry.sha256),
    contentType: field('content_type'),
    createdAt: instant(field('created_at')) ?? field('created_at'),
    downloadedAt: field('downloaded_at'),
    kind: detail('kind'),
    status: detail('status'),
    from: detail('from'),
    to: detail('to'),
    startedAt: detail('startedAt'),
    durationSeconds: newer.durationSeconds ?? older.durationSeconds,
    state,
    note,
    media: !isRegularFile || !media ? null : media.encrypted ? 'save' : media.format === 'mp4' ? 'video' : 'audio',
  };
};

const truncateValue = (value: string): string => {
  const text = value.toWellFormed();
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1).toWellFormed()}…` : text;
};

/** Number and bytes of the files of one provider, profile, kind or day. */
interface Group {
  files: number;
  bytes: number;
}

export type Groups = ReadonlyMap<string, Group>;

export interface ReportTotals extends Group {
  ok: number;
  missing: number;
  damaged: number;
  unreadableLines: number;
  unreadableSidecars: number;
  extras: number;
  /** Total duration of the files whose duration is known, `withDuration` of them. */
  seconds: number;
  withDuration: number;
  /** The first files that are not listed in the manifest, at most MAX_EXTRA_PATHS. */
  readonly extraPaths: string[];
  readonly providers: Map<string, Group>;
  readonly profiles: Map<string, Group>;
  readonly kinds: Map<string, Group>;
  readonly days: Map<string, Group>;
  /** The first and the last day of the recordings whose time is known; empty if none. */
  firstDay: string;
  lastDay: string;
}

const emptyTotals = (): ReportTotals => ({
  files: 0,
  bytes: 0,
  ok: 0,
  missing: 0,
  damaged: 0,
  unreadableLines: 0,
  unreadableSidecars: 0,
  extras: 0,
  seconds: 0,
  withDuration: 0,
  extraPaths: [],
  providers: new Map(),
  profiles: new Map(),
  kinds: new Map(),
  days: new Map(),
  firstDay: '',
  lastDay: '',
});

/** A corrupt manifest could have a million distinct names, days and paths; further names count as "others". */
const MAX_REPORT_GROUPS = 100;
const MAX_DAYS = 20_000;
const MAX_EXTRA_PATHS = 200;

/** Computes the totals of the items of a report. Days are counted in the zone. */
export const openReportTotals = (zone: Zone): { readonly totals: ReportTotals; add(item: ReportItem): void } => {
  const totals = emptyTotals();
  const addFile = (row: FileRow): void => {
    totals.files++;
    totals.bytes += row.bytes;
    totals[row.state]++;
    if (row.durationSeconds !== null) {
      totals.seconds += row.durationSeconds;
      totals.withDuration++;
    }
    addToGroup(totals.providers, `${row.provider} ${row.api}`.trim(), row, MAX_REPORT_GROUPS);
    addToGroup(totals.profiles, row.profile || UNKNOWN, row, MAX_REPORT_GROUPS);
    addToGroup(totals.kinds, row.kind ?? UNKNOWN, row, MAX_REPORT_GROUPS);
    const epoch = row.createdAt === null ? Number.NaN : Date.parse(row.createdAt);
    const day = Number.isNaN(epoch) ? '' : localTime(epoch, zone).slice(0, 10);
    addToGroup(totals.days, day || UNKNOWN, row, MAX_DAYS);
    if (day === '') return;
    if (totals.firstDay === '' || day < totals.firstDay) totals.firstDay = day;
    if (day > totals.lastDay) totals.lastDay = day;
  };
  const add = (item: ReportItem): void => {
    if (item.found === 'file') addFile(item.row);
    else if (item.found === 'unreadable line') totals.unreadableLines++;
    else if (item.found === 'unreadable sidecar') totals.unreadableSidecars++;
    else if (++totals.extras <= MAX_EXTRA_PATHS) totals.extraPaths.push(truncateValue(item.path));
  };
  return { totals, add };
};

const UNKNOWN = 'unknown';

const addToGroup = (groups: Map<string, Group>, name: string, { bytes }: FileRow, max: number): void => {
  const key = groups.has(name) || groups.size < max ? name : 'others';
  const group = groups.get(key) ?? { files: 0, bytes: 0 };
  group.files++;
  group.bytes += bytes;
  groups.set(key, group);
};

/** Groups of days, oldest first: by day if there are at most MAX_PERIODS of them, else by month, else by year. */
export const periodsOf = (days: Groups): { readonly unit: 'Day' | 'Month' | 'Year'; readonly groups: Groups } => {
  const units = [
    { unit: 'Day', length: 10 },
    { unit: 'Month', length: 7 },
    { unit: 'Year', length: 4 },
  ] as const;
  const by = (length: number): Groups => {
    const groups = new Map<string, Group>();
    for (const [day, { files, bytes }] of [...days].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const key = /^\d/.test(day) ? day.slice(0, length) : day;
      const group = groups.get(key) ?? { files: 0, bytes: 0 };
      groups.set(key, { files: group.files + files, bytes: group.bytes + bytes });
    }
    return groups;
  };
  const candidates = units.map(({ unit, length }) => ({ unit, groups: by(length) }));
  return candidates.find(({ groups }) => groups.size <= MAX_PERIODS) ?? { unit: 'Year', groups: by(4) };
};

const MAX_PERIODS = 36;
