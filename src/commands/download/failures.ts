import { isRecent, type Outcome } from '../../core/download/outcome.ts';
import { Failure } from '../../core/failure.ts';
import type { Recording } from '../../core/recording.ts';
import { FileError } from '../../system/files/disk-errors.ts';
import { EmptyMedia } from '../../system/net/check-media.ts';
import { MissingMedia } from '../../system/net/fetch-media.ts';
import { unqueriedText } from '../ids/find-recording.ts';
import type { Context } from '../shared/context.ts';
import type { Source } from '../shared/source.ts';
import { shortId } from './summary-lines.ts';
import type { DownloadContext, QueuedRow } from './types.ts';

/** Whether an error concerns one recording alone. */
export const isRecordingFailure = (error: unknown): error is Failure =>
  error instanceof Failure &&
  (['partial', 'unsafe', 'missing', 'invalid'].includes(error.kind) || error instanceof FileError);

/** Counts a recording whose download failed, and logs the reason. Throws errors that concern the run. */
export const reportFailure = (row: QueuedRow, error: unknown, { summary, context }: DownloadContext): void => {
  if (!isRecordingFailure(error)) throw error;
  const listed = 'raw' in row;
  // An id given by the user that is not found differs from a listed recording that was deleted.
  summary.add(error.kind !== 'missing' ? 'failed' : listed ? 'gone' : 'missing', null);
  context.log.error(
    new Failure(error.kind, `${shortId(row.id)}: ${error.message}`, {
      hint: summary.newHint(error.hint),
      about: listed ? { provider: row.provider, profile: row.profile } : {},
    }),
  );
};

/**
 * The outcome of a recording whose media is missing for a good reason: not stored yet, or empty since nothing was
 * recorded. Undefined for any other error.
 */
export const outcomeOfMissing = (
  error: unknown,
  recording: Recording,
  now: number,
): Extract<Outcome, 'pending' | 'absent'> | undefined => {
  if (error instanceof MissingMedia && error.mayAppear && isRecent(recording, now)) return 'pending';
  return error instanceof EmptyMedia && recording.durationSeconds === 0 ? 'absent' : undefined;
};

/** Counts and logs an id not found in any source. */
export const reportNotFound = async (row: QueuedRow, downloadContext: DownloadContext): Promise<void> => {
  downloadContext.summary.add('missing', null);
  downloadContext.context.log.error(await notFound(row, downloadContext));
};

export const notFound = async ({ id }: QueuedRow, { run, context, sources }: DownloadContext): Promise<Failure> => {
  const isTyped = run.ids !== undefined && 'typed' in run.ids;
  const hint = isTyped ? await hintFor(id, sources, context) : undefined;
  return new Failure('missing', `recording ${shortId(id)} not found${unqueriedText(sources)}`, { hint });
};

const hintFor = async (id: string, sources: readonly Source[], { runtime }: Context): Promise<string> => {
  const { missingHint } = await import('../ids/missing-hint.ts'); // rarely needed
  return missingHint([id], 'download', sources, runtime);
};
