import { Failure } from '../../core/failure.ts';
import { openAbortController } from '../../system/abort.ts';
import type { Context } from './context.ts';

/** Runs a task until a signal or the time limit (milliseconds) aborts it; then throws the abort reason as a failure. */
export const withDeadline = async (
  maxTime: number | undefined,
  { runtime }: Pick<Context, 'runtime'>,
  task: (stop: AbortController) => Promise<void>,
): Promise<void> => {
  const signals = runtime.catchSignals();
  const stop = openAbortController();
  signals.signal.addEventListener('abort', () => stop.abort(signals.signal.reason), { once: true });
  const onTimeout = (): void =>
    stop.abort(new Failure('limit', 'stopped at --max-time', { hint: 'Run the same command again to resume' }));
  const timer = maxTime === undefined ? undefined : setTimeout(onTimeout, maxTime);
  try {
    await task(stop);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signals.release();
  }
};
