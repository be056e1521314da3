import { isRow, toInstant } from '../decode.ts';
import type { Instant, Recording } from '../recording.ts';

/** What an export is of, so that two are never mixed; its parts are compared one by one. */
export interface Identity {
  readonly accounts: readonly string[];
  readonly filters: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
  readonly file: string;
}

/** How far an account's recordings have been exported. */
export interface SourceState {
  /** The newest `created_at` of a run that came to its end; null before there was one. */
  readonly watermark: Instant | null;
  /** From here on every exported recording is in `ids`; null for all of them. */
  readonly since: Instant | null;
  /** `created_at` by id. */
  readonly ids: Readonly<Record<string, Instant | null>>;
}

/** How much of a file that is added to is safely written. */
export interface WrittenFile {
  /** Bytes, without what closes the file. */
  readonly size: number;
  /** The hash of the last bytes before that, by which the file is known again. */
  readonly tail: string;
  /** Something was about to be written behind it: what is there is not safe. */
  readonly pending: boolean;
  /** There are rows in it. */
  readonly any: boolean;
  /** Of a file that is about to appear: by which it is known. */
  readonly coming?: string;
}

/** What an incremental export remembers between two runs. */
export interface ExportState {
  readonly version: 1;
  readonly of: Identity;
  readonly sources: Readonly<Record<string, SourceState>>;
  readonly written?: WrittenFile;
  /** The first moment of each file that may have to be made anew, by its path. */
  readonly files?: Readonly<Record<string, Instant>>;
  /** What `--since` said at first; null without it. */
  readonly start: Instant | null;
}

const NOTHING: SourceState = { watermark: null, since: null, ids: {} };

/** The state in a file's text; undefined for text that is none. */
export const stateIn = (text: string): ExportState | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRow(value) || value.version !== 1 || !isRow(value.of) || !isRow(value.sources)) return undefined;
    const { written, files = {}, start, sources } = value;
    const sound = Object.values(sources).every(isSource) && (written === undefined || isWritten(written));
    const inside = isRow(files) && Object.entries(files).every(([path, at]) => isBelow(path) && typeof at === 'string');
    return sound && inside && isMoment(start) ? (value as unknown as ExportState) : undefined; // each part was looked at
  } catch {
    return undefined;
  }
};

const isSource = (value: unknown): boolean =>
  isRow(value) && isRow(value.ids) && [value.watermark, value.since, ...Object.values(value.ids)].every(isMoment);

const isMoment = (value: unknown): boolean => value === null || typeof value === 'string';

const isWritten = (value: unknown): boolean => {
  if (!isRow(value)) return false;
  const { size, tail, pending, any, coming = '' } = value;
  const flags = typeof pending === 'boolean' && typeof any === 'boolean';
  return (
    Number.isSafeInteger(size) && Number(size) >= 0 && typeof tail === 'string' && flags && typeof coming === 'string'
  );
};

/** Whether a path stays below the folder it is in. */
const isBelow = (path: string): boolean => path.split('/').every((part) => part !== '' && !part.startsWith('.'));

/** The part of an identity in which two differ, in words. */
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
  /** What is not older than this has to be listed again; undefined for everything. */
  readonly since: Instant | undefined;
  /** Whether a run before has exported a recording, as far as ids are remembered. */
  has(id: string): boolean;
  /** Takes note of a recording that is listed. */
  take(recording: Recording): void;
  /** The state after a run that came to its end, and the bound of the next one. */
  next(): { readonly state: SourceState; readonly bound: Instant | undefined };
}

/**
 * Goes on from a state. The bound is the watermark less the lookback, and never before the time from which ids are
 * remembered; `now` keeps a recording from the future from hiding all that come before it.
 */
export const resume = (
  state: SourceState = NOTHING,
  { lookback, now, remembers }: { readonly lookback: number; readonly now: number; readonly remembers: boolean },
): Increment => {
  const before = (at: Instant | null): Instant | undefined =>
    at === null ? undefined : toInstant(Date.parse(at) - lookback);
  const limit = toInstant(now + TOLERANCE) ?? '';
  // A watermark from the future is none: a clock was wrong.
  const trusted = state.watermark !== null && state.watermark <= limit ? state.watermark : null;
  const bound = later(before(trusted), remembers ? (state.since ?? undefined) : undefined);
  const present = toInstant(now) ?? '';
  const listed = new Map<string, Instant | null>(Object.entries(state.ids));
  let newest = trusted;
  let edge = before(trusted) ?? '';
  let room = MAX_BOUNDARY_IDS;
  return {
    since: bound,
    has: (id) => Object.hasOwn(state.ids, id),
    take: ({ id, createdAt }) => {
      if (createdAt !== null && createdAt <= present && (newest === null || createdAt > newest)) {
        newest = createdAt;
        edge = before(newest) ?? '';
      }
      // What the next run will not list again need not be remembered; the edge only moves forward.
      if (!remembers || (createdAt !== null && createdAt < edge)) return;
      listed.set(id, createdAt);
      if (listed.size <= room) return;
      for (const [old, at] of listed) if (at !== null && at < edge) listed.delete(old);
      room = Math.max(MAX_BOUNDARY_IDS, listed.size * 2);
    },
    next: () => {
      // Where there was nothing so far, nothing before now is awaited but what the lookback finds.
      const watermark = newest ?? toInstant(now) ?? null;
      const next = before(watermark);
      // Whoever has seen nothing yet remembers everything.
      const nothing = state.since === null && listed.size === 0;
      const since = !remembers || nothing ? null : (later(next, bound) ?? null);
      const kept = [...listed].filter(([, at]) => at === null || since === null || at >= since);
      return { state: { watermark, since, ids: Object.fromEntries(kept) }, bound: next };
    },
  };
};

/** Ids that are remembered before those that have become old are cleared away. */
const MAX_BOUNDARY_IDS = 10_000;

/** Milliseconds by which the clocks of this machine and the provider may differ. */
const TOLERANCE = 86_400_000;

/** The later of two moments that may be unknown. */
export const later = (one: Instant | undefined, other: Instant | undefined): Instant | undefined =>
  one === undefined ? other : other === undefined || one > other ? one : other;
