import { chunk } from '../listing.ts';

/** Maximum queued rows: enough to know the total early, few enough to bound memory. */
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
 * the run; an error of the listing is thrown after earlier rows are finished.
 */
export const runQueue = async <Row>(
  batches: AsyncIterable<readonly Row[]>,
  work: (row: Row) => Promise<void>,
  { width, signal, onListed }: QueueSettings,
): Promise<void> => {
  const queue: Row[] = [];
  const state = { listed: 0, ended: false, stopped: false };
  const { notify, nextChange } = openChanges();
  signal.addEventListener('abort', notify, { once: true });

  const list = async (): Promise<void> => {
    try {
      for await (const batch of chunk(batches)) {
        queue.push(...batch);
        state.listed += batch.length;
        onListed(state.listed, false);
        notify();
        while (queue.length >= MAX_QUEUED_ROWS && !state.stopped && !signal.aborted) await nextChange();
        if (state.stopped || signal.aborted) return;
      }
      onListed(state.listed, true);
    } finally {
      state.ended = true;
      notify();
    }
  };
  const worker = async (): Promise<void> => {
    try {
      for (;;) {
        signal.throwIfAborted();
        if (state.stopped) return;
        const row = queue.shift();
        if (row !== undefined) {
          if (queue.length === MAX_QUEUED_ROWS - 1) notify();
          await work(row);
        } else if (state.ended) return;
        else await nextChange();
      }
    } finally {
      // After an error the other workers finish their current row; otherwise the queue is empty.
      state.stopped = true;
      notify();
    }
  };
  const listing = list();
  listing.catch(() => {});
  const results = await Promise.allSettled(Array.from({ length: width }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await listing;
};

/** Lets tasks wait until another one announces a change. */
export const openChanges = (): { notify(): void; nextChange(): Promise<void> } => {
  const waiting = new Set<() => void>();
  return {
    notify: () => {
      for (const resume of waiting) resume();
      waiting.clear();
    },
    nextChange: () => new Promise((resume) => waiting.add(resume)),
  };
};
