import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, Batches } from '../../core/listing.ts';
import { markHandled } from '../../core/paging/prefetch.ts';

/** Rows that wait for each other, and milliseconds that the first one waits for more: no user waits longer to see it. */
const WAIT = { rows: 100, ms: 700 };

/**
 * The same rows, of which the first are gathered in one batch. What has been gathered when the list fails comes before the
 * failure.
 */
export async function* gatherRows<Row>(batches: Batches<Row>, wait = WAIT): AsyncGenerator<Batch<Row>> {
  const iterator = batches[Symbol.asyncIterator]();
  let gathered: Batch<Row> = [];
  let pending: Promise<IteratorResult<Batch<Row>>> | undefined;
  let isOver: Promise<undefined> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let hasEnded = false;
  try {
    while (gathered.length < wait.rows && !hasEnded) {
      pending ??= markHandled(iterator.next());
      try {
        const result = await (isOver === undefined ? pending : Promise.race([pending, isOver]));
        if (result === undefined) break;
        if (result.done === true) hasEnded = true;
        else gathered = gathered.length === 0 ? result.value : [...gathered, ...result.value];
      } catch (error) {
        failure = { error };
        hasEnded = true;
      }
      pending = undefined;
      // The timer does not keep the process alive.
      if (gathered.length > 0) isOver ??= delay(wait.ms, undefined, { ref: false });
    }
    if (gathered.length > 0) yield gathered;
    if (failure !== undefined) throw failure.error;
    while (!hasEnded) {
      const result = await (pending ?? iterator.next());
      pending = undefined;
      if (result.done === true) hasEnded = true;
      else yield result.value;
    }
  } finally {
    // A reader that has gone does not wait for the page that was requested last.
    const closed = hasEnded ? undefined : iterator.return?.();
    if (pending === undefined) await closed;
    else if (closed !== undefined) markHandled(closed);
  }
}
