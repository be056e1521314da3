import { isRow } from '../decode.ts';
import type { Instant } from '../recording.ts';

/** Identifies an export, so that two different ones are never mixed; written to the state file and compared part by part. */
export interface Identity {
  readonly filters: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
  readonly file: string;
  /** The fields that were completed from calls; not compared, since columns show what else differs. */
  readonly calls?: readonly string[];
}

/** An exported recording: its `created_at`, and with files by time the path of its file and the mark of its row there. */
export type KnownRow = readonly [createdAt: Instant | null, path?: string, mark?: string];

/** Export progress of one account. */
export interface SourceState {
  /** The newest `created_at` of all complete runs; null before the first recording. */
  readonly watermark: Instant | null;
  /** `ids` contains every exported recording created at or after this time; null for all times. */
  readonly since: Instant | null;
  /** When the last complete run of this account started; absent in states of older versions. */
  readonly ran?: Instant;
  readonly ids: Readonly<Record<string, KnownRow>>;
  /** The whole list was read newest first, and no run since has seen another order. */
  readonly ordered?: boolean;
  /** The lists of calls could be read. */
  readonly calls?: boolean;
  /** The oldest `created_at` of the recordings that were listed and left for a later run. */
  readonly deferred?: Instant;
}

/** The durable part of a file that is appended to. The keys are those of the state file. */
export interface WrittenFile {
  /** Bytes, without the closing text of the format. */
  readonly size: number;
  /** The hash of the last bytes before `size`, to recognise the file. */
  readonly tail: string;
  /** An append was in progress: anything beyond `size` may be incomplete. */
  readonly pending: boolean;
  /** The file contains rows. */
  readonly any: boolean;
  /** The identity (device and inode) of a file that is about to be renamed to this path, to recognise it. */
  readonly coming?: string;
}

/** The state of an incremental export between two runs, as in `*.state.json`. */
export interface ExportState {
  /** 1 if an older version wrote it, which did not store the places of rows. */
  readonly version: 1 | 2;
  readonly of: Identity;
  /** By account and API, also those that no longer take part. */
  readonly sources: Readonly<Record<string, SourceState>>;
  readonly written?: WrittenFile;
  /** `--since` of the first run; null without it. */
  readonly start: Instant | null;
  /** A run was about to replace files by time: they may have rows that the state does not know. */
  readonly pending?: boolean;
  /** The last column that existed when the state was written. */
  readonly lastColumn?: string;
}

/** Parses a state file, also one of an older version; undefined if the text is not a valid state. */
export const parseState = (text: string): ExportState | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRow(value) || !isRow(value.of) || !isRow(value.sources) || !isInstantOrNull(value.start)) return undefined;
    const { of, written, lastColumn = '' } = value;
    const { calls = [] } = of;
    const sources = value.version === 1 ? upgradeSources(value.sources) : value.sources;
    const isValid =
      (value.version === 1 || value.version === 2) &&
      Object.values(sources).every(isSource) &&
      Array.isArray(of.columns) &&
      Array.isArray(calls) &&
      [...of.columns, ...calls].every((key) => typeof key === 'string') &&
      typeof lastColumn === 'string' &&
      (written === undefined || isWrittenFile(written));
    return isValid ? ({ ...value, sources } as unknown as ExportState) : undefined; // every part has been checked
  } catch {
    return undefined;
  }
};

/** Version 1 stored `created_at` alone by id. */
const upgradeSources = (sources: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(sources).map(([key, source]) => [
      key,
      isRow(source) && isRow(source.ids)
        ? { ...source, ids: Object.fromEntries(Object.entries(source.ids).map(([id, at]) => [id, [at]])) }
        : source,
    ]),
  );

const isSource = (value: unknown): boolean =>
  isRow(value) &&
  isRow(value.ids) &&
  [value.watermark, value.since, value.ran ?? null, value.deferred ?? null].every(isInstantOrNull) &&
  [value.ordered, value.calls].every((flag) => ['undefined', 'boolean'].includes(typeof flag)) &&
  Object.values(value.ids).every(isKnownRow);

const isKnownRow = (value: unknown): boolean => {
  if (!Array.isArray(value)) return false;
  const [at = undefined, path = 'none', mark = ''] = value;
  return isInstantOrNull(at) && typeof path === 'string' && isSafeRelativePath(path) && typeof mark === 'string';
};

const isInstantOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

const isWrittenFile = (value: unknown): boolean => {
  if (!isRow(value)) return false;
  const { size, tail, pending, any, coming = '' } = value;
  const flags = typeof pending === 'boolean' && typeof any === 'boolean';
  return (
    Number.isSafeInteger(size) && Number(size) >= 0 && typeof tail === 'string' && flags && typeof coming === 'string'
  );
};

/** Whether a path stays below its folder: no segment is empty or starts with a dot. */
const isSafeRelativePath = (path: string): boolean =>
  path.split('/').every((part) => part !== '' && !part.startsWith('.'));

/** The first part in which two identities differ, in words for a message; undefined if they are equal. */
export const difference = (one: Identity, other: Identity): string | undefined => {
  const parts: readonly (readonly [Exclude<keyof Identity, 'calls'>, string])[] = [
    ['filters', 'other filters'],
    ['columns', 'other fields'],
    ['file', 'a file of another kind'],
  ];
  return parts.find(
    ([key]) => comparable(one[key], key === 'filters') !== comparable(other[key], key === 'filters'),
  )?.[1];
};

/** A list of one value equals the value: older versions stored filters as single values. Their order means nothing. */
const comparable = (part: Identity[keyof Identity], isUnordered: boolean): string =>
  JSON.stringify(part, (_, value) => {
    if (!Array.isArray(value)) return value;
    return value.length === 1 ? value[0] : isUnordered ? value.toSorted() : value;
  });
