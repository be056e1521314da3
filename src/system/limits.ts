/** Limits of network traffic, of a secret command and of reading folders: durations in milliseconds, sizes in bytes. */
export const limits = {
  /** Attempts of one request, the first included. */
  attempts: 4,
  firstBackoff: 500,
  maxBackoff: 20_000,
  /** A server that demands a longer wait ends the run. */
  maxRetryAfter: 300_000,
  retriesPerRun: 50,
  /** Refusals of one request (429, 503) that cost no attempt because other requests get through. */
  maxFreeRefusals: 20,
  /** Accepted requests after which one more may be under way, once a server has refused some. */
  acceptedPerIncrease: 10,
  successesPerRetry: 10,
  headersTimeout: 30_000,
  totalTimeout: 60_000,
  /** Pages of one list, and those of them that bring hardly anything new, unless --max-pages sets another number for both. */
  maxPages: 1_000_000,
  maxSparsePages: 10_000,
  /** Decoded bytes of one response. */
  maxPageBytes: 32 * 2 ** 20,
  /** Decoded bytes that are read of a response with an error status, for its message. */
  maxErrorBytes: 64 * 2 ** 10,
  /** Within the same origin; redirects to another origin are never followed. */
  maxApiRedirects: 5,
  /** Redirects per media link. */
  maxMediaRedirects: 5,
  connectTimeout: 10_000,
  /** Timeout for each address of a server but the last, of which the next may be of the family that works here. */
  addressTimeout: 2500,
  /** Timeout for media headers and between media bytes. */
  mediaIdle: 30_000,
  /** Minimum bytes per interval. */
  minMediaBytes: 60 * 1024,
  minMediaBytesInterval: 60_000,
  /** Timeout for one file, which a server may never end. */
  maxTransferTime: 24 * 3_600_000,
  /** Files that a download fetches in parallel, unless --concurrency sets another number up to the maximum. */
  downloadConcurrency: 8,
  maxDownloadConcurrency: 256,
  /** Consecutive failures before a run stops: server unreachable; server returned errors. */
  maxUnreachableInARow: 5,
  maxFailedInARow: 20,
  /** Timeout for the command of `--secret-command`. */
  secretCommandTimeout: 60_000,
  /** Longer than any credential. */
  maxSecretBytes: 65_536,
  /** Entries of a folder to read at a time. */
  directoryBatch: 1024,
} as const;
