import { Failure } from '../../core/failure.ts';
import { openAbortController } from '../../system/abort.ts';
import type { Context } from './context.ts';

/** Runs a task that ends early, and then with this failure: by a signal, or when its milliseconds are up. */
export const withDeadline = async (
  maxTime: number | undefined,
  { runtime }: Pick<Context, 'runtime'>,
  task: (stop: AbortController) => Promise<void>,
): Promise<void> => {
  const caught = runtime.catchSignals();
  const stop = openAbortController();
  caught.signal.addEventListener('abort', () => stop.abort(caught.signal.reason), { once: true });
  const outOfTime = (): void =>
    stop.abort(new Failure('limit', 'stopped at --max-time; the next run goes on from here'));
  const timer = maxTime === undefined ? undefined : setTimeout(outOfTime, maxTime);
  try {
    await task(stop);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    caught.release();
  }
};
