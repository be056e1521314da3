import { MISSING_FLAGS } from './values/readers.ts';
import type { Synonyms } from './values/typed.ts';
import { ASCENDING_FLAGS, DESCENDING_FLAGS, ORDER_FLAGS, REVERSING_FLAGS } from './values/typed-order.ts';
import { EXCLUDED, FINISHED } from './values/value-synonyms.ts';

const PAGES = 'Lists are read page by page to the end; --limit <n> reads fewer';
const ARGUMENT = 'recx {command}';
export const NO_FILTERS = '[report] A report shows a folder: first recx download --since 7d, then recx report <dir>';

const ORDER = 'To order: --sort <key>, or --sort -<key> for the largest first';

/** The first rows in an order, of so many groups or recordings if a number is typed. */
const first = (key: string): readonly string[] => [
  `--sort <key:${key}> --top <n>`,
  `--sort <key:${key}> -n <n>`,
  `--sort <key:${key}>`,
];

/** Flags that choose, order and print recordings, and what to type instead, as in `flagSynonyms`. */
export const listFlagSynonyms: Synonyms = [
  // output
  ['--format -f --fmt --output-format --as', '{fields}', '-o <format>', '--media <formats>', '--overwrite'],
  ['--json --to-json --as-json', '{exported}', '--fields <keys> -o <format:json>', '-o <format:json>'],
  ['--ndjson --jsonl --json-lines', '-o <format:ndjson>'],
  ['--csv --to-csv --as-csv', '{exported}', '-o <format:csv>'],
  ['--tsv --tab', '-o <format:tsv>'],
  [
    '--yaml --yml --xml --markdown --md',
    'Neither YAML nor XML nor Markdown is available; the nearest: -o json, -o table or -o csv',
  ],
  [
    '--table --text --plain --pretty --wide --human --human-readable --oneline --short --brief --compact',
    '-o <format:table>',
  ],
  ['--porcelain --parseable --machine-readable --batch --no-align', '-o <format:tsv>'],
  ['--spreadsheet', '--excel'],
  ['--xlsx --xls --ods', 'Files of spreadsheets are not available; CSV that they open: -o csv --excel'],
  [
    '--html',
    '[report] Not needed: the page is HTML',
    'Lists have no HTML: -o csv for a table; a page of downloaded recordings: recx report',
  ],
  ['--print --columns --cols --column --select --field --keys --properties --attributes --show -F', '--fields <keys>'],
  ['--include', '--fields <keys>', 'Recordings are chosen by filters such as --from and --status: recx help filters'],
  [
    '-l --long --details --verbose-list --ll',
    '--limit <n>',
    '[list] The table has the details; every field: --fields all; by size: --sort <key:-size_bytes>; oldest first: --sort created_at',
  ],
  ['-t', '--kind <kind>', '--media <formats>', '[list] The newest come first; oldest first: --sort created_at'],
  ['-S --by-size --sort-size', ...first('-size_bytes')],
  [ORDER_FLAGS, '{order}', ORDER],
  [`${DESCENDING_FLAGS} ${ASCENDING_FLAGS} ${REVERSING_FLAGS}`, '{order}', ORDER],
  [
    '--oldest --oldest-first --earliest',
    ...first('created_at')
      .slice(1)
      .map((text) => `[list|download|export] ${text}`),
  ],
  ['--avg --average --mean', '[stats] There are no averages: divide duration_seconds by recordings', 'recx stats'],
  ['--size', '--sort <key:-size_bytes>'],
  [
    '--cost --costs --price --prices --bill --billing --spend',
    '--fields <keys:id,price,currency>',
    '--sort <key:-price>',
  ],
  [MISSING_FLAGS, '--remote', `[download] ${FINISHED}`, '{not-downloaded}'],
  [
    '--min-size --max-size --larger --smaller --size-gt --size-lt',
    'Size is not a filter, and not every provider reports it; the largest of the known: --sort <key:-size_bytes>',
  ],
  ['--monthly --per-month', "[export] One file a month: --out 'calls-{year}-{month}.csv'", '--by <keys:month>'],
  ['--daily --per-day', "[export] One file a day: --out 'calls-{year}-{month}-{day}.csv'", '--by <keys:day>'],
  ['--weekly --per-week', '--by <keys:week>'],
  ['--chart --graph --plot', '[stats] For a chart in another program: -o csv'],
  ['--newest --newest-first', '--limit <n>', 'The newest come first; oldest first: --sort created_at'],
  ['--longest --by-duration --by-length', ...first('-duration_seconds')],
  ['--shortest', ...first('duration_seconds')],
  ['--largest --biggest', ...first('-size_bytes')],
  ['--smallest', ...first('size_bytes')],
  ['--costliest --most-expensive --expensive --priciest --by-cost --by-price', ...first('-price')],
  ['--cheapest', ...first('price')],
  [
    '--ids-only --id-only --only-ids --only-id --just-ids --names-only --name-only',
    '-o <format:csv> --fields <keys:id> --no-header',
  ],
  ['--no-trunc --no-truncate --full --full-id --full-ids --no-ellipsis', 'Complete values: -o csv, or --fields id'],
  ['--no-headers --noheader --noheaders --no-heading --no-headings --skip-header --tuples-only -H', '--no-header'],
  [
    '--get-url --print-url -g --links --link --media-url --media-urls --with-urls',
    '[get] --fields <keys:media_url>',
    '[download] {media-link}',
    '--urls',
  ],
  ['--url', '--urls', '--base-url <url>'],
  ['--separator --delimiter --field-separator --sep', 'Cells are separated by commas with -o csv, by tabs with -o tsv'],
  ['--web --open-in-browser', 'To look at recordings: recx browse, or recx report (a page with players)'],
  ['--raw-json --expand', '--raw'],
  ['--list-formats', '--fields <keys:id,formats>'],
  ['--expanded --vertical', 'One recording with every field: recx get <id>'],
  ['--raw-output --slurp --arg --sort-keys --compact-output', 'Pipe JSON into jq: recx {command} -o json'],
  [
    '--jq --jsonpath --go-template --jmespath --transform',
    '{filter}',
    '{fields}',
    'Pipe JSON into jq: recx {command} -o json',
  ],
  ['--by --group-by --group --groupby --breakdown --per -b', '{grouped}', '--by <keys>', 'recx stats --by <keys>'],
  ['--sum --sums', '[stats] {sums}', '[list|browse] {totals}', 'recx stats'],
  [
    '--total --totals --summarize --summarise --grand-total',
    '--by <keys:none>',
    '[list|browse] {totals}',
    'The last row of the table is the total',
    'recx stats',
  ],
  // how many
  [
    '--count',
    '[stats] Each group shows how many recordings it has; one number for all: recx list --count',
    '--limit <n>',
    '--dry-run',
    'To count: recx list --count',
  ],
  ['-N', '[download] --concurrency <n>', '--limit <n>'],
  ['-c', `[download] ${FINISHED}`, '--limit <n>'],
  ['--latest', '[get] The newest: recx list -n 1, then recx get <id>', '--limit <n:1>'],
  ['--last --recent --past --within --ago --in-last', '--limit <n>', '--since <time>'],
  [
    '--first --head --top --max --max-results --max-items --maxresults --rows --take --tail --num --max-rows --max-count --max-downloads --playlist-items --lines -L',
    '--limit <n>',
  ],
  [
    '--starting-after --ending-before --chunk-size --page --offset --skip --page-size --pagesize --per-page --page-token --cursor --next --next-token --starting-token --paginate --no-paginate',
    '[list] {page}',
    PAGES,
  ],
  [
    '--everything --no-limit --unlimited',
    '--all',
    'Not needed: everything that matches is read unless --limit <n> is given',
  ],
  [
    '--all',
    '[profile check] --all-profiles',
    '[profile show|profile current] recx profile list',
    '[profile list] Not needed: all profiles are listed',
    NO_FILTERS,
    'Not needed: everything that matches is read unless --limit <n> is given',
  ],
  // filters
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
    '--after --newer-than --newer --start --start-time --start-date --begin --from-date --from-time --date-from --created-after --created-since --min-date --not-before --starting --date-created-after --dateafter --date-after --freshness --max-age --mtime --newermt --modified-after --updated-since --start-day',
    '--since <time>',
  ],
  [
    '--before --older-than --older --created-before --date-created-before --modified-before',
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
  ['--days --hours --weeks --months --minutes', '{ago}', '--since <time>'],
  ['--today', '--since <time:today>'],
  ['--yesterday', '--since <time:yesterday> --until <time:yesterday>'],
  ['--week --this-week', '--since <time:7d>'],
  ['--quarter --calendar-week', '{period}', '--since <time> --until <time>'],
  ['--last-week', "--since <time:'last week'> --until <time:'last week'>"],
  ['--this-month', "--since <time:'this month'>"],
  ['--last-month', "--since <time:'last month'> --until <time:'last month'>"],
  ['--hour --last-hour', '--since <time:1h>'],
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
  ['--number --phone --phone-number --msisdn --tel', '--from <number> or --to <number>'],
  ['--state', '--status <status>'],
  ['--type --kinds --call-type --recording-type', '--kind <kind>', '--media <formats>'],
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
  ['--ids', `${ARGUMENT} <id>`, 'recx get <id>'],
  // times and zones
  ['--utc --gmt --zulu', '--tz <zone:UTC>'],
  ['--timezone --time-zone --zone --tzinfo', '--tz <zone>'],
  ['--local --localtime --local-time', 'Tables show local time; --tz <zone> chooses another zone'],
];
