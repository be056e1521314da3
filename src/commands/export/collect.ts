import type { Destination } from '../../core/export/destination.ts';
import type { Identity } from '../../core/export/watermark.ts';
import { type Batches, chunk } from '../../core/listing.ts';
import type { Query } from '../../core/query.ts';
import type { Instant, Recording } from '../../core/recording.ts';
import type { Pieces } from '../../core/view.ts';
import type { Lock } from '../../system/files/lock/lock.ts';
import { cleanName } from '../../system/files/safe-name.ts';
import { openStagedFiles, type StagedFiles } from '../../system/files/staged-files.ts';
import type { Context } from '../shared/context.ts';
import type { Source } from '../shared/source-types.ts';

/** An export to files. */
export interface ExportRun {
  readonly destination: Destination;
  readonly pieces: Pieces<Recording>;
  readonly query: Query;
  /** The same query with times such as `7d` counted from now: a run that waited for another must not ask for more than that. */
  freshQuery(): Query;
  readonly limit: number | undefined;
  /** Undefined for one that remembers nothing. */
  readonly incremental: Incremental | undefined;
  /** Milliseconds to wait for another run of the same export. */
  readonly waitMilliseconds: number;
}

export interface Incremental {
  readonly statePath: string;
  /** Milliseconds. */
  readonly lookback: number;
  /** Begins anew, whatever there is. */
  readonly reset: boolean;
  readonly identity: Omit<Identity, 'accounts'>;
}

/** What came of an export. */
export interface Exported {
  rows: number;
  files: number;
  /** Where an incremental run went on from. */
  since: Instant | null;
}

/** An export under way. */
export interface ExportContext {
  readonly run: ExportRun;
  readonly sources: readonly Source[];
  readonly context: Context;
  readonly exported: Exported;
  /** Keeps other runs of the same export away. */
  readonly lock: Lock;
}

/** The query with bounds at the edges of files, so that a file that is touched gets all that belongs into it. */
export const widenedQuery = ({ query, destination }: ExportRun): Query => ({
  ...query,
  ...(query.since === undefined ? {} : { since: destination.floor(query.since) }),
  ...(query.until === undefined ? {} : { until: destination.ceiling(query.until) }),
});

const pathOf = (row: Recording, { template, name, extension }: Destination): string =>
  template === undefined ? name : template.expand(row, cleanName).join('/') + extension;

export const collectRows = async (
  rows: Batches<Recording>,
  staged: StagedFiles<Recording>,
  { run, exported }: ExportContext,
  keeps: (row: Recording, path: string) => boolean = () => true,
): Promise<void> => {
  for await (const batch of chunk(rows)) {
    const byPath = new Map<string, Recording[]>();
    for (const row of batch) {
      const path = pathOf(row, run.destination);
      if (!keeps(row, path)) continue;
      const own = byPath.get(path) ?? [];
      own.push(row);
      byPath.set(path, own);
      exported.rows++;
    }
    for (const [path, own] of byPath) await staged.add(path, own);
  }
};

/** Works on a bundle that leaves nothing behind when the work fails. */
export const withStagedFiles = async <T>(
  { run, lock }: ExportContext,
  pieces: Pieces<Recording>,
  work: (staged: StagedFiles<Recording>) => Promise<T>,
  grows = false,
): Promise<T> => {
  const { folder, gzip } = run.destination;
  const staged = openStagedFiles(folder, pieces, { zipped: gzip, grows, lock });
  try {
    return await work(staged);
  } catch (error) {
    await staged.discard().catch(() => {});
    throw error;
  }
};
