import { isNewestFirst, type ListOrder } from '../listing.ts';
import type { Instant, Recording } from '../recording.ts';
import { DAY } from '../time/duration.ts';
import { toInstant } from '../time/utc.ts';
import type { KnownRow, SourceState } from './state.ts';

const INITIAL_STATE: SourceState = { watermark: null, since: null, ids: {} };

export interface IncrementSettings {
  /** Milliseconds. */
  readonly lookback: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Recordings are completed from calls. */
  readonly usesCalls?: boolean;
}

/** One account's part of an incremental run. */
export interface Increment {
  /** Recordings created at or after this time have to be listed; undefined for all. */
  readonly since: Instant | undefined;
  /** No earlier run exported this account. */
  readonly isNew: boolean;
  /** False if earlier runs may have exported more of the listed recordings than are known. */
  readonly knowsAll: boolean;
  /** Recordings created at or after this time may have changed since the last complete run. */
  readonly changesFrom: Instant;
  /** The start of the lookback before this run: recordings from then on that are no longer listed are gone. */
  readonly lookbackFrom: Instant;
  /** What earlier runs exported of a recording. */
  known(id: string): KnownRow | undefined;
  /** The whole list was read newest first by an earlier run. */
  readonly isOrdered: boolean;
  /** Notes the order of the list in this run; `isWhole` if nothing limited it but filters. */
  noteOrder(order: ListOrder, isWhole: boolean): void;
  /** Notes that the credentials may not read calls; whether they could in the last run. */
  noteCallsUnread(): boolean;
  /** The recordings that earlier runs exported, by id. */
  readonly allKnown: Readonly<Record<string, KnownRow>>;
  /** Moves the watermark to a listed recording, unless its time is in the future. */
  see(recording: Recording): void;
  /** Whether the next run has to know a recording. */
  remembers(createdAt: Instant | null): boolean;
  /** Adds an exported recording. */
  remember(id: string, row: KnownRow): void;
  forget(id: string): void;
  /** Leaves a recording for a later run, which lists it again. */
  defer(createdAt: Instant): void;
  /** The state to store after a complete run. */
  next(): SourceState;
}

/**
 * Continues from a state. `since` is the watermark minus the lookback, but never earlier than the time from which ids are
 * known. A watermark or a bound in the future is ignored, since a clock was wrong: everything is listed again.
 */
export const openIncrement = (
  state: SourceState | undefined,
  { lookback, now, usesCalls = false }: IncrementSettings,
): Increment => {
  const { watermark, since: idsFrom, ran, ids, deferred } = state ?? INITIAL_STATE;
  const before = (at: Instant | null): Instant | undefined =>
    at === null ? undefined : toInstant(Date.parse(at) - lookback);
  const current = toInstant(now) ?? '';
  const limit = toInstant(now + MAX_CLOCK_SKEW) ?? '';
  const knowsAll = state !== undefined && (idsFrom === null || idsFrom <= current);
  const trusted = knowsAll && watermark !== null && watermark <= limit ? watermark : null;
  const regular = trusted === null ? undefined : before(earliest(trusted, current));
  // With a shorter lookback than before, deferred recordings have to be listed as well.
  const wanted = regular === undefined || deferred === undefined ? regular : earliest(regular, deferred);
  const bound = knowsAll ? latest(wanted, idsFrom ?? undefined) : undefined;
  const lookbackFrom = latest(bound, toInstant(now - lookback)) ?? '';
  const exported = new Map<string, KnownRow>(Object.entries(ids));
  let newest = trusted;
  let horizon = before(trusted) ?? '';
  let capacity = MAX_BOUNDARY_IDS;
  let oldestDeferred: Instant | undefined;
  const isOrdered = state?.ordered === true;
  let ordered = isOrdered;
  let readsCalls = usesCalls;
  const remembers = (at: Instant | null): boolean => at === null || at >= horizon;
  return {
    since: bound,
    isNew: state === undefined,
    knowsAll,
    changesFrom: ran === undefined ? lookbackFrom : (latest(bound, before(earliest(ran, current))) ?? ''),
    lookbackFrom,
    known: (id) => (Object.hasOwn(ids, id) ? ids[id] : undefined),
    allKnown: ids,
    see: ({ createdAt }) => {
      if (createdAt === null || createdAt > current || (newest !== null && createdAt <= newest)) return;
      newest = createdAt;
      horizon = before(newest) ?? '';
    },
    isOrdered,
    noteOrder: (order, isWhole) => {
      ordered = isNewestFirst(order) && (isOrdered || (isWhole && order.isShown));
    },
    noteCallsUnread: () => {
      readsCalls = false;
      return state?.calls === true;
    },
    remembers,
    remember: (id, row) => {
      // Ids that the next run will not list again need not be remembered; the horizon only moves forward.
      if (!remembers(row[0])) return;
      exported.set(id, row);
      if (exported.size <= capacity) return;
      for (const [old, [at]] of exported) if (!remembers(at)) exported.delete(old);
      capacity = Math.max(MAX_BOUNDARY_IDS, exported.size * 2);
    },
    forget: (id) => {
      exported.delete(id);
    },
    defer: (createdAt) => {
      oldestDeferred = earliest(oldestDeferred ?? createdAt, createdAt);
    },
    next: () => {
      // Without a recording there is no watermark: this machine's clock could be ahead and hide later ones.
      const since = latest(before(newest), bound) ?? null;
      const remembered = [...exported].filter(([, [at]]) => at === null || since === null || at >= since);
      return {
        watermark: newest,
        since,
        ran: current,
        ids: Object.fromEntries(remembered),
        ...(ordered ? { ordered } : {}),
        ...(readsCalls ? { calls: true } : {}),
        ...(oldestDeferred === undefined ? {} : { deferred: oldestDeferred }),
      };
    },
  };
};

/** Number of remembered ids at which the old ones are removed. */
const MAX_BOUNDARY_IDS = 10_000;

/** Maximum difference of the clocks of this machine and the provider, in milliseconds. */
const MAX_CLOCK_SKEW = DAY;

/** The later of two instants, of which either may be undefined. */
const latest = (one: Instant | undefined, other: Instant | undefined): Instant | undefined =>
  one === undefined ? other : other === undefined || one > other ? one : other;

const earliest = (one: Instant, other: Instant): Instant => (one < other ? one : other);
