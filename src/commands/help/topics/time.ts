import type { Topic } from './topic.ts';

export const time: Topic = {
  title: 'Times',
  blocks: [
    '--since and --until limit created_at, the time at which the provider stored the recording. They accept:',
    [
      ['2026-11-20', 'a day'],
      ['2026-11-20 13:45', 'a local time, quoted, or with T instead of the space; seconds and fractions are optional'],
      ['2026-11-20T13:45:00Z', 'RFC 3339; also with an offset such as +01:00'],
      ['90m, 24h, 7d, 2w', 'a duration before now; units ms, s, m, h, d, w; can be combined (1d12h)'],
      ['now, today, yesterday', 'the current moment, or a complete day'],
    ],
    'The range is half-open: it includes a recording of exactly --since and excludes one of exactly --until, so adjacent ' +
      'ranges neither share a recording nor miss one. A day means its first moment in --since, and the first moment after ' +
      'it in --until: "--since 2026-11-20 --until 2026-11-20" is that one day. The same applies to today and yesterday. ' +
      '1d is 24 hours ago, also across a clock change.',
    'A time without an offset is in the zone of --tz (Europe/Berlin, UTC), else in the zone of the system, which TZ can ' +
      'set. If TZ names a zone that is not known, such as EST5EDT,M3.2.0,M11.1.0, local times are rejected, ' +
      'and other times are in UTC, with a warning. Local times that a clock change skipped or repeated are rejected: add an offset. A day without a ' +
      'midnight starts at the time to which the clocks were moved.',
    "Now is the provider's time, not this machine's: every response tells it. A clock that differs by more than five minutes " +
      'is reported once; a --since in the future is a usage error. A clock before the release of this version of recx ends ' +
      'a run with exit code 7, unless a response tells the time.',
    'A recording whose time is not reported by the provider always matches --since and --until: leaving it out could lose it.',
    'Tables show times in that zone; JSON, NDJSON and CSV always use UTC with milliseconds and Z, so that sorting the text ' +
      'sorts by time. Durations (--min-duration, --timeout, --wait) are written in the same way: 30s, 5m, 1h30m.',
  ],
  examples: [
    'recx list --profile demo --since 7d',
    'recx list -p demo --since yesterday --until today --tz UTC',
    "recx list -p demo --since 2026-01-05 --until '2026-01-05 13:45' --tz UTC",
  ],
};
