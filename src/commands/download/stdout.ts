import { formatBytes } from '../../core/columns.ts';
import { readiness } from '../../core/download/outcome.ts';
import { Failure } from '../../core/failure.ts';
import type { Batches } from '../../core/listing.ts';
import type { Recording } from '../../core/recording.ts';
import { type FetchedMedia, fetchMedia } from '../../system/net/fetch-media.ts';
import type { TransferTarget } from '../../system/net/receive.ts';
import { streamSink } from '../../system/terminal/streams.ts';
import type { Source } from '../shared/source.ts';
import { notFound, outcomeOfMissing } from './failures.ts';
import { chooseMedia, type FormatPreference, mediaRequest } from './media-choice.ts';
import { openMediaSources, resolveRecording } from './resolve.ts';
import type { DownloadContext, DownloadJob, QueuedRow } from './types.ts';

/** Writes the media of the one requested recording to standard output. */
export const streamToStdout = async (
  rows: () => Batches<QueuedRow>,
  downloadContext: DownloadContext,
): Promise<void> => {
  const { run, context, fetchContext, sourceOf, summary } = downloadContext;
  const { write } = streamSink(context.runtime.out);
  const { preferredFormats, template } = run;
  const job = { preferredFormats, template, mediaOf: openMediaSources(downloadContext), fetchContext };
  for await (const batch of rows()) {
    for (const row of batch) {
      const recording = await resolveRecording(row, downloadContext);
      if (recording === undefined) throw await notFound(row, downloadContext);
      const { bytes, format } = await streamRecording(sourceOf(recording), recording, job, write);
      summary.add('done', bytes);
      // The name of a file that a shell opens says nothing of its format.
      if (context.runtime.err.isTTY && preferredFormats === undefined)
        context.log.info(`wrote ${format}, ${formatBytes(bytes)}; --media chooses another format`);
    }
  }
};

/** Writes media as the bytes are received: written bytes cannot be undone. */
const streamRecording = async (
  source: Source,
  recording: Recording,
  job: FormatPreference & Pick<DownloadJob, 'fetchContext'>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<FetchedMedia> => {
  const ready = readiness(recording);
  if (ready !== 'ready') throw notReady(recording, ready, `its status is ${recording.status}`);
  let size = 0;
  const target: TransferTarget = {
    get size() {
      return size;
    },
    resumable: undefined,
    contents: async function* () {},
    append: async (chunks) => {
      for (const chunk of chunks) await write(chunk);
      size += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    },
    restart: async () => {
      throw new Failure('partial', `the transfer was interrupted after ${size} bytes and cannot be resumed`);
    },
  };
  const request = await mediaRequest(source, recording, chooseMedia(source, recording, job), job);
  try {
    const fetched = await fetchMedia(request, target, job.fetchContext);
    if (fetched.remark !== undefined) job.fetchContext.log.warn(`recording ${recording.id} ${fetched.remark}`);
    return fetched;
  } catch (error) {
    const outcome = outcomeOfMissing(error, recording, job.fetchContext.now());
    if (outcome === undefined) throw error;
    throw notReady(
      recording,
      outcome,
      outcome === 'pending' ? 'its media is not available yet' : 'nothing was recorded',
    );
  }
};

const notReady = ({ id }: Recording, outcome: 'pending' | 'absent', reason: string): Failure =>
  new Failure('partial', `recording ${id} ${outcome === 'pending' ? 'is not ready' : 'has no media'}: ${reason}`);
