import { NO_FILTERS } from './filter-flag-synonyms.ts';
import { MISSING_FLAGS } from './values/readers.ts';
import type { Synonyms } from './values/typed.ts';
import { ASCENDING_FLAGS, DESCENDING_FLAGS, ORDER_FLAGS, REVERSING_FLAGS } from './values/typed-order.ts';
import { FINISHED } from './values/value-synonyms.ts';

const PAGES = 'Lists are read page by page to the end; --limit <n> reads fewer';

const ORDER = 'To order: --sort <key>, or --sort -<key> for the largest first';

/** The first rows in an order, of so many groups or recordings if a number is typed. */
const first = (key: string): readonly string[] => [
  `--sort <key:${key}> --top <n>`,
  `--sort <key:${key}> -n <n>`,
  `--sort <key:${key}>`,
];

/** Flags that order and print recordings, and what to type instead, as in `flagSynonyms`. */
export const listFlagSynonyms: Synonyms = [
  // output
  [
    '--format --fmt --output-format --as',
    '[list|export] {exported-file}',
    '{fields}',
    '-o <format>',
    '--media <formats>',
    '{format}',
  ],
  [
    '-f',
    '{fields}',
    '-o <format>',
    '--media <formats>',
    '--overwrite',
    'For a format: -o <format>; new recordings are not followed: --since 1h shows the last hour',
  ],
  [
    '--json --to-json --as-json',
    '[list|export] {exported-file}',
    '{exported}',
    '--fields <keys> -o <format:json>',
    '-o <format:json>',
  ],
  ['--ndjson --jsonl --json-lines', '-o <format:ndjson>'],
  ['--csv --to-csv --as-csv', '[list|export] {exported-file}', '{exported}', '-o <format:csv>'],
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
    '[list] The table has the details, the newest first (in a pipe: -o table); every field: --fields all; by size: --sort <key:-size_bytes>; oldest first: --sort created_at',
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
  ['--percentile --percentiles --quantile --quantiles --median --p50 --p90 --p95 --p99 --stddev', '{measured}'],
  [
    '--cost --costs --price --prices --bill --billing --spend',
    '--fields <keys:id,price,currency>',
    '--sort <key:-price>',
  ],
  [MISSING_FLAGS, '--remote', `[download] ${FINISHED}`, '{not-downloaded}'],
  [
    '--size --min-size --max-size --larger --smaller --size-gt --size-lt',
    'Size is not a filter, and not every provider reports it; the largest of the known: --sort <key:-size_bytes>',
  ],
  [
    '--min-price --max-price --min-cost --max-cost --price-min --price-max --cost-min --cost-max',
    'Price is not a filter; the highest come first with --sort <key:-price>',
    'Price is not a filter; by price: recx list --sort <key:-price>',
  ],
  ['--sample --random --shuffle --shuf --random-sort', '{sampled}'],
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
  [
    '--no-headers --noheader --noheaders --no-heading --no-headings --skip-header --tuples-only -H',
    '-o <format:table> --no-header',
    '--no-header',
  ],
  [
    '--get-url --print-url -g --links --link --media-url --media-urls --with-urls',
    '[get] --fields <keys:media_url>',
    '[download] {media-link}',
    '--urls',
  ],
  ['--url', '--urls', '--base-url <url>'],
  [
    '--separator --delimiter --field-separator --sep',
    'Cells are separated by commas with -o csv, by tabs with -o tsv; CSV for spreadsheets: -o csv --excel',
  ],
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
];
