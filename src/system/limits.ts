/** The bounds of network traffic, and of a secret command: durations in milliseconds, sizes in bytes. */
export const limits = {
  /** Attempts of one request, the first included. */
  attempts: 4,
  firstBackoff: 500,
  longestBackoff: 20_000,
  /** A server that demands a longer wait ends the run. */
  longestRetryAfter: 300_000,
  retriesPerRun: 50,
  successesPerRetry: 10,
  headersTimeout: 30_000,
  totalTimeout: 60_000,
  /** Decoded bytes of one response. */
  pageBytes: 32 * 2 ** 20,
  /** Within the same origin; redirects to another origin are never followed. */
  apiRedirects: 5,
  /** Of one media link. */
  mediaRedirects: 5,
  connectTimeout: 10_000,
  /** For the headers of media, and for each pause between its bytes. */
  mediaIdle: 30_000,
  /** The minimum that must arrive in this time. */
  mediaLeastBytes: 60 * 1024,
  mediaLeastTime: 60_000,
  /** Files of a download that are fetched in parallel, unless --concurrency names another number up to the maximum. */
  downloadConcurrency: 8,
  maxDownloadConcurrency: 256,
  /** Consecutive recordings, of a server that cannot be reached and of one that returns errors, before a run stops. */
  unreachableInARow: 5,
  failedInARow: 20,
  /** For the command of `--secret-command`. */
  secretCommandTimeout: 60_000,
} as const;
