/**
 * Every event of `--log-format json`, with the meaning of its lines. The names are stable: scripts select lines by
 * them, so events are only added, never renamed or removed.
 */
export const logEvents = [
  {
    event: 'request',
    meaning: 'A server responded to a request: method, host, path, status, milliseconds, attempt, bytes.',
  },
  { event: 'retry', meaning: 'A request failed and is repeated after the given number of milliseconds.' },
  { event: 'filter.pushdown', meaning: 'Which filters of a listing the API applies, and which recx applies itself.' },
  { event: 'listing.window', meaning: 'Starts the next time window of a listing.' },
  {
    event: 'listing.resumed',
    meaning:
      'An incremental export listed recordings from this time: the watermark of the last complete run, minus the lookback.',
  },
  {
    event: 'listing.stopped_early',
    meaning:
      'A complete page was older than the start, and the list, which an earlier run has read newest first, was in that order beyond a recording of that run, so recx stopped reading.',
  },
  {
    event: 'listing.restarted',
    meaning:
      'Recordings may be missing because a list changed while it was read, or because its order differs between responses, so it is read again.',
  },
  {
    event: 'calls.way',
    meaning: 'How the calls of recordings are read: by listing them, by those of a number, or one by one.',
  },
  {
    event: 'export.joined',
    meaning: 'An account or API joins an incremental export: its complete list is added to the files.',
  },
  {
    event: 'export.dropped',
    meaning: 'Rows of an incremental export are removed, since the provider no longer has the recordings.',
  },
  {
    event: 'export.deferred',
    meaning: 'Recordings that are not final yet are left for a later run of an incremental export to one file.',
  },
  { event: 'download.resumed', meaning: 'A download continues at this byte of a partial file.' },
  {
    event: 'download.label',
    meaning: 'A server names a coding of the media that is no compression, such as aws-chunked; the bytes are checked.',
  },
  {
    event: 'field.unreadable',
    meaning: 'A field of a recording has a value that recx cannot read, and is shown as null.',
  },
  {
    event: 'completion.cache_failed',
    meaning: 'Recent ids could not be saved for shell completion; nothing else is affected.',
  },
] as const satisfies readonly { readonly event: string; readonly meaning: string }[];

export type LogEvent = (typeof logEvents)[number]['event'];
