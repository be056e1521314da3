import type { Synonyms } from './synonyms.ts';

const READ_ONLY = 'recx only reads: it never changes or deletes anything at a provider';
const NO_WATCH = 'Not available yet; instead, from cron: recx export --out calls.csv --incremental';
const SECRETS =
  'Secrets are never flags: type them at the prompt, pipe them in, or use --secret-env or --secret-command';
const STORED = 'Secrets are never flags: store them with recx profile add';
const PAGES = 'Lists are read page by page to the end; --limit <n> reads fewer';
const ARGUMENT = 'recx {command}';

/**
 * Words typed as a flag, and what to type instead: the first text whose flags exist in the command, each with its placeholder.
 * `<format:csv>` is a fixed value. A typed value that fits a placeholder replaces it.
 */
export const flagSynonyms: Synonyms = [
  // output
  ['--format -f --fmt --output-format', '-o <format>', '--media <formats>', '--overwrite'],
  ['--json --to-json --as-json', '--fields <keys> -o <format:json>', '-o <format:json>'],
  ['--ndjson --jsonl --json-lines', '-o <format:ndjson>'],
  ['--csv --to-csv --as-csv', '-o <format:csv>'],
  ['--tsv --tab', '-o <format:tsv>'],
  ['--yaml --yml --xml', '-o <format:json>'],
  ['--table --text --plain --pretty --wide --human --human-readable', '-o <format:table>'],
  ['--xlsx --xls --spreadsheet', '--excel'],
  [
    '--columns --cols --column --select --field --keys --properties --attributes --show --include -F',
    '--fields <keys>',
  ],
  ['--order --order-by --orderby --sort-by --sortby --sort-order --sorted -S', '--sort <key>'],
  [
    '--reverse -r --desc --asc --descending --ascending --oldest --oldest-first',
    'The newest come first; oldest first: --sort created_at',
  ],
  ['--longest --by-duration', '--sort <key:-duration_seconds>'],
  ['--largest --by-size', '--sort <key:-size_bytes>'],
  ['--no-headers --noheader --noheaders --no-heading --no-headings --skip-header -H', '--no-header'],
  ['--links --link --media-url --media-urls --with-urls', '--urls'],
  ['--url', '--urls', '--base-url <url>'],
  ['--raw-json', '--raw'],
  ['--jq --jsonpath --go-template', 'Pipe JSON into jq: recx {command} -o json'],
  ['--group-by --group --groupby --breakdown --per -b', '--by <keys>', 'recx stats --by <keys>'],
  ['--total --totals --summarize --sum', 'recx stats'],
  // how many
  ['--count', '--limit <n>', '--dry-run', 'To count: recx stats'],
  ['--last --recent --latest --past --within --ago', '--limit <n>', '--since <time>'],
  ['--newest', '--limit <n>'],
  [
    '--first --head --top --max --max-results --max-items --maxresults --rows --take --tail --num --max-rows -N -l -c',
    '--limit <n>',
  ],
  [
    '--page --offset --skip --page-size --pagesize --per-page --page-token --cursor --next --next-token --starting-token --paginate --no-paginate',
    PAGES,
  ],
  [
    '--everything --no-limit --unlimited',
    '--all',
    'Not needed: everything that matches is read unless --limit <n> is given',
  ],
  ['--all', 'Not needed: everything that matches is read unless --limit <n> is given'],
  // filters
  [
    '--filter --filters --where --query --search --grep --find --match --matches --contains -e',
    '<filter>',
    'Filter by flags such as --from, --status, --kind and --since: recx help filters',
  ],
  [
    '--after --newer-than --newer --start --start-time --start-date --begin --from-date --from-time --date-from --created-after --created-since --min-date --not-before --starting',
    '--since <time>',
  ],
  [
    '--before --older-than --older --end --end-time --end-date --to-date --to-time --date-to --created-before --max-date --not-after --ending --finish',
    '--until <time>',
  ],
  [
    '--date --day --on --month --year --period --created --created-at --time --date-created',
    '--since <time> --until <time>',
  ],
  ['--today', '--since <time:today>'],
  ['--yesterday', '--since <time:yesterday> --until <time:yesterday>'],
  ['--week --this-week --last-week', '--since <time:7d>'],
  ['--this-month --last-month', '--since <time:30d>'],
  ['--hour --last-hour', '--since <time:1h>'],
  [
    '--direction --inbound --outbound --incoming --outgoing',
    'The direction of a call is not available yet; --from <number> and --to <number> filter by its numbers',
  ],
  ['--caller --caller-id --callerid --caller-number --from-number --calling --source', '--from <number>'],
  ['--callee --called --called-number --to-number --dialed --recipient --destination-number', '--to <number>'],
  ['--number --phone --phone-number --msisdn --tel', '--from <number> or --to <number>'],
  ['--state', '--status <status>'],
  ['--type -t --kinds --call-type --recording-type', '--kind <kind>', '--media <formats>'],
  ['--duration --length', '--min-duration <duration> or --max-duration <duration>'],
  ['--min-length --longer --longer-than --min', '--min-duration <duration>'],
  ['--max-length --shorter --shorter-than', '--max-duration <duration>'],
  ['--call-id --call-sid --callsid --call-uuid', '--call <id>'],
  ['--conference-id --conference-sid --conference-name --conf --room-name', '--conference <id or name>'],
  ['--room --room-id --session --room-session-id', '--room-session <id>'],
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
  // accounts
  [
    '--account --accounts --account-id --acct --org --tenant --user --username -u --login',
    '--profile <name>',
    `${ARGUMENT} <name>`,
  ],
  ['--profile -p --name', `${ARGUMENT} <name>`],
  ['--account-sid', '--set <key=value:account_sid=…>', '--profile <name>'],
  ['--auth-id', '--set <key=value:auth_id=…>', '--profile <name>'],
  ['--space --domain', '--set <key=value:space=…>', '--profile <name>'],
  ['--project --project-id', '--set <key=value:project_id=…>', '--profile <name>'],
  ['--all-accounts --every-profile --each-profile --all-credentials', '--all-profiles'],
  ['--all-apis --every-api', '--api <name:all>'],
  [
    '--token --api-key --apikey --password --passwd --secret --auth-token --pass --pat --credentials --credential --api-token --api-secret --access-token --auth --bearer',
    SECRETS,
    STORED,
  ],
  ['--region --host --hostname --server --endpoint --api-url --base', '--base-url <url>'],
  ['--default --set-default --make-default --activate', 'Afterwards: recx profile use <name>'],
  ['--config --config-file --config-dir --conf-dir', 'Set RECX_CONFIG_DIR (recx help environment)'],
  // files
  [
    '--out --output --output-file --outfile --file --to-file --save-as --write --filename --save -O -o',
    '--out <file>',
    '--output <file>',
    '--dir <dir>',
    'recx export --out <file>',
  ],
  [
    '-d --output-dir --out-dir --outdir --dest --destination --folder --to-dir --directory --path --target --target-dir --into --save-to --download-dir --download-path -P',
    '--dir <dir>',
    `${ARGUMENT} <dir>`,
  ],
  ['--dir', `${ARGUMENT} <dir>`],
  ['--template --filename-template --name-template --pattern --naming', '--name <template>'],
  ['--mp3', '--media <formats:mp3>'],
  ['--wav', '--media <formats:wav>'],
  ['--mp4 --video', '--media <formats:mp4>'],
  ['--audio --codec --ext --extension --audio-format --media-format', '--media <formats>'],
  [
    '-j --parallel --jobs --threads --transfers --workers --connections --max-parallel --max-concurrent --max-concurrency --parallelism --concurrent --checkers',
    '--concurrency <n>',
  ],
  [
    '--force --replace --clobber --force-overwrite --overwrite-existing',
    '--overwrite',
    'Not needed: there is no confirmation',
  ],
  [
    '--yes -y --assume-yes --no-input --confirm --no-confirm --non-interactive --no-prompt',
    'Not needed: there is no confirmation',
  ],
  [
    '--resume --continue --skip-existing --no-clobber --ignore-existing --no-overwrite --newer-only --restart -C',
    'Not needed: finished files are skipped and partial ones resumed (--dry-run shows what is left, --overwrite replaces files)',
    '--incremental',
  ],
  ['--append --since-last --delta --only-new --new --update', '--incremental'],
  ['--simulate --noop --plan --preview --what-if --check-only --test', '--dry-run'],
  ['--stdin --from-stdin --ids-from --batch-file --input --input-file --from-file -i -a', '--ids <file>'],
  ['--to-stdout --pipe --cat', '--stdout'],
  ['--gzip --gz --zip --compress -z', 'End the name in .gz: --out calls.csv.gz'],
  ['--rate --rate-limit --limit-rate --max-rate --bwlimit --tpslimit --qps', '--rps <n>'],
  ['--deadline --time-limit --timelimit --max-duration-total', '--max-time <duration>'],
  ['--metadata --write-info-json --info-json', '--sidecar'],
  ['--lock-timeout --wait-lock --wait-for-lock', '--wait <duration>'],
  // the run
  ['--silent -s --no-progress --no-warnings', '--quiet'],
  ['--debug --trace --verbosity --log --log-level --loglevel', '--verbose'],
  ['--log-json --json-log --json-logs', '--log-format <format:json>'],
  ['--no-colour --nocolor --no-ansi --monochrome', '--no-color'],
  ['--color --colour', 'Colour is used on a terminal; --no-color disables it'],
  ['--retry --max-retries --max-attempts --attempts', '--retries <n>'],
  ['--connect-timeout --request-timeout --read-timeout', '--timeout <duration>'],
  ['--proxy -x', 'Set HTTPS_PROXY (recx help environment)'],
  [
    '--insecure -k --no-verify-ssl --no-check-certificate --cacert',
    'Certificates are always verified; NODE_EXTRA_CA_CERTS adds an authority (recx help environment)',
  ],
  ['--follow -w --watch --live --interval --poll', NO_WATCH],
  ['--delete --remove --move --purge --rm', READ_ONLY],
  [
    '--transcript --transcripts --transcribe --transcription',
    'recx only reads what a provider stores; transcripts are not available yet',
  ],
];
