import { instant } from '../decode.ts';
import { localTime, type Zone } from '../time.ts';
import type { ManifestEntry } from './manifest.ts';
import { mediaOf, type SidecarDetails } from './sidecar.ts';

/** How the page says what made it, near its beginning. */
export const GENERATOR = '<meta name="generator" content="recx ';

/** A file of the manifest, as a report shows it. */
export interface FileRow extends Record<Exclude<keyof SidecarDetails, 'durationSeconds'>, string | null> {
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
  /** `ok` is as good as the check that was made: of the size alone, or of every byte. */
  readonly state: 'ok' | 'missing' | 'damaged';
  /** What is wrong, in words. */
  readonly note: string | null;
  /** What a browser can do with the file: `save` is for ciphertext; null for no media, or for nothing that is there. */
  readonly media: 'audio' | 'video' | 'save' | null;
}

/** What a report is made of, as it is found. */
export type ReportItem =
  | { readonly found: 'file'; readonly row: FileRow }
  /** A line of the manifest that cannot be read. */
  | { readonly found: 'broken' }
  /** A sidecar that cannot be read, or is of another recording. */
  | { readonly found: 'odd sidecar' }
  /** A file that the manifest does not know. */
  | { readonly found: 'extra'; readonly path: string };

/** Characters of one value that are shown: a path may have 4096 bytes. */
const MAX_VALUE_LENGTH = 4096;

/** A row of what a manifest says, of which only the id, the provider, the path and the size are certain. */
export const fileRow = (
  entry: ManifestEntry,
  { state, note, plain }: Pick<FileRow, 'state' | 'note'> & { readonly plain: boolean },
  details: SidecarDetails | undefined,
): FileRow => {
  const own = (key: 'api' | 'profile' | 'content_type' | 'downloaded_at' | 'created_at'): string | null => {
    const value: unknown = entry[key];
    return typeof value === 'string' && value !== '' ? shortened(value) : null;
  };
  const more = (key: keyof Omit<SidecarDetails, 'durationSeconds'>): string | null =>
    details === undefined || details[key] === null ? null : shortened(details[key]);
  const media = mediaOf(entry.path);
  return {
    id: shortened(entry.id),
    provider: shortened(entry.provider),
    api: own('api') ?? '',
    profile: own('profile') ?? '',
    path: shortened(entry.path),
    bytes: entry.bytes,
    sha256: shortened(entry.sha256),
    contentType: own('content_type'),
    createdAt: instant(own('created_at')) ?? own('created_at'),
    downloadedAt: own('downloaded_at'),
    kind: more('kind'),
    status: more('status'),
    from: more('from'),
    to: more('to'),
    startedAt: more('startedAt'),
    durationSeconds: details?.durationSeconds ?? null,
    state,
    note,
    media: !plain || !media ? null : media.encrypted ? 'save' : media.format === 'mp4' ? 'video' : 'audio',
  };
};

const shortened = (value: string): string => {
  const text = value.toWellFormed();
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1).toWellFormed()}…` : text;
};

/** Files and bytes of one kind, provider or day. */
interface Group {
  files: number;
  bytes: number;
}

export type Groups = ReadonlyMap<string, Group>;

export interface ReportTotals extends Group {
  ok: number;
  missing: number;
  damaged: number;
  broken: number;
  oddSidecars: number;
  extras: number;
  /** Of the files whose length is known. */
  seconds: number;
  timed: number;
  /** The first files that the manifest does not know. */
  readonly extraPaths: string[];
  readonly providers: Map<string, Group>;
  readonly profiles: Map<string, Group>;
  readonly kinds: Map<string, Group>;
  readonly days: Map<string, Group>;
}

const noTotals = (): ReportTotals => ({
  files: 0,
  bytes: 0,
  ok: 0,
  missing: 0,
  damaged: 0,
  broken: 0,
  oddSidecars: 0,
  extras: 0,
  seconds: 0,
  timed: 0,
  extraPaths: [],
  providers: new Map(),
  profiles: new Map(),
  kinds: new Map(),
  days: new Map(),
});

/** Groups of a name, days, and paths that are told apart; a strange manifest could have a million. */
const MAX_REPORT_GROUPS = 100;
const MAX_DAYS = 20_000;
const MAX_PATHS = 200;

/** Counts what goes into a report. */
export const openReportTotals = (zone: Zone): { readonly totals: ReportTotals; add(item: ReportItem): void } => {
  const totals = noTotals();
  const addFile = (row: FileRow): void => {
    totals.files++;
    totals.bytes += row.bytes;
    totals[row.state]++;
    if (row.durationSeconds !== null) {
      totals.seconds += row.durationSeconds;
      totals.timed++;
    }
    count(totals.providers, `${row.provider} ${row.api}`.trim(), row, MAX_REPORT_GROUPS);
    count(totals.profiles, row.profile || UNKNOWN, row, MAX_REPORT_GROUPS);
    count(totals.kinds, row.kind ?? UNKNOWN, row, MAX_REPORT_GROUPS);
    const epoch = row.createdAt === null ? Number.NaN : Date.parse(row.createdAt);
    count(totals.days, Number.isNaN(epoch) ? UNKNOWN : localTime(epoch, zone).slice(0, 10), row, MAX_DAYS);
  };
  const add = (item: ReportItem): void => {
    if (item.found === 'file') addFile(item.row);
    else if (item.found === 'broken') totals.broken++;
    else if (item.found === 'odd sidecar') totals.oddSidecars++;
    else if (++totals.extras <= MAX_PATHS) totals.extraPaths.push(shortened(item.path));
  };
  return { totals, add };
};

const UNKNOWN = 'unknown';

const count = (groups: Map<string, Group>, name: string, { bytes }: FileRow, most: number): void => {
  const key = groups.has(name) || groups.size < most ? name : 'others';
  const group = groups.get(key) ?? { files: 0, bytes: 0 };
  group.files++;
  group.bytes += bytes;
  groups.set(key, group);
};

/** Days as they are when they are few, else months, else years; the oldest first. */
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
  const made = units.map(({ unit, length }) => ({ unit, groups: by(length) }));
  return made.find(({ groups }) => groups.size <= MAX_PERIODS) ?? { unit: 'Year', groups: by(4) };
};

const MAX_PERIODS = 36;
