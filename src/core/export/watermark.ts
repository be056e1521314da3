import { isRow, toInstant } from '../decode.ts';
import type { Instant, Recording } from '../recording.ts';
import { DAY } from '../time.ts';

/** Identifies an export, so that two different ones are never mixed; written to the state file and compared part by part. */
export interface Identity {
  readonly accounts: readonly string[];
  readonly filters: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
  readonly file: string;
}

/** Export progress of one account. */
export interface SourceState {
  /** The newest `created_at` of all complete runs; null before the first. */
  readonly watermark: Instant | null;
  /** `ids` contains every exported recording created at or after this time; null for all times. */
  readonly since: Instant | null;
  /** `created_at` by recording id. */
  readonly ids: Readonly<Record<string, Instant | null>>;
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
  readonly version: 1;
  readonly of: Identity;
  readonly sources: Readonly<Record<string, SourceState>>;
  readonly written?: WrittenFile;
  /** Start of the period of each file that may have to be rewritten, by path. */
  readonly files?: Readonly<Record<string, Instant>>;
  /** `--since` of the first run; null without it. */
  readonly start: Instant | null;
}

const INITIAL_STATE: SourceState = { watermark: null, since: null, ids: {} };

/** Parses a state file; undefined if the text is not a valid state. */
export const parseState = (text: string): ExportState | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRow(value) || value.version !== 1 || !isRow(value.of) || !isRow(value.sources)) return undefined;
    const { written, files = {}, start, sources } = value;
    const isValid = Object.values(sources).every(isSource) && (written === undefined || isWrittenFile(written));
    const areSafe =
      isRow(files) && Object.entries(files).every(([path, at]) => isSafeRelativePath(path) && typeof at === 'string');
    return isValid && areSafe && isInstantOrNull(start) ? (value as unknown as ExportState) : undefined; // every part has been checked
  } catch {
    return undefined;
  }
};

const isSource = (value: unknown): boolean =>
  isRow(value) &&
  isRow(value.ids) &&
  [value.watermark, value.since, ...Object.values(value.ids)].every(isInstantOrNull);

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
  const parts: readonly (readonly [keyof Identity, string])[] = [
    ['accounts', 'another account or API'],
    ['filters', 'other filters'],
    ['columns', 'other fields'],
    ['file', 'a file of another kind'],
  ];
  return parts.find(([key]) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))?.[1];
};

/** One account's part of an incremental run. */
export interface Increment {
  /** Recordings created at or after this time have to be listed; undefined for all. */
  readonly since: Instant | undefined;
  /** Whether an earlier run has exported a recording, according to the remembered ids. */
  has(id: string): boolean;
  /** Adds a listed recording to the state. */
  record(recording: Recording): void;
  /** The state to store after a complete run, and the `since` of the next. */
  next(): { readonly state: SourceState; readonly bound: Instant | undefined };
}

/**
 * Continues from a state. `since` is the watermark minus the lookback (milliseconds), but never earlier than the time from
 * which ids are remembered. `now` (milliseconds since 1970) bounds the watermark, so that a recording with a time in the
 * future does not hide all that are created before it.
 */
export const openIncrement = (
  state: SourceState = INITIAL_STATE,
  { lookback, now, remembers }: { readonly lookback: number; readonly now: number; readonly remembers: boolean },
): Increment => {
  const before = (at: Instant | null): Instant | undefined =>
    at === null ? undefined : toInstant(Date.parse(at) - lookback);
  const limit = toInstant(now + MAX_CLOCK_SKEW) ?? '';
  // A watermark in the future is ignored: a clock was wrong.
  const trusted = state.watermark !== null && state.watermark <= limit ? state.watermark : null;
  const bound = latest(before(trusted), remembers ? (state.since ?? undefined) : undefined);
  const current = toInstant(now) ?? '';
  const exported = new Map<string, Instant | null>(Object.entries(state.ids));
  let newest = trusted;
  let horizon = before(trusted) ?? '';
  let capacity = MAX_BOUNDARY_IDS;
  return {
    since: bound,
    has: (id) => Object.hasOwn(state.ids, id),
    record: ({ id, createdAt }) => {
      if (createdAt !== null && createdAt <= current && (newest === null || createdAt > newest)) {
        newest = createdAt;
        horizon = before(newest) ?? '';
      }
      // Ids that the next run will not list again need not be remembered; the horizon only moves forward.
      if (!remembers || (createdAt !== null && createdAt < horizon)) return;
      exported.set(id, createdAt);
      if (exported.size <= capacity) return;
      for (const [old, at] of exported) if (at !== null && at < horizon) exported.delete(old);
      capacity = Math.max(MAX_BOUNDARY_IDS, exported.size * 2);
    },
    next: () => {
      // If no recording exists yet, none older than now minus the lookback is expected.
      const watermark = newest ?? toInstant(now) ?? null;
      const next = before(watermark);
      // Before the first recording, the (empty) set of ids is complete for all times.
      const isEmpty = state.since === null && exported.size === 0;
      const since = !remembers || isEmpty ? null : (latest(next, bound) ?? null);
      const remembered = [...exported].filter(([, at]) => at === null || since === null || at >= since);
      return { state: { watermark, since, ids: Object.fromEntries(remembered) }, bound: next };
    },
  };
};

/** Number of remembered ids at which the old ones are removed. */
const MAX_BOUNDARY_IDS = 10_000;

/** Maximum difference of the clocks of this machine and the provider, in milliseconds. */
const MAX_CLOCK_SKEW = DAY;

/** The later of two instants, of which either may be undefined. */
export const latest = (one: Instant | undefined, other: Instant | undefined): Instant | undefined =>
  one === undefined ? other : other === undefined || one > other ? one : other;
