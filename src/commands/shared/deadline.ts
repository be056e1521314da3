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
  const cancelTimer = maxTime === undefined ? () => {} : startTimer(maxTime, onTimeout);
  try {
    await task(stop);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    cancelTimer();
    signals.release();
  }
};

/** A timer of any length. Node fires one of more than MAX_TIMER at once, so a longer one runs in steps. */
const startTimer = (milliseconds: number, fire: () => void): (() => void) => {
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    timer = setTimeout(() => (left > MAX_TIMER ? arm(left - MAX_TIMER) : fire()), Math.min(left, MAX_TIMER));
  };
  arm(milliseconds);
  return () => clearTimeout(timer);
};

/** 24.8 days. */
const MAX_TIMER = 2 ** 31 - 1;
