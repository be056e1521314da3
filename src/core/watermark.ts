import { isRow, type Row, toInstant } from './fields.ts';
import type { Instant, Recording } from './recording.ts';

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
export interface Written {
  /** Bytes, without what closes the file. */
  readonly size: number;
  /** The hash of the last bytes before that, by which the file is known again. */
  readonly tail: string;
  /** Something was about to be written behind it: what is there is not safe. */
  readonly pending: boolean;
  /** There are rows in it. */
  readonly any: boolean;
}

/** What an incremental export remembers between two runs. */
export interface ExportState {
  readonly version: 1;
  readonly of: Identity;
  readonly sources: Readonly<Record<string, SourceState>>;
  readonly written?: Written;
  /** The first moment of each file that may have to be made anew, by its path. */
  readonly files?: Readonly<Record<string, Instant>>;
}

const NOTHING: SourceState = { watermark: null, since: null, ids: {} };

/** The state in a file's text; undefined for text that is none. */
export const stateIn = (text: string): ExportState | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    const whole = isRow(value) && value.version === 1 && isRow(value.of) && isRow(value.sources);
    return whole && Object.values(value.sources as Row).every(isSource) ? (value as unknown as ExportState) : undefined;
  } catch {
    return undefined;
  }
};

const isSource = (value: unknown): boolean =>
  isRow(value) &&
  isRow(value.ids) &&
  [value.watermark, value.since].every((at) => at === null || typeof at === 'string');

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
  /** Whether a recording has been exported, as far as ids are remembered. */
  has(id: string): boolean;
  /** Takes note of a listed recording. */
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
  const bound = later(before(state.watermark), remembers ? (state.since ?? undefined) : undefined);
  const listed = new Map<string, Instant | null>(Object.entries(state.ids));
  let newest = state.watermark;
  const limit = toInstant(now) ?? '';
  return {
    since: bound,
    has: (id) => listed.has(id),
    take: ({ id, createdAt }) => {
      if (createdAt !== null && createdAt <= limit && (newest === null || createdAt > newest)) newest = createdAt;
      if (remembers) listed.set(id, createdAt);
    },
    next: () => {
      const next = before(newest);
      const since = remembers ? (later(next, bound) ?? null) : null;
      const kept = [...listed].filter(([, at]) => at === null || since === null || at >= since);
      return { state: { watermark: newest, since, ids: Object.fromEntries(kept) }, bound: next };
    },
  };
};

/** The later of two moments that may be unknown. */
export const later = (one: Instant | undefined, other: Instant | undefined): Instant | undefined =>
  one === undefined ? other : other === undefined || one > other ? one : other;
