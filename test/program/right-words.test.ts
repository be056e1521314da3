import type { Command } from 'commander';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { visibleCommands } from '../../src/commands/shared/context.ts';
import { isAvailable, pathOf } from '../../src/commands/usage/availability.ts';
import { acceptedOptions, subcommandNamed } from '../../src/commands/usage/command-line.ts';
import { commandSynonyms } from '../../src/commands/usage/command-synonyms.ts';
import { flagSynonyms } from '../../src/commands/usage/flag-synonyms.ts';
import { valueSynonyms } from '../../src/commands/usage/values/value-synonyms.ts';
import { columns } from '../../src/core/columns.ts';
import { editDistance } from '../../src/core/text/did-you-mean.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { runHere } from '../support/run.ts';
import { openSession } from '../support/session.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';
import { wordsOf } from '../support/words-of.ts';

const folder = emptyFolder();
const env = { HOME: folder, RECX_CONFIG_DIR: folder };

const run = (line: string) => runHere(wordsOf(line), { env });

describe('what people type instead', () => {
  test.each([
    // commands
    ['login', 'Use recx profile add'],
    ['logout', 'Use recx profile remove <name>'],
    ['auth', 'Use recx profile add'],
    ['auth login', 'Use recx profile add'],
    ['auth logout', 'Use recx profile remove <name>'],
    ['config', 'Use recx profile list'],
    ['configure', 'Use recx profile add'],
    ['init', 'Use recx profile add'],
    ['setup', 'Use recx profile add'],
    ['whoami', 'Use recx profile'],
    ['account', 'Use recx profile list'],
    ['accounts', 'Use recx profile list'],
    ['show 5b080672-aaaa', 'Use recx get 5b080672-aaaa'],
    ['view', 'Use recx get <id>'],
    ['info X', 'Use recx get <id>'],
    ['describe', 'Use recx get <id>'],
    ['cat', 'Use recx download <id> --stdout'],
    ['search 415', 'recx list --from'],
    ['find', 'recx list --from'],
    ['query', 'recx list --from'],
    ['filter', 'recx list --from'],
    ['count', 'recx '],
    ['open X', 'recx browse (p plays)'],
    ['play X', 'recx browse (p plays)'],
    ['listen', 'recx browse (p plays)'],
    ['delete x', 'recx only reads'],
    ['rm x', 'recx only reads'],
    ['remove x', 'recx only reads'],
    ['transcript x', 'recx only reads'],
    ['transcribe x', 'recx only reads'],
    ['watch', '--incremental'],
    ['tail', '--incremental'],
    ['follow', '--incremental'],
    ['dump', 'recx export'],
    ['backup', 'recx download'],
    ['fetch', 'recx download'],
    ['pull', 'recx download'],
    ['get-all', 'recx download'],
    ['sync', 'recx download'],
    ['cp', 'recx download'],
    ['save', 'recx download'],
    ['summary', 'Use recx stats'],
    ['totals', 'Use recx stats'],
    ['top', 'recx list --sort -duration_seconds -n 10; the busiest callers: recx stats --by from --top 10'],
    ['fields', 'Use recx help fields'],
    ['profile switch sw', 'Use recx profile use sw'],
    ['profile default', 'The one in use: recx profile current; to choose one: recx profile use <name>'],
    ['profile default tw', 'Use recx profile use tw'],
    ['profile test tw', 'Use recx profile check tw'],
    ['profile verify pl', 'Use recx profile check pl'],
    ['sync --since 1d cron', 'Use recx download --since 1d --dir cron'],
    ['fetch -n 3', 'Use recx download -n 3'],
    ['backup --dry-run', 'Use recx download --all --dry-run'],
    ['fetch --sid RE5b080672', 'Use recx get RE5b080672'],
    ['fetch --sid RE123', 'Media files: recx download'],
    ['call 5b080672-aaaa', 'Use recx list --call 5b080672-aaaa'],
    ['call', 'Use recx list --kind call'],
    ['get call 5b080672-aaaa', 'Use recx list --call 5b080672-aaaa'],
    ['get --call 5b080672-aaaa', 'Use recx list --call 5b080672-aaaa'],
    ['get --call-sid 5b080672-aaaa', 'Use recx list --call 5b080672-aaaa'],
    // the other words stay
    ['export --since 2026-11 -o november.csv', 'Use recx export --since 2026-11 --out november.csv'],
    ['export --min-duration 1m -o calls.csv', 'Use recx export --min-duration 1m --out calls.csv'],
    [
      'list -n 3 --fields id --status failed --status paused -o c.csv',
      'Use recx export --status failed --status paused -n 3 --fields id --out c.csv',
    ],
    ['export --output november.xlsx', 'Use recx export --out november.csv --excel'],
    ['export --since 7d --out n.xlsx', 'Use recx export --since 7d --out n.csv --excel'],
    [
      "stats --by caller --since 'this month' -o csv --out callers.csv",
      "Use recx stats --since 'this month' --by caller -o csv > callers.csv",
    ],
    [
      "stats --by caller --since 'this month' --output callers.csv",
      "Use recx stats --since 'this month' --by caller -o csv > callers.csv",
    ],
    ['stats --by caller --output c.xlsx', 'Use recx stats --by caller -o csv --excel > c.csv'],
    ['export --by caller --since 30d', 'Use recx stats --since 30d --by caller'],
    ['list --status completed,failed --by caller,day', 'Use recx stats --status completed,failed --by caller,day'],
    ['stats --sum duration --since 7d --by day', 'Every sum is shown: recx stats --since 7d --by day'],
    ['stats --sum duration', 'Every sum is shown: recx stats --by none'],
    ['report day --with-calls', 'Given at the download: recx download --with-calls, then recx report <dir>'],
    ['list --min-size 500k', 'not every provider reports it; the largest of the known: --sort -size_bytes'],
    ['list -w', 'Taken for watching, which is not available yet'],
    ['profile set-default', 'Use recx profile use <name>'],
    ['profile delete x', 'Use recx profile remove x'],
    ['profile test', 'Use recx profile check'],
    ['profile new', 'Use recx profile add'],
    ['profile create', 'Use recx profile add'],
    ['dowload x', 'Did you mean "download"?'],
    ['lis', 'Did you mean "list"?'],
    ['LIST', 'Did you mean "list"?'],
    ['help login', 'Use recx profile add'],
    ['login --help', 'Use recx profile add'],
    ['profile lst -h', 'Did you mean "list"?'],
    ['help columns', 'Use recx help fields'],
    ['help dates', 'Use recx help time'],
    // what follows a command of another program
    ['ls demo:', 'Use -p demo'],
    ['lsl demo:', 'Use recx list -p demo'],
    ['count', 'Use recx list --count'],
    ['count --by month', 'Use recx stats --by month'],
    ['sum --by month', 'Use recx stats --by month'],
    ['size', 'Use recx stats --by none'],
    ['cat RE12345678', 'Use recx download RE12345678 --stdout'],
    ['profiles', 'Use recx profile list'],
    ['listremotes', 'Use recx profile list'],
    ['context use tw', 'Use recx profile use tw'],
    ['profile mv a b', 'Use recx profile rename a b'],
    ['profiles:create', 'Use recx profile add'],
    ['copy demo: ./dir', 'Use recx download --all -p demo --dir ./dir'],
    ['copy --dry-run demo: ./dir', 'Use recx download --all --dry-run -p demo --dir ./dir'],
    ['get recordings --sort-by=.duration', 'Use recx list --sort duration_seconds'],
    ['log -n 3', 'Use recx list -n 3'],
    ['log -5', 'Use recx list --limit 5'],
    ['lsf', 'Use recx list -o tsv --no-header'],
    ['bill', 'Use recx stats'],
    ['update', 'npm'],
    ['fetch --token sekrit', 'recx download'],
    ['find --failed', 'Use recx list --status failed'],
    ['search +14155550100', 'Use recx list --from +14155550100 or recx list --to +14155550100'],
    ['issue list --limit 3', 'Use recx list --limit 3'],
    ['customers list --limit 3', 'Use recx list --limit 3'],
    ['describe recording RE12345678', 'Use recx get RE12345678'],
    ['get recording RE12345678', 'Type the id alone: recx get RE12345678'],
    ['list-recordings -n 5', 'Use recx list -n 5'],
    ['get-recording RE12345678', 'Use recx get RE12345678'],
    ["'select * from recordings'", 'recx list --from <number>'],
    ['.schema', 'Use recx help fields'],
    ['RE5b080672aaaabbbb', 'Use recx get RE5b080672aaaabbbb'],
    ['https://example.com/sekrit/RE12345678.mp3', 'recx get RE12345678'],
    ['failed', 'Use recx list --status failed'],
    ['download ./arch', 'Use --dir ./arch'],
    ['download 2026-11-27', 'Use --since 2026-11-27 --until 2026-11-27'],
    ['get 2026-11-27', 'Use recx list --since 2026-11-27 --until 2026-11-27'],
    ['download demo:', 'Use -p demo'],
    ['get CA5b080672aaaabbbbccccddddeeee1111', 'Use recx list --call CA5b080672aaaabbbbccccddddeeee1111'],
    ['get CF5b080672aaaabbbbccccddddeeee1111', 'Use recx list --conference CF5b080672aaaabbbbccccddddeeee1111'],
    ['report --month 2026-11', 'Use recx download --since 2026-11 --until 2026-11'],
    ['report --failed', 'Use recx download --status failed'],
    // output
    ['list -L 3', 'Use --limit 3'],
    ['list -5', 'Use --limit 5'],
    ['list -50 -r', 'Use --limit 50 --sort created_at'],
    ['list --web', 'recx report'],
    ['list --oneline', 'Use -o table'],
    ['list --secret=sekrit --json', '--secret: Secrets are never flags'],
    ['list --secret=sekrit --json', '--json: Use -o json'],
    ['list --conference Team Call', "Use --conference 'Team Call'"],
    ['get aaaaaaaa:', 'Ids are listed with: recx list'],
    ['list --limit', '-n, --limit <n>: maximum number of recordings'],
    ['completion', '<shell>, one of bash, zsh, fish'],
    ['list -q -v', 'Leave out one of them'],
    ['demo zzzz', 'recx demo has no options of its own. See recx demo --help'],
    ['list --csv --json', '--csv: Use -o csv; --json: Use -o json'],
    ['list -json', 'Use -o json'],
    ['list -since 7d', 'Use --since 7d'],
    ['list -all', 'Use --all'],
    ['list -separator ,', 'tabs with -o tsv'],
    ['list --query Recordings[0:5]', 'Use -n 5'],
    ['list --query reverse(sort_by(Recordings,&duration))', 'Use --sort -duration_seconds'],
    ['list --template {{.id}}', 'Use --fields id'],
    ['list --max-size 5M', 'Size is not a filter'],
    ['list --region us1', 'recx profile add --base-url <url>'],
    ['list --raw-output', 'Pipe JSON into jq: recx list -o json'],
    ['list --no-pager', 'RECX_PAGER'],
    ['list --files-from ids.txt', 'Use recx download --ids ids.txt'],
    ['download --get-url', 'Use recx list --urls'],
    ['download -f bestaudio', 'Use --media mp3'],
    ['download -c', 'Not needed'],
    ['download -N 4', 'Use --concurrency 4'],
    ['list -o name', '-o csv --fields id --no-header'],
    ['list --separator x', 'tabs with -o tsv'],
    ['list --query length(@)', 'Use --count'],
    ["list --jq '.[] | length'", 'Use --count'],
    ['list --count --sort id', 'Leave out --sort'],
    ['list --format csv', 'Use -o csv'],
    ['list --format', 'Use -o <format>'],
    ['list -f csv', 'Use -o csv'],
    ['export --format=csv', 'Use -o csv'],
    ['list --json', 'Use -o json'],
    ['list --json id,from', 'Use --fields id,from -o json'],
    ['list --csv', 'Use -o csv'],
    ['list --yaml', 'Neither YAML nor XML nor Markdown is available; the nearest: -o json'],
    ['list --columns id,from', 'Use --fields id,from'],
    ['stats --json', 'Use -o json'],
    ['list --order duration', 'Use --sort duration'],
    ['list --order-by -duration', 'Use --sort'],
    ['list --reverse', '--sort created_at'],
    ['list --page 2', '--limit 100 reaches that far, --all'],
    ['list --offset 50', '--limit 100 reaches that far, --all'],
    // filters
    [
      'list --search foo --since 7d',
      'A conference or room has a filter: --conference foo; other texts are not searched, but recx list --since 7d --with-calls --all -o ndjson | grep -i foo',
    ],
    ['download --sample 10', '--all -o csv --fields id --no-header | shuf -n 10 | recx download --ids -'],
    ['list --hour 9-17 --since 14d', 'recx stats --since 14d --by hour'],
    ['list --hour', 'Use --since 1h'],
    ['list --min-cost 0.01', 'Price is not a filter; the highest come first with --sort -price'],
    [
      'stats --by conference --since 30d',
      'recx list --since 30d --all --fields conference_name -o csv --no-header | sort | uniq -c',
    ],
    ["download --name '{room}_{date}_{id}'", "Use --name '{conference_name}_{date}_{id}'"],
    ['list --room standup', 'Use --conference standup'],
    ['list -k room', 'Use --kind room'],
    [
      'get RE9e7728eadedf411dde50e3c53111ab35 -o call.mp3',
      'Use recx download RE9e7728eadedf411dde50e3c53111ab35 --output call.mp3',
    ],
    ['download --all --log-file nightly.log', 'Messages go to standard error, for example with 2>> recx.log'],
    ['list --start-time-after 2026-11-26', 'Use --since 2026-11-26'],
    [
      'cp RE9e7728eadedf411dde50e3c53111ab35 ./x.wav',
      'Use recx download RE9e7728eadedf411dde50e3c53111ab35 --output ./x.wav',
    ],
    ['conferences list', 'Use recx list --kind conference --with-calls'],
    ['rooms list --since 7d', 'Use recx list --kind room --with-calls --since 7d'],
    ['download X -k', 'Certificates are always verified'],
    ["download --since 2d --dir 'rooms/%Y-%m-%d'", "Use --dir rooms --name '{year}-{month}-{day}/{id}'"],
    ["download --since 2d --dir '{date}/'", "Use --name '{date}/{id}'"],
    ['search RE9e7728eadedf411dde50e3c53111ab35', 'Use recx get RE9e7728eadedf411dde50e3c53111ab35'],
    [
      'show 4781eddb-ffbb-a11a-7a0d-7df24f213e0d -o yaml',
      '-o yaml: Neither YAML nor XML is available; the nearest: -o json',
    ],
    ['show 4781eddb-ffbb-a11a-7a0d-7df24f213e0d -o text', 'Use recx get 4781eddb-ffbb-a11a-7a0d-7df24f213e0d -o tsv'],
    [
      'search Störungsdienst --since 30d',
      "A conference or room has a filter: recx list --since 30d --conference 'Störungsdienst'",
    ],
    ['download -a -', 'Use recx download -'],
    ['find -mtime -3', 'Use recx list --since 3d'],
    ['list -d in --since 3d', 'Use --direction inbound'],
    ['download X -d calls', 'Use --dir calls'],
    [
      'list --number +14155550100',
      'As the caller: --from +14155550100; as the called party: --to +14155550100; in one line both must match',
    ],
    ['export --type csv', 'Use -o csv'],
    ['list --ids --since 1d', 'Use -o csv --fields id --no-header'],
    ['get --ids -', 'Ids from a pipe: recx get -'],
    ['list --weekday sat,sun', 'strftime("%a") | . == "Sat" or . == "Sun")'],
    ['list --duration 1m-3m', 'Use --min-duration 1m --max-duration 3m'],
    ['download {id:RE1}', 'Ids are one a line: recx list -o csv --fields id --no-header | recx download -'],
    ['export --since 2026-10 --format csv -o oct.csv', 'Use recx export --since 2026-10 --out oct.csv'],
    ['list --since 7d --csv -o oct.csv', 'Use recx export --since 7d --out oct.csv'],
    ['export --format xlsx -o week.xlsx', 'Use recx export --out week.csv --excel'],
    ["list --query '[].id' --output text", 'Use --fields id --output tsv'],
    ['rooms --since 30d', 'Use recx list --kind room --with-calls --since 30d'],
    ['sample 5 --since 7d', '| shuf -n 5 | recx get -'],
    ['report --since 30d', 'A report shows a folder: first recx download --since 30d, then recx report <dir>'],
    ['view 4781eddb-ffbb-a11a-7a0d-7df24f213e0d --web', '--web: To look at recordings: recx browse, or recx report'],
    ['browse 4781eddb', 'The list is searched with /: type the id there, then p plays'],
    ['list -o sql', 'Databases and data frames read CSV: recx export --out calls.csv'],
    ['export --since 24h -o csv -', 'Standard output is the default: leave out the -'],
    ['stats --by from -', 'Standard output is the default: leave out the -'],
    ["list --room 'stand*'", 'Names are compared completely: --conference <id or name>; all names: recx list'],
    ['download -n --since 7d', 'A number: --limit <n>; to see what would be downloaded: --dry-run'],
    ['list -mtime -1', 'Use --since 1d'],
    ['list --mtime +30', 'Use --until 30d'],
    ['list -lt', 'The table has the details, the newest first (in a pipe: -o table)'],
    ['list --no-headers', 'Use -o table --no-header'],
    ['export csv --since 7d -o week.csv', 'Use recx export --since 7d --out week.csv'],
    ['download X -D calls/', 'Use --dir calls/'],
    ['list --weekday tuesday --since 7d', 'strftime("%a") | . == "Tue")'],
    ['list --hours 18:00-08:00', 'select(.created_at[11:13] | . >= "18" or . < "08")'],
    ['list --hour 9', 'select(.created_at[11:13] | . >= "09" and . < "10")'],
    ["list --to '+1312%'", "Use --to '+1312*'"],
    [
      'stats --percentile 95 --since 7d',
      'There are sums only; durations for other programs: recx list --since 7d --all',
    ],
    ['export --since 7d -o -', 'Standard output is the default: leave it out'],
    ['list --format xlsx', 'Files of spreadsheets are not available; CSV that they open: -o csv --excel'],
    ['list --format ids', 'For ids alone: -o csv --fields id --no-header'],
    ['list --from 18:00', 'for dates use --since and --until'],
    ['profile add a --provider twilio --account-sid AC1 --auth-token abc', '--auth-token: Secrets are never flags'],
    ["list --name 'weekly review'", "Use --conference 'weekly review'"],
    ['list --name Störungsdienst', "Use --conference 'Störungsdienst'"],
    [
      'list -f --since 1h',
      'For a format: -o <format>; new recordings are not followed: --since 1h shows the last hour',
    ],
    ['list -f csv', 'Use -o csv'],
    ['list --size +1M', 'Size is not a filter, and not every provider reports it'],
    ["list --duration '>5m'", 'Use --min-duration 5m'],
    ['list --duration 5m+', 'Use --min-duration 5m'],
    ['list --length=<30s', 'Use --max-duration 30s'],
    ['list --room 4781eddb-ffbb-a11a-7a0d-7df24f213e0d', 'Use --room-session 4781eddb-ffbb-a11a-7a0d-7df24f213e0d'],
    ['list --csv calls.csv', 'Use recx export --out calls.csv'],
    ['export --csv calls.csv', 'Use recx export --out calls.csv'],
    ['export --to calls.csv --since 7d', 'Use recx export --since 7d --out calls.csv'],
    ['export --month this', "Use --since 'this month' --until 'this month'"],
    ['stats --month last', "Use --since 'last month' --until 'last month'"],
    ['export --excel --out week.xlsx', 'Use recx export --out week.csv --excel'],
    ['export -o csv --out week.xlsx', 'Use recx export --out week.csv --excel'],
    ['list -o xlsx week.xlsx', 'Use recx export --out week.csv --excel'],
    ['list --since 7d week.xlsx', 'Use recx export --since 7d --out week.csv --excel'],
    ['export --out calls.csv --force', 'Not needed: an existing file is replaced when the export is complete'],
    ['profile add a --force', 'To replace the secret of a profile: recx profile edit <name> --new-secret'],
    ['auth status', 'Use recx profile check'],
    [
      'list --fields +size',
      'Fields are named completely: --fields created_at,from,to,duration_seconds,kind,size_bytes,id; every one: --fields all',
    ],
    ['download --since 7d -n', 'A number: --limit <n>; to see what would be downloaded: --dry-run'],
    ["download --since 7d --filename '{from}_{date}.mp3'", "Use --name '{from}_{date}.mp3'"],
    ["download --since 7d -o '%(from)s-%(id)s.%(ext)s'", "Use --name '{from}-{id}'"],
    [
      'stats --by agent',
      'Groups are by the number called: --by to; who was dialled, of each recording: recx list --fields id,to,dialed_to',
    ],
    ['list --filter foo', 'recx help filters'],
    ['list --query foo', 'recx help filters'],
    ['list --filter status=completed', 'Use --status completed'],
    ['list --filter from=+14155550100', 'Use --from +14155550100'],
    ['list --filter nothing=x', 'recx help filters'],
    ['list --after 7d', 'Use --since 7d'],
    ['list --before today', 'Use --until yesterday'],
    ['list --before 2026-11-20', 'Use --until 2026-11-19'],
    ['list --before 2026-11', 'Use --until 2026-10-31'],
    ['list --before 2026-11-20T10:00:00Z', 'Use --until 2026-11-20T10:00:00Z'],
    ['list --before monday', 'name the day before'],
    ['list --older-than 7d', 'Use --until 7d'],
    ['list --start 2026-11-20', 'Use --since 2026-11-20'],
    ['list --start-time', 'Use --since <time>'],
    ['list --end-time 2026-11-20', 'Use --until 2026-11-20'],
    ['list --date 2026-11-20', 'Use --since 2026-11-20 --until 2026-11-20'],
    ['list --today', 'Use --since today'],
    ['list --yesterday', 'Use --since yesterday --until yesterday'],
    ['list --last 5', 'Use --limit 5'],
    ['list --last 7d', 'Use --since 7d'],
    ['list --utc', 'Use --tz UTC'],
    ['list --timezone Europe/Berlin', 'Use --tz Europe/Berlin'],
    ['list --direction in', 'Use inbound'],
    ['list --direction outgoing', 'Use outbound'],
    ['list --direction both', 'Leave out --direction'],
    ['list --inbound', 'Use --direction inbound'],
    ['stats --outgoing', 'Use --direction outbound'],
    ['list inbound', 'Use --direction inbound'],
    ['list --kind inbound', '--direction inbound'],
    ['list --filter direction=inbound', 'Use --direction inbound'],
    ['report --direction inbound', 'recx download --direction inbound, then recx report'],
    ['list --calls', 'Use --with-calls'],
    ['get X --with-call-details', 'Use --with-calls'],
    ['list --caller-id +14155550100', 'Use --from +14155550100'],
    ['list --fields call_direction', 'Use direction'],
    ['list --fields dialled', 'Use dialed_to'],
    ['list --sort call_seconds', 'Use --sort call_duration_seconds'],
    ['help caller', 'Use recx help calls'],
    ['list --account work', 'Use --profile work'],
    ['list --all-accounts', 'Use --all-profiles'],
    ['list --caller +14155550100', 'Use --from +14155550100'],
    ['list --callee +14155550100', 'Use --to +14155550100'],
    ['list --number +14155550100', 'As the caller: --from +14155550100; as the called party: --to +14155550100'],
    ['list --state completed', 'Use --status completed'],
    ['list --type call', 'Use --kind call'],
    ['list --duration 60', 'Use --min-duration 60 or --max-duration 60'],
    ['list --id 5b080672-aaaa', 'Use recx get 5b080672-aaaa'],
    ['list --ids 5b080672-aaaa', 'Use recx get 5b080672-aaaa'],
    ['get --id 5b080672-aaaa', 'Use recx get 5b080672-aaaa'],
    ['download --id 5b080672-aaaa', 'Use recx download 5b080672-aaaa'],
    ['list --follow', '--incremental'],
    ['list -w', '--incremental'],
    ['list --token sekrit', 'never flags'],
    // download
    ['download X -d dir', 'Use --dir dir'],
    ['download X --output-dir dir', 'Use --dir dir'],
    ['download X --format mp3', 'Use --media mp3'],
    ['download --parallel 4', 'Use --concurrency 4'],
    ['download -j 4', 'Use --concurrency 4'],
    ['download -j4', 'Use --concurrency 4'],
    ['download --force', 'Use --overwrite'],
    ['download --resume', 'Not needed'],
    ['download --skip-existing', 'Not needed'],
    ['download --yes', 'Not needed'],
    ['download X f.mp3', 'recx download <id> --output <file>'],
    ['download X --out f.mp3', 'Use --output f.mp3'],
    ['download --since yesterday ./calls', 'Use --dir ./calls'],
    ['download X -O f.mp3', 'Use --output f.mp3'],
    ['list --limit all', 'For every recording: --all'],
    ['stats -n 0', 'leave out --limit'],
    ['get latest', 'recx list -n 1'],
    ['report --output f.html', 'Use --out f.html'],
    ['list --out f.csv', 'Use recx export --out f.csv'],
    // the run and the account
    ['list --debug', 'Use --verbose'],
    ['list --silent', 'Use --quiet'],
    ['list --no-colour', 'Use --no-color'],
    ['profile add x --token sekrit', '--secret-env'],
    ['profile add x --api-key sekrit', '--secret-env'],
    ['profile add x --account-sid AC1', 'Use --set account_sid=…'],
    ['profile show --name x', 'Use recx profile show x'],
    ['-v', 'recx --version'],
    ['-p', '-p belongs to recx list, recx get'],
    ['-p list', '-p belongs to recx list, recx get'],
    ['-n 3', '-n belongs to recx list, recx download'],
    ['-p demo --json list', 'Use -o json'],
    ['--json id,from -p demo list', 'Use --fields id,from -o json'],
    // several
    ['list --json --utc', 'Use -o json --tz UTC'],
    ['list --csv --failed --longest 3', 'Use -o csv --status failed --sort -duration_seconds -n 3'],
    ['list --json --filter foo', '--json: Use -o json; --filter: Filter by flags'],
    ['list --zzzz --json', '--json: Use -o json; --zzzz: Options of recx list: --profile'],
    ['list --sort-by duration --reverse', 'Use --sort -duration_seconds'],
    ['get --token --sekrit x', 'never flags'],
    ['profile add x --zzzz --sekrit', 'Options of recx profile add: --provider, --set'],
    // what there is
    ['zzzz', 'Commands of recx: list, get, download'],
    ['profile zzzz', 'Commands of recx profile: add, '],
    ['list --zzzz', 'Options of recx list: --profile, --all-profiles, '],
    ['list zzzz', 'Options of recx list: --since, --until, --call, '],
    ['profile list --zzzz', 'Options of recx profile list: --output. See recx profile list --help'],
    ['help zzzz', 'Topics: fields, filters'],
    ['list --zzzz', 'See recx list --help'],
    // words without a flag
    ['list 5', 'Use --limit 5'],
    ['list id from', 'Use --fields id,from'],
    ['list --fields id from', 'Use --fields id,from'],
    ['list from +14155550100 since yesterday', 'Use --from +14155550100 --since yesterday'],
    ['list where status=failed', 'Use --status failed'],
    ['list since last week', "Use --since 'last week'"],
    ['list last week', "Use --since 'last week' --until 'last week'"],
    ['list limit 10', 'Use --limit 10'],
    ['list sort duration', 'Use --sort duration_seconds'],
    ['list recordings', 'leave the word out'],
    ['list rooms', 'Use --kind room'],
    ['stats by month', 'Use --by month'],
    ['stats monthly', 'Use --by month'],
    ['export to calls.csv', 'Use --out calls.csv'],
    ['export excel', 'Use --output csv --excel'],
    ['demo list', 'Use recx list -p demo'],
    ['download last week', "Use --since 'last week' --until 'last week'"],
    ['download everything', 'Use --all'],
    ['get all', 'recx list --all'],
    ['get RE12345678 --save x.mp3', 'Use recx download RE12345678 --output x.mp3'],
    ['profile add work twilio', 'Use --provider twilio'],
    ['profile add work sekrit', 'Options of recx profile add'],
    ['list yesterday', 'Use --since yesterday --until yesterday'],
    ['list 7d', 'Use --since 7d'],
    ['list +15551234567', 'Use --from +15551234567 or --to +15551234567'],
    ['list failed', 'Use --status failed'],
    ['list csv', 'Use --output csv'],
    ['list 5b080672-1111-2222-3333-444455556666', 'Use recx get 5b080672-1111-2222-3333-444455556666'],
    ['list calls.csv', 'Use recx export --out calls.csv'],
    ['export calls.csv', 'Use --out calls.csv'],
    ['stats month', 'Use --by month'],
    // values
    ['list -o yaml', 'Neither YAML nor XML is available; the nearest: -o json'],
    ['list -o text', 'Use tsv'],
    ['list -o wide', '--fields all'],
    ['list -o xlsx', '-o csv --excel'],
    ['list -o calls.csv', 'Use recx export --out calls.csv'],
    ['list --status done', 'Use completed'],
    ['list --status success', 'Use completed'],
    ['list --status recording', 'Use in_progress'],
    ['list --kind meeting', 'Use room'],
    ['list --kind phone', 'Use call'],
    ['list --fields id,seconds', 'Use --fields id,duration_seconds'],
    ['list --fields caller_number', 'Use from'],
    ['list --fields url', 'Use media_url'],
    ['list --fields amount', 'Use price'],
    ['list --tz +02:00', 'Europe/Berlin'],
    ['list --tz UTC+2', 'Europe/Berlin'],
    ['list --provider sw', 'Use signalwire'],
    ['list --provider signal-wire', 'Use signalwire'],
    ['list --provider signalwire.com', 'Use signalwire'],
    ['list -p demo --api rest', 'Use compatibility'],
    ['list -p demo --api laml', 'Use compatibility'],
    ['list -p demo --api cxml', 'Use compatibility'],
    ['stats --by daily', 'Use day'],
    ['download --media audio', 'Use mp3'],
    ['completion pwsh', 'bash, zsh and fish'],
    // the manner of other programs
    ['configure list', 'Use recx profile list'],
    ['configure get region', 'Use recx profile list'],
    ['configure set region x', 'recx profile edit <name>'],
    ['sts get-caller-identity', 'Use recx profile current'],
    ['recordings list', 'Use recx list'],
    ['recordings:list', 'Use recx list'],
    ['api:core:recordings:list', 'Use recx list'],
    ['api:core:recordings:fetch --sid RE12345678', 'Use recx get RE12345678'],
    ['recordings:remove x', 'recx only reads'],
    ['calls list --limit 5', 'Use recx list'],
    ['recording get 5b080672-aaaa', 'Use recx get 5b080672-aaaa'],
    ['profiles:use tw', 'Use recx profile use tw'],
    ['profiles use tw', 'Use recx profile use tw'],
    ['accounts use tw', 'Use recx profile use tw'],
    ['profiles delete tw', 'Use recx profile remove tw'],
    ['profile unset', 'recx profile use <name>'],
    ['get recordings', 'Use recx list'],
    ['ps', 'Use recx list'],
    ['du', 'Use recx stats'],
    ['lsjson', 'Use recx list -o json'],
    ['copyto', 'recx download'],
    ['md5sum', 'Use recx verify'],
    ['schedule', 'Use recx help cron'],
    ['convert', 'recx download --media mp3'],
    ['check', 'Credentials: recx profile check; downloaded files: recx verify'],
    ['help sort', 'Use recx help fields'],
    ['help short-ids', 'Use recx help get'],
    ['help flags', 'recx help list'],
    // order
    ['list -la', '--sort -size_bytes'],
    ['list -lhS', '--fields all'],
    ['list -l 5', 'Use --limit 5'],
    ['list -a', 'Use --all'],
    ['list -S', 'Use --sort -size_bytes'],
    ['list -t', '--sort created_at'],
    ['list -t call', 'Use --kind call'],
    ['list -r', 'Use --sort created_at'],
    ['list --sort duration -r', 'Use --sort -duration_seconds'],
    ['list --sort duration --desc', 'Use --sort -duration_seconds'],
    ['list --sort=-duration --asc', 'Use --sort duration_seconds'],
    ['list --order desc', 'Use --sort -created_at'],
    ['list --sort-by price --order desc', 'Use --sort -price'],
    ['list --sort-by=~duration', 'Use --sort -duration_seconds'],
    ['list --order-by duration desc', 'Use --sort -duration_seconds'],
    ['list --order-by created_at desc -n 3', 'Use --sort -created_at'],
    ['list --sort duration --desc', 'Use --sort -duration_seconds'],
    ['stats --by caller --order-by cost desc --top 3', 'Use --sort -price'],
    [
      "list --search 'weekly review'",
      "A conference or room has a filter: --conference 'weekly review'; other texts are not searched, but recx list --with-calls --all -o ndjson | grep -i 'weekly review'",
    ],
    ['list --grep failed', 'Use --status failed'],
    ['list -p demo --since 7d --sum', 'Use recx stats -p demo --since 7d --by none'],
    ['list --from +14155550100 --total', 'Use recx stats --from +14155550100 --by none'],
    ['stats --sum length --by from', 'Every sum is shown: recx stats --by from'],
    ['stats --sum', 'Every sum is shown: recx stats --by none'],
    [
      'stats -p demo --by caller,month --sort -length --top 3 -o csv --out f.csv',
      'Use recx stats -p demo --by caller,month --sort -duration_seconds --top 3 -o csv > f.csv',
    ],
    ['list --from +14155550100 or --to +14155550100', 'Several filters match together; for one or the other: two runs'],
    ['list --from +14155550100 and --to +14155550101', 'Not needed: every filter has to match, also without "and"'],
    ['list --status failed or absent', 'Use --status failed,absent'],
    ['list --sort ~duration', 'Use --sort -duration_seconds'],
    ['list --sort duration:desc', 'Use --sort -duration_seconds'],
    ['list --sort duration,desc', 'Use --sort -duration_seconds'],
    ["list --sort 'duration desc'", 'Use --sort -duration_seconds'],
    ['list --sort=-seconds', 'Use --sort -duration_seconds'],
    ['list --sort -amount', 'Use --sort -price'],
    ['list --sort=-duratoin_seconds', 'Did you mean "-duration_seconds"?'],
    ['list --sort newest', 'Use --sort -created_at'],
    ['stats -p demo --sort -minutes', 'Use --sort -duration_seconds'],
    ['stats -p demo --sort count', 'Use --sort recordings'],
    ['stats --reverse', 'Use --sort recordings'],
    ['list --longest 5', 'Use --sort -duration_seconds -n 5'],
    ['stats --costliest 5', 'Use --sort -price --top 5'],
    ['list --oldest 5', 'Use --sort created_at -n 5'],
    ['list --newest 5', 'Use --limit 5'],
    // languages of other programs
    ['list --format=table(id,from)', 'Use --fields id,from'],
    ['list --format={{.ID}}', 'Use --fields id'],
    ['list --format value(id)', 'Use -o tsv --no-header --fields id'],
    ['list -o table(id)', 'Use --fields id'],
    ['list -o custom-columns=ID:.id,FROM:.from', 'Use --fields id,from'],
    ['list -o jsonpath={.items}', 'recx list -o json'],
    ['list -o go-template', 'recx list -o json'],
    ['list --query Recordings[].id', 'Use --fields id'],
    ['list --jq .[]', 'Pipe JSON into jq: recx list -o json'],
    ['list -q .[]', 'Pipe JSON into jq: recx list -o json'],
    ['list --filter=duration>300', 'Use --min-duration 300'],
    ["list --where 'duration > 300'", 'Use --min-duration 300'],
    ["list --where 'status = done and duration <= 1:30'", 'Use --status completed --max-duration 1:30'],
    ['list --filters Name=status,Values=completed', 'Use --status completed'],
    ['list --filter created_at>=2026-11-01', 'Use --since 2026-11-01'],
    ['list --filter status!=completed', 'Use --status in_progress,paused,processing,absent,failed,deleted,unknown'],
    ['list --filter token=sekrit', 'recx help filters'],
    ['list --ids-only', 'Use -o csv --fields id --no-header'],
    ['list --no-trunc', '--fields id'],
    ['download -p demo 5b080672aaaa -o %(id)s.%(ext)s', "--name '{id}'"],
    ['list --match-filter duration>300', 'Use --min-duration 300'],
    ['list --query Recordings[?duration>`300`]', 'Use --min-duration 300'],
    ['list --jq \'.[] | select(.status == "done")\'', 'Use --status completed'],
    ['list --failed', 'Use --status failed'],
    ['list --no-rooms', 'Use --kind call,conference'],
    ['stats --interval month', 'Use --by month'],
    ['stats --by conference_name', 'recx list --all --fields conference_name'],
    ['stats --by size_bytes', 'recx export --out calls.csv'],
    ['list --status completed failed', 'Use --status completed,failed'],
    ['list --from +1 415 555 0100', "Use --from '+1 415 555 0100'"],
    // times
    ['list --days 7', 'Use --since 7d'],
    ['list -s 2m', 'Use --since 2m'],
    ['list --since last week', "Use --since 'last week'"],
    ['list --since yesterday 9am', ' 09:00'],
    ["list --since 'monday 13:45'", ' 13:45'],
    ['list --since 25:00', '2026-11-20T13:45:00Z'],
    ['list --between 2026-11-01 2026-11-05', 'Use --since 2026-11-01 --until 2026-11-05'],
    ['list --since 2026-11-01..2026-11-05', 'Use --since 2026-11-01 --until 2026-11-05'],
    ['list --since 2026-11-01,2026-11-05', 'Use --since 2026-11-01 --until 2026-11-05'],
    ['list --since @1795300000', 'Use 2026-11-21T22:26:40Z'],
    ['list --since 2026-11-05..2026-11-01', 'Use --since 2026-11-01 --until 2026-11-05'],
    ['list --sort bogus --reverse', 'To order: --sort <key>'],
    ['list --include 5b080672', 'recx help filters'],
    ['list --freshness 7d', 'Use --since 7d'],
    ['list --min-age 7d', 'Use --until 7d'],
    ['list --day 7d', 'Use --since 7d'],
    // exclusion
    ['list --status !completed', 'Use --status in_progress,paused,processing,absent,failed,deleted,unknown'],
    ['list --status ^completed', 'Use --status in_progress,paused,processing,absent,failed,deleted,unknown'],
    ["list --status 'not completed'", 'Use --status in_progress,paused,processing,absent,failed,deleted,unknown'],
    ['list --not-status completed', 'Use --status in_progress,paused,processing,absent,failed,deleted,unknown'],
    ['list --exclude failed', 'Use --status in_progress,paused,processing,completed,absent,deleted,unknown'],
    [
      'list --from !+14155550100',
      'Use recx list --with-calls --all -o json | jq \'.[] | select(.from // "" | gsub("[^0-9]"; "") != "14155550100")\'',
    ],
    ['list --call !x', 'cannot be excluded'],
    // other commands
    ['list --all -n 5', 'Leave out --all'],
    ['download --all -n 5', 'Leave out --all'],
    ['list video', 'Use --api video'],
    ['stats --total', 'Use --by none'],
    ['stats --count', 'recx list --count'],
    ['report --since 7d', 'first recx download --since 7d'],
    ['report --profile x', 'first recx download --profile x, then'],
    ['report --embed', 'copy the complete folder'],
    ['download -nc', 'Not needed'],
    ['download --update', 'Not needed'],
    ['download -x', 'Use --media mp3'],
    ['download --stats', 'Progress is shown on a terminal'],
    ['download --archive x', 'Not available yet'],
    ['list --concurrency 4', '--concurrency belongs to recx download'],
    ['stats --fields id', '--fields belongs to recx list'],
    // several mistakes, and what they are kinds of
    ['top 5', 'recx list --sort -duration_seconds -n 5; the busiest callers: recx stats --by from --top 5'],
    ['top 5 callers', 'Use recx stats --by caller --top 5'],
    ['longest 5', 'Use recx list --sort -duration_seconds -n 5'],
    ['list --missing', 'Use recx verify --remote'],
    ['list -p demo --not-downloaded --dir D', 'Use recx verify D -p demo --remote'],
    ['verify --missing', 'Use --remote'],
    ['download --missing', 'Not needed'],
    ['list --exclude-kind room', 'Use --kind call,conference,unknown'],
    ['list --kind -room', 'Use --kind call,conference,unknown'],
    ['list --kind room,-call', 'Use --kind room'],
    ['list --kind !room,!call', 'Use --kind conference,unknown'],
    ['list --kind !room --fields seconds', 'Use --kind call,conference,unknown --fields duration_seconds'],
    ['list --not room,call', 'Use --kind conference,unknown'],
    ['list --status !bogus', 'cannot be excluded'],
    ["list --fields 'id durasion'", 'Did you mean --fields id,duration_seconds?'],
    ['list --since 2026-Q4 --fields seconds', 'Use --since 2026-10 --until 2026-12 --fields duration_seconds'],
    ["list --missing --dir 'my dir'", "Use recx verify 'my dir' --remote"],
    ['list --search sip:anna@example.com', 'Use --from sip:anna@example.com or --to sip:anna@example.com'],
    ['list --search RE5b080672aaaabbbb', 'Use recx get RE5b080672aaaabbbb'],
    ['top 5 -p demo', 'recx list -p demo --sort -duration_seconds -n 5'],
    ['list --since=-7d', 'Use 7d, a time ago'],
    ['list --no-room', 'Use --kind call,conference,unknown'],
    ['url RE5b080672aaaabbbb', 'Use recx get RE5b080672aaaabbbb --fields media_url'],
    ['get RE5b080672aaaabbbb -g', 'Use --fields media_url'],
    ['download RE5b080672aaaabbbb -g', 'Use recx get RE5b080672aaaabbbb --fields media_url'],
    ['profile check --all', 'Use --all-profiles'],
    ['providers work', 'Use recx profile check work'],
    ['providers twilio', 'recx profile check'],
    ['list -n 10 --skip 20', '--limit 30 reaches that far'],
    ['list -o html', 'Lists have no HTML'],
    ['list -o markdown', 'Markdown is not available'],
    ['list --xlsx', 'CSV that they open: -o csv --excel'],
    ['list --cost', 'Use --fields id,price,currency'],
    ['stats --cost', 'Use --sort -price'],
    ['download --as mp3', 'Use --media mp3'],
    ['help recipes', 'recx help cron'],
    ['help naming', 'Use recx help templates'],
    ['get', 'ids are listed with: recx list'],
    ['browse -o json', 'Use recx list -o json'],
    ['list --provider all', '--provider signalwire,plivo,twilio, or the stored profiles: --all-profiles'],
    ['list -p demo --all-profiles', 'Leave out --all-profiles'],
    ['list -p demo --until yesterday --since today', 'Use --since yesterday --until today'],
    ['list --min-duration 60 --max-duration 30', 'Use --min-duration 30 --max-duration 60'],
    ['list --quarter 2025-Q4', 'Use --since 2025-10 --until 2025-12'],
    ['list --since 2025/Q1', 'Use --since 2025-01 --until 2025-03'],
    ['list --since Q5', 'Use 2026-11-20'],
    [
      "list -p demo --from '*0142'",
      'Use recx list -p demo --with-calls --all -o json | jq \'.[] | select(.from // "" | endswith("0142"))\'',
    ],
    ["list --from '%0142%'", 'select(.from // "" | contains("0142"))'],
    ['list --search 5550142', 'select(any(.from, .to; . // "" | endswith("5550142")))'],
    ['list --search +14155550142', 'Use --from +14155550142 or --to +14155550142'],
    ["download X --name '{date}/{caller}.{ext}'", "Use --name '{date}/{from}-{id}'"],
    ["export --out 'calls-{date}.{ext}'", "Use --out 'calls-{date}.csv'"],
    ["download X --name '{yaer}-{date}'", "Did you mean --name '{year}-{date}-{id}'?"],
    ["download X --name '{zzzz}-{date}'", 'Choose one of id, provider'],
    ['list --fields id,durasion,sise', 'Did you mean --fields id,duration_seconds,size_bytes?'],
    ['list --fields id,seconds --sort -seconds', 'Use --fields id,duration_seconds --sort -duration_seconds'],
    ['list --format csv --fields id,seconds', 'Use -o csv --fields id,duration_seconds'],
    ['stats --sort -minutes --by mnth,kind', 'Did you mean --sort -duration_seconds --by month,kind?'],
  ])('recx %s: %s', async (line, hint) => {
    const { code, out, err } = await run(line);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n').slice(1).join('\n')).toContain(hint);
    expect(err).not.toContain('sekrit');
  });

  test.each([
    ['list --format', '--from'],
    ['version x', 'verify'],
    ['list --since monnday', 'today'],
    ['delete x', 'demo'],
    ['list --exceed', 'Did you mean'],
    ['zzzz', 'Did you mean'],
    ['list --zzzz', 'Did you mean'],
  ])('recx %s does not name %s', async (line, unlike) => {
    const { code, err } = await run(line);
    expect(code).toBe(2);
    expect(err).not.toContain(unlike);
  });
});

test.each([
  '-p demo list -n 1',
  '--profile demo ls -n 1',
  '--profile=demo -q list -n1',
  '-n 1 --output json -p demo list',
  '-o json profile list',
  '-p demo -n 1 --sort -created_at list',
  '--tz UTC -p demo list -n 1',
])('options may stand before the command: recx %s', async (line) => {
  const { code, out, err } = await run(line);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toHaveLength(line.includes('profile list') ? 0 : 1);
});

test.each([
  ['ls -p demo -n 1 -o csv --fields kind --no-header', /^\w+\n$/],
  ['version', /^0\.0\.0\n$/],
  ['', /^Usage: recx <command>/],
  ['profile', /^Usage: recx profile/],
  ['profile help', /^Usage: recx profile/],
  ['profile help add', /^Usage: recx profile add/],
  ['help ls', /^Usage: recx list/],
])('recx %s exits with 0', async (line, printed) => {
  const { code, out, err } = await run(line);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(printed);
});

describe('the names of stored profiles', () => {
  test.each([
    ['list tw', 2, 'Use -p tw'],
    ['list tw sw-eu', 2, 'Use -p tw,sw-eu'],
    ['list -p sw*', 6, 'Use -p sw-eu,sw-us'],
    ['list -p *', 6, 'Use --all-profiles'],
    ['list -p all', 6, 'Use --all-profiles'],
    ['list -p zz*', 6, 'Stored are tw, sw-eu, sw-us'],
    ['profile show all', 6, 'Stored are tw, sw-eu, sw-us'],
  ])('recx %s', async (line, code, hint) => {
    const home = await openProfiles();
    const ran = await home(line);
    expect(ran.code).toBe(code);
    expect(ran.err.trim().split('\n').at(-1)).toBe(hint);
  });

  const openProfiles = async () => {
    const own = emptyFolder();
    const ownEnv = { HOME: own, RECX_CONFIG_DIR: own, TOKEN: 'x' };
    const home = (line: string) => runHere(wordsOf(line), { env: ownEnv });
    for (const name of ['tw', 'sw-eu', 'sw-us'])
      await home(
        `profile add ${name} --provider plivo --set auth_id=MAXXXXXXXXXXXXXXXXXX --secret-env TOKEN --no-check`,
      );
    return home;
  };
});

describe('the value of a flag', () => {
  test.each([
    ['download -p demo --dir --dry-run', '--dir'],
    ['download -p demo --dir --dryrun', '--dir'],
    ['download -p demo --dir --limit=3', '--dir'],
    ['download -p demo --name -q 5b080672', '--name'],
    ['list -p --all', '--profile'],
    ['list -qn --all', '--limit'],
    ['list --tz --all -p demo', '--tz'],
    ['ls --conference -p demo', '--conference'],
    ['profile add x --set --provider plivo', '--set'],
    ['profile ls -o -q', '--output'],
  ])('is missing in recx %s', async (line, flag) => {
    const { code, out, err } = await run(line);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(new RegExp(`^recx: ${flag} requires a value\n`));
  });

  test.each([
    'list -p demo --sort -created_at -n 1',
    'list -p demo --conference -x -n 1',
    'list -p demo --conference=--all -n 1',
    'list -p demo --conference -q1 -n 1',
  ])('may begin with a dash: recx %s', async (line) => {
    expect((await run(line)).code).toBe(0);
  });
});

describe('the tables of synonyms', async () => {
  const session = openSession();
  const program = await session.described();
  afterAll(session.close);
  const vocabulary = { program, loadCommand: async () => {}, storedProfiles: async () => [] };
  const below = (command: Command): readonly Command[] =>
    visibleCommands(command).flatMap((known) => [known, ...below(known)]);
  const commands = below(program);

  test('every command, flag and argument that a text names exists', async () => {
    for (const [typed, ...texts] of commandSynonyms)
      expect(await availableAmong(texts, [program]), typed).not.toEqual([]);
    for (const [typed, ...texts] of flagSynonyms)
      for (const text of texts.filter((one) => !/^\{.*\}$/.test(one)))
        expect(
          await availableAmong([text.replace(/^\[.*?\] /, '')], [...commands, program]),
          `${typed}: ${text}`,
        ).not.toEqual([]);
    for (const [name, rows] of Object.entries(valueSynonyms))
      for (const text of rows.flatMap(([, ...texts]) => texts)) {
        const flagged = [...commands, program].filter(
          (command) => !name.startsWith('--') || acceptedOptions(command).some(({ long }) => long === name),
        );
        if (/^[A-Z]|^recx /.test(text))
          expect(await availableAmong([text], flagged), `${name}: ${text}`).not.toEqual([]);
      }
  });

  const availableAmong = async (texts: readonly string[], among: readonly Command[]): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const text of texts)
      for (const command of among)
        if (await isAvailable(text, command, vocabulary)) found.push(pathOf(command).join(' '));
    return found;
  };

  test('no synonym is a command or a flag of the program', () => {
    const typed = commandSynonyms.flatMap(([keys]) => keys.split(' | '));
    expect(typed.filter((word, index) => typed.indexOf(word) !== index)).toEqual([]);
    const isReal = (line: string): boolean => {
      let command: Command | undefined = program;
      for (const word of line.split(' ')) command = command && subcommandNamed(word, command);
      return command !== undefined;
    };
    expect(typed.filter(isReal)).toEqual([]);
    const flags = flagSynonyms.flatMap(([keys]) => keys.split(' '));
    expect(flags.filter((word, index) => flags.indexOf(word) !== index)).toEqual([]);
    const everywhere = acceptedOptions(program).flatMap(({ long, short }) => [long, short]);
    expect(flags.filter((flag) => everywhere.includes(flag))).toEqual([]);
  });

  test('a right value is valid, and a synonym is not', async () => {
    const lines: Readonly<Record<string, string>> = {
      '--output': 'stats -p demo -n 1 --output',
      '--status': 'list -p demo -n 1 --status',
      '--kind': 'list -p demo -n 1 --kind',
      '--fields': 'list -p demo -n 1 --fields',
      '--by': 'stats -p demo -n 1 --by',
      '--tz': 'list -p demo -n 1 --tz',
      '--api': 'list -p demo -n 1 --api',
      '--provider': 'list --provider',
      '--media': 'download -p demo --dry-run -n 1 --media',
      '--log-format': 'list -p demo -n 1 --log-format',
    };
    for (const [name, line] of Object.entries(lines))
      for (const [keys, text = ''] of valueSynonyms[name] ?? []) {
        if (typeof keys !== 'string') continue;
        // Which abbreviations are zones depends on the version of Node.
        if (name !== '--tz')
          for (const key of keys.split(' ')) expect((await run(`${line} ${key}`)).code, `${name} ${key}`).toBe(2);
        if (!/^[A-Z][a-z]+ |^\{/.test(text)) expect((await run(`${line} ${text}`)).code, `${name} ${text}`).not.toBe(2);
      }
  });
});

test('a list of valid words is complete, whatever its length', async () => {
  const { err } = await run('list --fields zzz');
  for (const { key } of columns) expect(err).toMatch(new RegExp(`\\b${key}\\b`));
  expect(err).not.toContain('…');
});

const SEED = withSeed(20_261_127);

test('random words never crash the program, are never run, and get only what is like them', async () => {
  const letters = fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz-_019ä '),
    minLength: 1,
    maxLength: 12,
  });
  const prefix = fc.constantFrom(
    [],
    ['list'],
    ['profile'],
    ['download'],
    ['help'],
    ['profile', 'add', 'x'],
    ['list', '--fields'],
  );
  await fc.assert(
    fc.asyncProperty(prefix, letters, fc.boolean(), async (before, word, isFlag) => {
      const typed = isFlag ? `--${word}` : word;
      const { code, out, err } = await runHere([...before, typed], { env });
      if (code === 0) return expect(err).toBe('');
      expect(code).toBeGreaterThan(1);
      expect(out).toBe('');
      const [, near] = /^Did you mean "?(.*?)"?\?$/m.exec(err) ?? [];
      if (near === undefined || near.startsWith(typed)) return undefined;
      return expect(editDistance(typed.toLowerCase(), near), err).toBeLessThanOrEqual(2);
    }),
    { seed: SEED, numRuns: repetitions(2000, 150) },
  );
});
