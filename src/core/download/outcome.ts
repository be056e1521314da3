import { chunk } from '../listing.ts';
import type { MediaFormat, Recording } from '../recording.ts';

/** The outcomes of a recording in a download, in the order of the summary line. */
export const outcomes = ['done', 'skipped', 'pending', 'absent', 'gone', 'missing', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * Whether media can be downloaded: `pending` if it is not available yet, `absent` if nothing was recorded, the recording
 * failed or it was deleted. If the provider reports no status, a media link counts as completed.
 */
export const readiness = ({ status, providerStatus, mediaUrl }: Recording): 'ready' | 'pending' | 'absent' => {
  if (status === 'completed' || (status === 'unknown' && providerStatus === null && mediaUrl !== null)) return 'ready';
  return status === 'absent' || status === 'failed' || status === 'deleted' ? 'absent' : 'pending';
};

/** The first of the preferred formats that a recording has; without a preference, the native one. */
export const formatFor = (
  { formats }: Pick<Recording, 'formats'>,
  preferred: readonly MediaFormat[] | undefined,
): MediaFormat | undefined =>
  preferred === undefined ? formats[0] : preferred.find((format) => formats.includes(format));

/** Rows listed ahead of the work: many, so that the total is known early; bounded, so that memory is. */
const MAX_QUEUED_ROWS = 2000;

export interface QueueSettings {
  /** Number of rows worked on at the same time. */
  readonly width: number;
  readonly signal: AbortSignal;
  /** Called with the number of rows listed so far, and whether the list is complete. */
  onListed(count: number, all: boolean): void;
}

/**
 * Works on rows as they are listed, `width` at a time. The first error of the work, or the abort reason of the signal, ends
 * the run; an error of the listing is thrown once the rows before it are done.
 */
export const runQueue = async <Row>(
  batches: AsyncIterable<readonly Row[]>,
  work: (row: Row) => Promise<void>,
  { width, signal, onListed }: QueueSettings,
): Promise<void> => {
  const queue: Row[] = [];
  const state = { listed: 0, ended: false, stopped: false };
  const changes = new Set<() => void>();
  const changed = (): void => {
    for (const wake of changes) wake();
    changes.clear();
  };
  const change = (): Promise<void> => new Promise((wake) => changes.add(wake));
  signal.addEventListener('abort', changed, { once: true });

  const list = async (): Promise<void> => {
    try {
      for await (const batch of chunk(batches)) {
        queue.push(...batch);
        state.listed += batch.length;
        onListed(state.listed, false);
        changed();
        while (queue.length >= MAX_QUEUED_ROWS && !state.stopped && !signal.aborted) await change();
        if (state.stopped || signal.aborted) return;
      }
      onListed(state.listed, true);
    } finally {
      state.ended = true;
      changed();
    }
  };
  const worker = async (): Promise<void> => {
    try {
      for (;;) {
        signal.throwIfAborted();
        if (state.stopped) return;
        const row = queue.shift();
        if (row !== undefined) {
          if (queue.length === MAX_QUEUED_ROWS - 1) changed();
          await work(row);
        } else if (state.ended) return;
        else await change();
      }
    } finally {
      // After an error the other workers finish their current row; without one no row is left.
      state.stopped = true;
      changed();
    }
  };
  const listing = list();
  listing.catch(() => {});
  const results = await Promise.allSettled(Array.from({ length: width }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await listing;
};
