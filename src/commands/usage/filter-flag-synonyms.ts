import type { Synonyms } from './values/typed.ts';
import { EXCLUDED } from './values/value-synonyms.ts';

export const NO_FILTERS = '[report] {reported}';
export const ARGUMENT = 'recx {command}';

/** Flags that choose recordings, and what to type instead, as in `flagSynonyms`. */
export const filterFlagSynonyms: Synonyms = [
  [
    '--match-filter --match-filters --selector --filter --filters --where --query --search --grep --find --match --matches --contains -e --condition --having',
    '{filter}',
    '{numbers}',
    '{fields}',
    '{searched}',
    '--from <number> or --to <number>',
    'recx get <id>',
    'Filter by flags such as --from, --status, --kind and --since: recx help filters',
  ],
  [
    '--not --exclude --except --without --not-status --exclude-status --no-status --not-kind --exclude-kind --not-from --exclude-from --not-to --exclude-to --ignore',
    '{others}',
    EXCLUDED,
  ],
  [
    '--since --until --conference --room-session --subaccount --from --to --direction --status --kind --min-duration --max-duration --limit -n --all-profiles',
    NO_FILTERS,
  ],
  ['--provider --api', '[providers] Not needed: everything is shown', NO_FILTERS],
  ['--between --range --time-range --date-range --period', '{range}', '{period}', '--since <time> --until <time>'],
  [
    '--after --newer-than --newer --start --start-time --start-date --begin --from-date --from-time --date-from --created-after --created-since --start-time-after --started-after --start-after --min-date --not-before --starting --date-created-after --dateafter --date-after --freshness --max-age --newermt --modified-after --updated-since --start-day',
    '--since <time>',
  ],
  [
    '--before --start-time-before --started-before --older-than --older --created-before --date-created-before --modified-before',
    '{before}',
    'A day in --until <time> is included: name the day before',
  ],
  [
    '--end --end-time --end-date --to-date --to-time --date-to --max-date --not-after --ending --finish --datebefore --date-before --min-age',
    '--until <time>',
  ],
  [
    '--date --day --on --month --year --created --created-at --time --date-created',
    '{range}',
    '{period}',
    '--since <time> --until <time>',
  ],
  ['--mtime', '{days-ago}', '--since <time>'],
  ['--weekday --weekdays --dow --day-of-week', '{weekdays}'],
  ['--days --hours --weeks --months --minutes', '{ago}', '{hours}', '--since <time>'],
  ['--today', '--since <time:today>'],
  ['--yesterday', '--since <time:yesterday> --until <time:yesterday>'],
  ['--week --this-week', '--since <time:7d>'],
  ['--quarter --calendar-week', '{period}', '--since <time> --until <time>'],
  ['--last-week', "--since <time:'last week'> --until <time:'last week'>"],
  ['--this-month', "--since <time:'this month'>"],
  ['--last-month', "--since <time:'last month'> --until <time:'last month'>"],
  ['--hour --last-hour --time-of-day --between-hours', '{hours}', '--since <time:1h>'],
  ['--inbound --incoming --received --only-inbound', '--direction <direction:inbound>'],
  ['--outbound --outgoing --placed --only-outbound', '--direction <direction:outbound>'],
  ['--call-direction --dir-of-call', '--direction <direction>'],
  [
    '--calls --with-call --call-details --with-call-details --with-call-info --call-info --join-calls --include-calls --add-calls --with-numbers --numbers --show-numbers --callers --with-callers --cdr --cdrs --with-cdr --enrich --legs --with-legs',
    '--with-calls',
    '[report] The numbers of a report come from the manifest of its folder',
  ],
  ['--no-calls --without-calls', 'Without --with-calls, calls are read only for flags that need them: recx help calls'],
  ['--caller --caller-id --callerid --caller-number --from-number --calling --source', '--from <number>'],
  [
    '--callee --called --called-number --to-number --dialed --dialled --dialed-to --answered-by-number --recipient --destination-number',
    '--to <number>',
  ],
  ['--number --phone --phone-number --msisdn --tel', '{either-number}', '--from <number> or --to <number>'],
  ['--state', '--status <status>'],
  ['--type --kinds --call-type --recording-type', '--kind <kind>', '--media <formats>', '-o <format>'],
  ['--no-room --no-rooms --no-video', '--kind <kind:call,conference,unknown>'],
  ['--no-call', '--kind <kind:conference,room,unknown>'],
  ['--no-conference --no-conferences', '--kind <kind:call,room,unknown>'],
  [
    '--ends-with --ending-with --suffix --number-ends --last-digits --from-ends-with',
    '{numbers}',
    'Numbers are compared completely, or by their beginning: --from <number>',
  ],
  ['--calls-only --only-calls', '--kind <kind:call>'],
  ['--conferences --conferences-only --only-conferences', '--kind <kind:conference>'],
  ['--rooms --rooms-only --only-rooms --meetings --videos', '--kind <kind:room>'],
  ['--done --finished --success --successful', '--status <status:completed>'],
  ['--errors --errored --failures', '--status <status:failed>'],
  ['--duration --length', '{length}', '--min-duration <duration> or --max-duration <duration>'],
  ['--min-length --longer --longer-than --min', '--min-duration <duration>'],
  ['--max-length --shorter --shorter-than', '--max-duration <duration>'],
  ['--call-id --call-sid --callsid --call-uuid', '--call <id>', '[get] recx list --call <id>'],
  ['--conference-id --conference-sid --conference-name --conf --room-name', '--conference <id or name>'],
  ['--room --room-id --session --room-session-id', '{room-name}', '--room-session <id>', '--conference <id or name>'],
  [
    '--id --recording --recording-id --recording-sid --uuid --sid',
    `${ARGUMENT} <id>`,
    'recx get <id>',
    '--set <key=value:account_sid=…>',
  ],
  [
    '--ids',
    '[list|export] -o <format:csv> --fields <keys:id> --no-header',
    '[get] Ids from a pipe: recx get -',
    `${ARGUMENT} <id>`,
    'recx get <id>',
  ],
  // times and zones
  ['--utc --gmt --zulu', '--tz <zone:UTC>'],
  ['--timezone --time-zone --zone --tzinfo', '--tz <zone>'],
  ['--local --localtime --local-time', 'Tables show local time; --tz <zone> chooses another zone'],
];
