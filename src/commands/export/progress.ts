import { difference, type ExportState, type Identity, type KnownRow } from '../../core/export/state.ts';
import { type Increment, openIncrement } from '../../core/export/watermark.ts';
import { Failure } from '../../core/failure.ts';
import type { ListOrder } from '../../core/listing.ts';
import type { Query } from '../../core/query.ts';
import type { Instant, Recording } from '../../core/recording.ts';
import type { Zone } from '../../core/time/zone.ts';
import { localInstant } from '../../core/view.ts';
import { readState } from '../../system/files/export/export-state.ts';
import type { ListSourcesOptions } from '../shared/list-sources.ts';
import { openSourceLookup, type Source } from '../shared/source.ts';
import { outputIdentity } from './identity.ts';
import { lastColumn } from './layout.ts';
import { accountOfKey, renamedSources, sourceKey } from './source-keys.ts';
import type { ExportContext, Incremental } from './types.ts';

/** The state of earlier runs, and with `--reset-state` the one that is discarded, if it can be read. */
export interface LoadedState {
  readonly state: ExportState | undefined;
  readonly discarded: ExportState | undefined;
}

export const loadState = async ({ statePath, reset }: Incremental): Promise<LoadedState> => {
  if (!reset) return { state: await readState(statePath), discarded: undefined };
  const discarded = await readState(statePath).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.kind !== 'local') throw error;
    return undefined;
  });
  return { state: undefined, discarded };
};

/** A recording that earlier runs exported. */
interface Found {
  readonly row: KnownRow;
  /** The API of the account that it was exported through; undefined if that does not take part. */
  readonly increment: Increment | undefined;
}

/** Progress of earlier runs of an incremental export. */
export interface ExportProgress {
  readonly state: ExportState | undefined;
  /** The files are those of an export with other filters or fields, whose state is discarded. */
  readonly isOtherExport: boolean;
  /** By account and API. */
  readonly increments: ReadonlyMap<string, Increment>;
  incrementOf(source: Source): Increment;
  sourceOf(recording: Recording): Source;
  /** What earlier runs exported of a recording, through any API of its account. */
  known(id: string, source: Source): Found | undefined;
  /** The query for a source. */
  queryOf(source: Source): Query;
  /** Notes the order in which a source lists its recordings. */
  noteOrder(source: Source, order: ListOrder): void;
  /** Goes on as if a source did not take part. */
  leave(source: Source): void;
  /** The earliest time from which recordings are listed; null for all. */
  readonly since: Instant | null;
  /** The state after a complete run. */
  next(): ExportState;
  /** The state of the earlier runs. */
  earlier(): ExportState;
}

/** Continues from a state. Throws `local` if it belongs to another export. */
export const openExportProgress = (
  { query, sources, context, view, run: { destination } }: ExportContext,
  { statePath, lookback, identity: given }: Incremental,
  { state, discarded }: LoadedState,
): ExportProgress => {
  const { callFields: calls } = query;
  const identity: Identity = {
    filters: given.filters,
    columns: outputIdentity(view),
    file: given.file,
    ...(calls === undefined ? {} : { calls }),
  };
  const other = state && difference(state.of, identity);
  if (other !== undefined) {
    throw new Failure('local', `${statePath} belongs to a different export: ${other}`, {
      hint: 'Use another --out, or export everything again with --reset-state',
    });
  }
  const start = startOf(query, state, statePath, context.settings.zone);
  const stored = renamedSources(sources, state);
  const settings = { lookback, now: context.clock.now(), usesCalls: calls !== undefined };
  const increments = new Map(
    sources.map((source) => sourceKey(source)).map((key) => [key, openIncrement(stored[key], settings)] as const),
  );
  if (state !== undefined) {
    for (const key of increments.keys())
      if (stored[key] === undefined) context.log.debug('export.joined', `${key} joins the export with its whole list`);
  }
  const earliest = start === null ? undefined : destination.floor(start);
  const sinceOf = (increment: Increment | undefined): Instant | undefined =>
    [increment?.since, earliest]
      .filter((bound) => bound !== undefined)
      .sort()
      .at(-1);
  const bounds = [...increments.values()].map(sinceOf);
  const stateOf = (progressed: ExportState['sources']): ExportState => ({
    version: 2,
    of: identity,
    sources: progressed,
    start,
    lastColumn,
  });
  const findSource = openSourceLookup(sources);
  const left = new Set<Source>();
  // Looked up for every row, so not by key.
  const bySource = new Map(
    sources.flatMap((source) => {
      const increment = increments.get(sourceKey(source));
      return increment === undefined ? [] : [[source, increment] as const];
    }),
  );
  const incrementOf = (source: Source): Increment => {
    const increment = bySource.get(source);
    if (increment === undefined) throw new Error('a source without progress');
    return increment;
  };
  return {
    state,
    isOtherExport: discarded !== undefined && difference(discarded.of, identity) !== undefined,
    increments,
    incrementOf,
    sourceOf: findSource,
    known: knownRows(stored, increments, sources),
    queryOf: (source) => {
      const increment = incrementOf(source);
      const { isOrdered, known } = increment;
      const since = sinceOf(increment);
      if (since === undefined) return query;
      return { ...query, since, known: { isOrdered, isKnown: (id) => known(id) !== undefined } };
    },
    noteOrder: (source, order) => {
      const increment = incrementOf(source);
      // A list that the API bounds by time is not read whole.
      const isBounded = sinceOf(increment) !== undefined && source.definition.serverFilters.includes('since');
      increment.noteOrder(order, !order.isStopped && !isBounded);
    },
    leave: (source) => {
      left.add(source);
      const key = sourceKey(source);
      // Another profile of the account may still list it.
      if (sources.every((other) => left.has(other) || sourceKey(other) !== key)) increments.delete(key);
    },
    since: bounds.includes(undefined) ? null : (bounds.sort()[0] ?? null),
    next: () =>
      stateOf({ ...stored, ...Object.fromEntries([...increments].map(([key, increment]) => [key, increment.next()])) }),
    earlier: () => stateOf(stored),
  };
};

/** What happens to sources that refuse the credentials: a new one is not in the state, an old one keeps its part of it. */
export const leavingSources = (
  progress: ExportProgress,
  { withdrawn, withoutCalls }: ExportContext,
): Pick<ListSourcesOptions, 'onLeftOut' | 'onWithdrawn' | 'onCallsMissing' | 'onCallsUnread'> => ({
  onCallsMissing: (source, message) => withoutCalls.set(source, message),
  onCallsUnread: (source) => progress.incrementOf(source).noteCallsUnread(),
  onLeftOut: progress.leave,
  onWithdrawn: (source) => {
    withdrawn.push(source);
    progress.leave(source);
  },
});

/** The `--since` of the first run. Throws `local` for an earlier one: its recordings are not in the files. */
const startOf = (
  { since: given }: Query,
  state: ExportState | undefined,
  statePath: string,
  zone: Zone,
): Instant | null => {
  const since = given ?? null;
  const start = state === undefined ? since : state.start;
  if (start === null || (since !== null && since >= start)) return start;
  throw new Failure('local', `${statePath} belongs to an export that starts at ${start}`, {
    hint: `Use --since ${typedStart(start, zone)}; to start earlier, export everything again with --reset-state`,
  });
};

/** An instant as a value of `--since`: as the month or day that starts with it, else as it is. */
const typedStart = (start: Instant, zone: Zone): string => {
  const [, day = '', month = ''] = /^((\d{4}-\d\d)-\d\d) 00:00:00$/.exec(localInstant(start, zone)) ?? [];
  if (day === '' || !start.endsWith('.000Z')) return start;
  return day.endsWith('-01') ? month : day;
};

/** Finds what is known of a recording, also through other APIs of its account and those that no longer take part. */
const knownRows = (
  stored: ExportState['sources'],
  increments: ReadonlyMap<string, Increment>,
  sources: readonly Source[],
): ExportProgress['known'] => {
  type Find = (id: string) => Found | undefined;
  const byAccount = new Map<string, Find[]>();
  const add = (key: string, find: Find): void => {
    byAccount.set(accountOfKey(key), [...(byAccount.get(accountOfKey(key)) ?? []), find]);
  };
  const found = (row: KnownRow | undefined, increment?: Increment): Found | undefined => row && { row, increment };
  for (const [key, increment] of increments)
    add(key, (id) => found(increment.known(id), increments.has(key) ? increment : undefined));
  for (const [key, { ids }] of Object.entries(stored)) {
    if (!increments.has(key)) add(key, (id) => found(Object.hasOwn(ids, id) ? ids[id] : undefined));
  }
  const bySource = new Map(
    sources.map((source) => [source, byAccount.get(accountOfKey(sourceKey(source))) ?? []] as const),
  );
  return (id, source) => {
    for (const find of bySource.get(source) ?? []) {
      const row = find(id);
      if (row !== undefined) return row;
    }
    return undefined;
  };
};
