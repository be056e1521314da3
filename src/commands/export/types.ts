import type { Destination } from '../../core/export/destination.ts';
import type { Identity } from '../../core/export/state.ts';
import type { Query } from '../../core/query.ts';
import type { Instant, Recording } from '../../core/recording.ts';
import type { RowOrder } from '../../core/sort/sort.ts';
import type { Pieces, View } from '../../core/view.ts';
import type { Lock } from '../../system/files/lock/lock.ts';
import type { Context } from '../shared/context.ts';
import type { RowLimit } from '../shared/list-sources.ts';
import type { AccountOptions, FilterOptions } from '../shared/options.ts';
import type { OutputOptions } from '../shared/output.ts';
import type { Source } from '../shared/source.ts';

/** How far back an incremental run re-reads, to pick up late recordings and late changes of status. */
export const DEFAULT_LOOKBACK = '72h';

export interface ExportOptions extends AccountOptions, FilterOptions, OutputOptions {
  readonly limit?: string;
  readonly sort?: readonly string[];
  readonly out?: string;
  readonly incremental?: boolean;
  readonly state?: string;
  readonly lookback?: string;
  readonly resetState?: boolean;
  readonly wait?: string;
  readonly summary?: string;
}

/** An export to files. */
export interface ExportRun {
  readonly destination: Destination;
  /** As the flags choose it; an incremental run may go on with the fields of its state. */
  readonly view: View<Recording>;
  /** The flags that choose it explicitly. */
  readonly chosen: { readonly fields: boolean; readonly calls: boolean; readonly zone: boolean };
  /** The fields that the flags name, and that calls may have to give. */
  readonly callFields: readonly string[];
  /** The query with times such as `7d` counted from now: a run that waited must not use an outdated range. */
  freshQuery(): Query;
  readonly limit: RowLimit | undefined;
  /** Undefined for newest first. */
  readonly order: RowOrder | undefined;
  /** Undefined without `--incremental`. */
  readonly incremental: Incremental | undefined;
  /** Milliseconds to wait for another run of the same export. */
  readonly waitMilliseconds: number;
}

/** The flags of `--incremental`. */
export interface Incremental {
  readonly statePath: string;
  /** Milliseconds. */
  readonly lookback: number;
  /** Ignores the state of earlier runs, if any. */
  readonly reset: boolean;
  readonly identity: Omit<Identity, 'columns' | 'calls'>;
}

/** The counts of an export. */
export interface ExportCounts {
  rows: number;
  /** The files that were written, below the folder. */
  written: readonly string[];
  /** Listed recordings were created at or after this time; null for everything. */
  since: Instant | null;
  /** Rows that were removed from files, since the provider no longer has the recordings. */
  dropped: number;
  /** Recordings that a single file gets from a later run, once they are final. */
  pending: number;
}

export const nothingExported: ExportCounts = { rows: 0, written: [], since: null, dropped: 0, pending: 0 };

/** An export in progress. */
export interface ExportContext {
  readonly run: ExportRun;
  readonly view: View<Recording>;
  readonly pieces: Pieces<Recording>;
  /** Read once the lock is held. */
  readonly query: Query;
  readonly sources: readonly Source[];
  readonly context: Context;
  readonly exported: ExportCounts;
  /** The lock of this export. */
  readonly lock: Lock;
  /** Sources of the state that now refuse the credentials: their rows stay, and the others are exported. */
  readonly withdrawn: Source[];
  /** Sources that do not have the calls of recordings which may match, and what that means. */
  readonly withoutCalls: Map<Source, string>;
}
