import { statfs } from 'node:fs/promises';

/** Makes calls to the file system. */
interface CallPolicy {
  /** From now on every call is handed over. */
  handOver(): void;
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
    handOver: () => {
      slowness = Number.POSITIVE_INFINITY;
    },
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

const { run, handOver } = openCallPolicy();

/** Hands every call over if a folder is on another machine, or in a process, that may stop to answer: nobody could interrupt the run. */
export const observeFileSystem = async (folder: string): Promise<void> => {
  try {
    if (remoteTypes.has((await statfs(folder)).type >>> 0)) handOver();
  } catch {
    // Whoever needs the folder reports why it cannot be used.
  }
};

/** Of statfs on Linux: NFS, SMB (three), FUSE, 9P, Ceph, AFS, Coda, GFS2, OCFS2, Lustre, GPFS and folders of virtual machines. */
const remoteTypes: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f, 0x73757245, 0x01161970,
  0x7461636f, 0x0bd00bd0, 0x47504653, 0x786f4256,
]);

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
