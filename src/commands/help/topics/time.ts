import type { Topic } from './topic.ts';

export const time: Topic = {
  title: 'Times',
  blocks: [
    '--since and --until limit created_at, the time at which the provider stored the recording. They accept:',
    [
      ['2026-11-20', 'a day; also 2026/11/20 or 20261120'],
      ['2026-11', 'a month; also 2026/11'],
      ['2026', 'a year, from 1970 to 2099'],
      ['2026-11-20 13:45', 'a local time, quoted, or with T instead of the space; seconds and fractions are optional'],
      ['2026-11-20T13:45:00Z', 'RFC 3339; also with an offset such as +01:00'],
      ['today, yesterday', 'a complete day'],
      ['monday, mon', 'the latest Monday: today if it is Monday; so for every day of the week'],
      ['this week, last week', 'Monday to Sunday, quoted; also this or last month or year'],
      ['90m, 24h, 7d, 2w, 3mo, 1y', 'a duration before now; units ms, s, m, h, d, w, mo, y; can be combined (1d12h)'],
      ['2 days, an hour ago', 'the same in words, quoted: seconds, minutes, hours, days, weeks, months, years'],
      ['now', 'the current moment'],
    ],
    'The range is half-open: it includes a recording of exactly --since and excludes one of exactly --until, so adjacent ' +
      'ranges neither share a recording nor miss one. A day, week, month or year means its first moment in --since, and ' +
      'the first moment after it in --until: "--since 2026-11-20 --until 2026-11-20" is that one day, and "--since 2026-11 ' +
      '--until 2026-11" that month.',
    'Words can be in any case. The short units are in lower case: 3m is three minutes, 3mo is three months, and 3M is ' +
      'rejected.',
    'Hours, minutes and seconds have a fixed length. Days, weeks, months and years are steps in the calendar of the zone: ' +
      '1d is the same local time yesterday, 23 or 25 hours ago if the clocks changed; 1mo on 31 March is the last day of ' +
      'February. A local time that the clocks skipped becomes the time to which they were moved; of a repeated one, ' +
      'the earlier is meant. In 1mo2d12h, months are subtracted first, then days, then hours.',
    'A time without an offset is in the zone of --tz (Europe/Berlin, UTC), else in the zone of the system, which TZ can ' +
      'set. If TZ names a zone that is not known, such as EST5EDT,M3.2.0,M11.1.0, local times are rejected, ' +
      'and other times are in UTC, with a warning. Local times that a clock change skipped or repeated are rejected: add an offset. A day without a ' +
      'midnight starts at the time to which the clocks were moved.',
    "Now is the provider's time, not this machine's: every response tells it. A clock that differs by more than five minutes " +
      'is reported once; a --since in the future is a usage error. A clock before the release of this version of recx ends ' +
      'a run with exit code 7, unless a response tells the time.',
    'A recording whose time is not reported by the provider always matches --since and --until: leaving it out could lose it.',
    'Tables show times in that zone; JSON, NDJSON and CSV always use UTC with milliseconds and Z, so that sorting the text ' +
      'sorts by time.',
    'Durations of other flags (--timeout, --wait, --max-time, --lookback) are written in the same way: 30s, 5min, 1h30m, ' +
      '"3 days". Their days have 24 hours; they have no months or years. --min-duration and --max-duration also accept 1:30, 1:02:03, and ' +
      '60 for seconds.',
  ],
  examples: [
    'recx list --profile demo --since 7d',
    'recx list -p demo --since yesterday --until today --tz UTC',
    'recx list -p demo --since monday',
    "recx stats -p demo --since 'last week' --until 'last week' --tz UTC",
    'recx list -p demo --since 2026-01 --until 2026-01 --tz UTC',
    "recx list -p demo --since 2026-01-05 --until '2026-01-05 13:45' --tz UTC",
  ],
};
