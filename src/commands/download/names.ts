import { nameReadiness } from '../../core/calls/settled.ts';
import { readiness } from '../../core/download/outcome.ts';
import { mediaExtensions } from '../../core/download/sidecar.ts';
import { runQueue } from '../../core/download/work-queue.ts';
import { Failure } from '../../core/failure.ts';
import { IdSet } from '../../core/hash/id-set.ts';
import type { Batches } from '../../core/listing.ts';
import type { Template } from '../../core/naming/template.ts';
import type { MediaFormat, Recording } from '../../core/recording.ts';
import { cleanName } from '../../system/files/safe-name.ts';
import { openCircuitBreaker } from '../../system/net/pacing/retry.ts';
import { isRecordingFailure } from './failures.ts';
import { resolveRecording } from './resolve.ts';
import type { DownloadContext, DownloadJob, QueuedRow } from './types.ts';

/** The path of a recording's file, without extension. */
export const fileStem = (recording: Recording, { template }: Pick<DownloadJob, 'template'>): string =>
  template.expand(recording, cleanName).join('/');

/** The path of a recording's media; an extension in the template that is the format's own is not doubled. */
export const mediaPath = (
  recording: Recording,
  format: MediaFormat,
  { template }: Pick<DownloadJob, 'template'>,
): string => {
  const stem = fileStem(recording, { template });
  if (template.isExact) return stem;
  const extension = fileExtension(format, recording);
  const isOwn = (end: string): boolean =>
    template.ending.toLowerCase().endsWith(end) && stem.toLowerCase().endsWith(end);
  const typed = mediaExtensions.find((end) => extension.startsWith(end) && isOwn(end)) ?? '';
  return stem.slice(0, stem.length - typed.length) + extension;
};

const fileExtension = (format: MediaFormat, { encrypted }: Recording): string =>
  `.${format}${encrypted === true ? '.enc' : ''}`;

/** Whether each name contains the id, which makes it unique. */
export const hasUniqueNames = ({ keys }: Template): boolean => keys.includes('id');

/** The fields that give each recording a name of its own: an id is unique only within its account. */
export const uniqueNameFields = ({ template }: Pick<DownloadJob, 'template'>): string =>
  hasUniqueNames(template) ? '{provider} and {account_id}' : '{id}';

/** What to do about a file that has the name and is another recording's. */
export const otherNameHint = (job: Pick<DownloadJob, 'template'>): string =>
  job.template.isExact ? 'use another file' : `put ${uniqueNameFields(job)} into --name`;

/** Checks the names of all recordings before anything is written. Throws a usage failure for duplicates. */
export const checkUniqueNames = async (
  rows: (isCheck: boolean) => Batches<QueuedRow>,
  downloadContext: DownloadContext,
): Promise<void> => {
  const { run, stop } = downloadContext;
  const names = new IdSet();
  const breaker = openCircuitBreaker();
  const check = async (row: QueuedRow): Promise<void> => {
    const recording = await resolveRecording(row, downloadContext).catch((error: unknown) => {
      // Fails again, and is reported, when it is downloaded.
      if (!isRecordingFailure(error)) throw error;
      breaker.failure(error);
    });
    if (recording === undefined || readiness(recording) !== 'ready') return;
    if (nameReadiness(recording, run.template.keys, downloadContext.fetchContext.now()) !== 'ready') return;
    const name = fileStem(recording, run);
    if (names.add(name)) return;
    throw new Failure('usage', `two recordings would get the same name: ${name}`, { hint: 'Add {id} to --name' });
  };
  try {
    await runQueue(rows(true), check, { width: run.concurrency, signal: stop.signal, onListed: () => {} });
  } catch (error) {
    // The list of ids was cut off: reported when its recordings have been downloaded.
    if (!(error instanceof Failure) || error.kind !== 'partial' || run.ids === undefined) throw error;
  }
};
