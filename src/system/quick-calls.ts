/** Makes calls to the file system. */
interface CallPolicy {
  /** The result of a call, by the form that blocks this thread or by the one of the thread pool. */
  run<T>(onThread: () => T, inPool: () => Promise<T>): Promise<T>;
}

/** Milliseconds; a round trip over a network takes longer. */
const SLOW_CALL = 0.25;
/** One call in this many may be slow: on a busy machine any call can be. */
const BORNE_SHARE = 5;
const MAX_SLOW_CALLS = 20;

/**
 * A file system on this machine answers most calls at once: they are made on this thread, since it takes several times as
 * long to hand one over to the thread pool and to be told of its end. After too many slow calls, as over a network, all are
 * handed over, so that other work goes on meanwhile.
 */
export const openCallPolicy = (now = (): number => performance.now()): CallPolicy => {
  let slowness = 0;
  return {
    run: async (onThread, inPool) => {
      if (slowness >= MAX_SLOW_CALLS * BORNE_SHARE) return inPool();
      const started = now();
      try {
        return onThread();
      } finally {
        slowness = Math.max(0, slowness + (now() - started > SLOW_CALL ? BORNE_SHARE : -1));
      }
    },
  };
};

const { run } = openCallPolicy();

/** A call in both forms as one function. */
export const quickCall =
  <Words extends readonly unknown[], T>(
    onThread: (...words: Words) => T,
    inPool: (...words: Words) => Promise<T>,
  ): ((...words: Words) => Promise<T>) =>
  (...words) =>
    run(
      () => onThread(...words),
      () => inPool(...words),
    );
