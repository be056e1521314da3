/** How long, how large and how often: every bound of the API client, in milliseconds and bytes. */
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
  /** For the command of `--secret-command`. */
  secretCommandTimeout: 60_000,
} as const;
