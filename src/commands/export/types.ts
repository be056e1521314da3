import type { Destination } from '../../core/export/destination.ts';
import type { Identity } from '../../core/export/watermark.ts';
import type { Query } from '../../core/query.ts';
import type { Instant, Recording } from '../../core/recording.ts';
import type { Pieces } from '../../core/view.ts';
import type { Lock } from '../../system/files/lock/lock.ts';
import type { Context } from '../shared/context.ts';
import type { AccountOptions, FilterOptions } from '../shared/options.ts';
import type { OutputOptions } from '../shared/output.ts';
import type { Source } from '../shared/source-types.ts';

/** How far back an incremental run re-reads, to pick up late recordings and late changes of status. */
export const DEFAULT_LOOKBACK = '72h';

export interface ExportOptions extends AccountOptions, FilterOptions, OutputOptions {
  readonly limit?: string;
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
  readonly pieces: Pieces<Recording>;
  /** The query with times such as `7d` counted from now: a run that waited must not use an outdated range. */
  freshQuery(): Query;
  readonly limit: number | undefined;
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
  readonly identity: Omit<Identity, 'accounts'>;
}

/** The counts of an export. */
export interface ExportCounts {
  rows: number;
  files: number;
  /** Where an incremental run continued from; null for everything. */
  since: Instant | null;
}

/** An export in progress. */
export interface ExportContext {
  readonly run: ExportRun;
  /** Read once the lock is held. */
  readonly query: Query;
  readonly sources: readonly Source[];
  readonly context: Context;
  readonly exported: ExportCounts;
  /** The lock of this export. */
  readonly lock: Lock;
}
