import { isOutOfDescriptors } from '../../errors.ts';
import { openPace } from './pace.ts';

/** Runs tasks of which each needs file descriptors. */
export type WithDescriptors = <T>(task: (isRepeated: boolean) => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * Runs tasks as they come, and fewer at a time once one has found no descriptor left: that one is repeated. Throws the
 * error of a task that found none although no other ran beside it. `freeIdle` closes what is only kept for later.
 */
export const openDescriptorPace = (freeIdle: () => void): WithDescriptors => {
  const pace = openPace();
  let running = 0;
  let started = 0;
  return async (task, signal) => {
    for (let isRepeated = false; ; isRepeated = true) {
      const turn = await pace.acquire(signal);
      const isFirst = running++ === 0;
      const number = ++started;
      try {
        return await task(isRepeated);
      } catch (error) {
        const wasAlone = isFirst && started === number;
        if (wasAlone || !isOutOfDescriptors(error)) throw error;
        freeIdle();
        turn.refuse(undefined);
      } finally {
        running--;
        turn.release();
      }
    }
  };
};
