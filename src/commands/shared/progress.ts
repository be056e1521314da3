import { Failure } from '../../core/failure.ts';
import type { Batches } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import { plural } from '../../core/text/sanitize.ts';
import { openProgress, type Progress } from '../../system/terminal/progress.ts';
import type { Context } from './context.ts';

/** The progress line of a command; disabled by `--quiet` and for a log in JSON. */
export const progressFor = ({ runtime, log, settings }: Context): Progress =>
  openProgress(runtime, settings.quiet || log.format === 'json');

/** A progress line that shows `querying`, followed by the names of profiles or a provider. */
export const queryProgress = (names: string, context: Context): Progress => {
  const progress = progressFor(context);
  progress.update(`querying ${names}`);
  return progress;
};

/** Reads a list to its end and shows how many recordings have been read. Returns the failure that ended it early, if any. */
export const readCounting = async (
  names: string,
  rows: Batches<Recording>,
  add: (batch: readonly Recording[]) => void,
  context: Context,
): Promise<Failure | undefined> => {
  const progress = queryProgress(names, context);
  let count = 0;
  try {
    for await (const batch of rows) {
      add(batch);
      count += batch.length;
      progress.update(`${plural(count, 'recording')} read`);
    }
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  } finally {
    progress.stop();
  }
};
