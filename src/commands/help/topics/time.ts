import type { Topic } from './topic.ts';

export const time: Topic = {
  title: 'Times',
  blocks: [
    '--since and --until bound created_at, the moment at which the provider stored the recording. They take:',
    [
      ['2026-11-20', 'a day'],
      [
        '2026-11-20 13:45',
        'a local time, in quotes; with T instead of the space without; seconds and fractions may follow',
      ],
      ['2026-11-20T13:45:00Z', 'RFC 3339; also with an offset such as +01:00'],
      ['90m, 24h, 7d, 2w', 'so long ago; units are ms, s, m, h, d and w, and 1d12h adds up'],
      ['now, today, yesterday', 'words for a moment and for whole days'],
    ],
    'The range is half-open: a recording of exactly --since is in it, one of exactly --until is not, so that ranges that ' +
      'meet neither share a recording nor leave one out. A day means its first moment in --since, and the first moment ' +
      'after it in --until: "--since 2026-11-20 --until 2026-11-20" is that one day. The same goes for today and yesterday. ' +
      'A day ago (1d) is 24 hours ago, whatever the clocks did.',
    'A time without an offset is in the zone of --tz (Europe/Berlin, UTC), else in the zone of the system, which TZ can ' +
      'set. Where the clocks were changed, a time that they skipped or showed twice is refused, since either reading could ' +
      'be wrong: write it with an offset. A day that has no midnight begins where the clocks jumped to.',
    'A recording whose time the provider does not say is kept by --since and --until: leaving it out could lose it.',
    'Tables show times in that zone; JSON, NDJSON and CSV always have UTC with milliseconds and Z, so that the order of ' +
      'the text is the order of time. Durations (--min-duration, --timeout, --wait) are written in the same way: 30s, 5m, ' +
      '1h30m.',
  ],
  examples: [
    'recx list --profile demo --since 7d',
    'recx list -p demo --since yesterday --until today --tz UTC',
    "recx list -p demo --since 2026-01-05 --until '2026-01-05 13:45' --tz UTC",
  ],
};
