/** How long, how large and how often: every bound of what goes over the network, in milliseconds and bytes. */
export const limits = {
  /** Attempts of one request, the first included. */
  attempts: 4,
  firstBackoff: 500,
  longestBackoff: 20_000,
  /** A server that asks for more ends the run. */
  longestRetryAfter: 300_000,
  retriesPerRun: 50,
  successesPerRetry: 10,
  headersTimeout: 30_000,
  totalTimeout: 60_000,
  /** Decoded. */
  pageBytes: 32 * 2 ** 20,
  /** To the same origin; to another none is followed. */
  apiRedirects: 5,
  /** Of one link to media. */
  mediaRedirects: 5,
  connectTimeout: 10_000,
  /** For headers of media, and for each pause in its bytes. */
  mediaIdle: 30_000,
  /** The least that must come, and in what time. */
  mediaLeastBytes: 60 * 1024,
  mediaLeastTime: 60_000,
  /** Files of a download that are fetched in parallel, unless --concurrency names another number up to the maximum. */
  downloadConcurrency: 8,
  maxDownloadConcurrency: 256,
  /** Recordings in a row, of a server that cannot be reached, and of one that answers badly, before a run gives up. */
  unreachableInARow: 5,
  failedInARow: 20,
  /** For the command of `--secret-command`. */
  secretCommandTimeout: 60_000,
} as const;
