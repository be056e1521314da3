import type { Destination } from '../../core/export/destination.ts';
import { type Batches, chunk } from '../../core/listing.ts';
import type { Query } from '../../core/query.ts';
import type { Recording } from '../../core/recording.ts';
import type { Pieces } from '../../core/view.ts';
import { openStagedFiles, type StagedFiles } from '../../system/files/export/staged-files.ts';
import { cleanName } from '../../system/files/safe-name.ts';
import type { ExportContext } from './types.ts';

/** The query widened to file boundaries, so that rewritten files are complete. */
export const widenedQuery = ({ query, run: { destination } }: ExportContext): Query => ({
  ...query,
  ...(query.since === undefined ? {} : { since: destination.floor(query.since) }),
  ...(query.until === undefined ? {} : { until: destination.ceiling(query.until) }),
});

const pathOf = (row: Recording, { template, name, extension }: Destination): string =>
  template === undefined ? name : template.expand(row, cleanName).join('/') + extension;

/** Adds rows to their files, and counts them. */
export const collectRows = async (
  rows: Batches<Recording>,
  staged: StagedFiles<Recording>,
  { run, exported }: ExportContext,
  accepts: (row: Recording, path: string) => boolean = () => true,
): Promise<void> => {
  for await (const batch of chunk(rows)) {
    const byPath = new Map<string, Recording[]>();
    for (const row of batch) {
      const path = pathOf(row, run.destination);
      if (!accepts(row, path)) continue;
      const group = byPath.get(path) ?? [];
      group.push(row);
      byPath.set(path, group);
      exported.rows++;
    }
    for (const [path, group] of byPath) await staged.add(path, group);
  }
};

/** Runs a task on staged files, which are discarded if it fails. */
export const withStagedFiles = async <T>(
  { run, lock }: Pick<ExportContext, 'run' | 'lock'>,
  pieces: Pieces<Recording>,
  task: (staged: StagedFiles<Recording>) => Promise<T>,
  grows = false,
): Promise<T> => {
  const { folder, gzip } = run.destination;
  const staged = openStagedFiles(folder, pieces, { zipped: gzip, grows, lock });
  try {
    return await task(staged);
  } catch (error) {
    await staged.discard().catch(() => {});
    throw error;
  }
};
