import { chunk } from '../listing.ts';
import type { MediaFormat, Recording } from '../recording.ts';

/** What became of a recording in a download, in the order of the last line. */
export const outcomes = ['done', 'skipped', 'pending', 'absent', 'gone', 'missing', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * Whether there is media to be had: `pending` when it is not there yet, `absent` when nothing was recorded, recording
 * failed, or it was deleted. Where the provider gives no status, a link to the media stands for one.
 */
export const readiness = ({ status, providerStatus, mediaUrl }: Recording): 'ready' | 'pending' | 'absent' => {
  if (status === 'completed' || (status === 'unknown' && providerStatus === null && mediaUrl !== null)) return 'ready';
  return status === 'absent' || status === 'failed' || status === 'deleted' ? 'absent' : 'pending';
};

/** The first of the wanted formats that a recording has; undefined wants are for the native one. */
export const formatFor = (
  { formats }: Pick<Recording, 'formats'>,
  wanted: readonly MediaFormat[] | undefined,
): MediaFormat | undefined => (wanted === undefined ? formats[0] : wanted.find((format) => formats.includes(format)));

/** Rows that are listed ahead of the work, so that the whole is known early, and memory stays bounded. */
const MAX_QUEUED_ROWS = 2000;

export interface QueueSettings {
  readonly width: number;
  readonly signal: AbortSignal;
  /** Told how many rows were listed so far, and whether that is all. */
  onListed(count: number, all: boolean): void;
}

/**
 * Works on rows as they are listed, so many at a time. The first error of the work, or the reason of the signal, ends it;
 * an error of the listing is thrown after the rows before it are done.
 */
export const runQueue = async <Row>(
  batches: AsyncIterable<readonly Row[]>,
  work: (row: Row) => Promise<void>,
  { width, signal, onListed }: QueueSettings,
): Promise<void> => {
  const queue: Row[] = [];
  const state = { listed: 0, ended: false, stopped: false };
  const { changed, change } = openChanges();
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
      // After an error the others finish what they have begun; without one there is nothing left to begin.
      state.stopped = true;
      changed();
    }
  };
  const listing = list();
  listing.catch(() => {});
  const results = await Promise.allSettled(Array.from({ length: width }, worker));
  const broken = results.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  await listing;
};

/** Lets tasks wait until another one announces a change. */
const openChanges = (): { changed(): void; change(): Promise<void> } => {
  const waiting = new Set<() => void>();
  return {
    changed: () => {
      for (const resume of waiting) resume();
      waiting.clear();
    },
    change: () => new Promise((resume) => waiting.add(resume)),
  };
};
