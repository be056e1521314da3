import { type Failure, failureOf } from '../../core/failure.ts';
import type { Batches } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import { openProgress, type Progress } from '../../system/terminal/progress.ts';
import type { Context } from './context.ts';

/** The progress line of a command; disabled by `--quiet` and for a log in JSON. */
export const progressFor = ({ runtime, log, settings }: Context): Progress =>
  openProgress(runtime, settings.quiet || log.format === 'json');

/**
 * Runs a task with a progress line: `querying`, the names of profiles or a provider, and how far a listing has come. It
 * ends with the task, or before output that it cannot stay below.
 */
export const whileQuerying = async <T>(names: string, context: Context, task: () => Promise<T>): Promise<T> => {
  const progress = progressFor(context);
  progress.track(() =>
    [`querying ${names}`, context.listing.status?.text()].filter((part) => part !== undefined).join(': '),
  );
  try {
    return await task();
  } finally {
    progress.stop();
  }
};

/** Reads a list to its end, with a progress line. Returns the failure that ended it early, if any. */
export const readCompletely = (
  names: string,
  rows: Batches<Recording>,
  add: (batch: readonly Recording[]) => void,
  context: Context,
): Promise<Failure | undefined> =>
  failureOf(() =>
    whileQuerying(names, context, async () => {
      for await (const batch of rows) add(batch);
    }),
  );

/** Whether a list that failed has rows, of other APIs, of the first pages, or all that a pipe took, of which something can be said. */
export const hasRest = ({ kind }: Failure, isEmpty: boolean): boolean =>
  !isEmpty && ['partial', 'credentials', 'pipe'].includes(kind);
