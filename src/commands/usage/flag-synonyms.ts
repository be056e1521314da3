import { ARGUMENT, filterFlagSynonyms, NO_FILTERS } from './filter-flag-synonyms.ts';
import { listFlagSynonyms } from './list-flag-synonyms.ts';
import type { Synonyms } from './values/typed.ts';
import { FINISHED } from './values/value-synonyms.ts';

const READ_ONLY = 'recx only reads: it never changes or deletes anything at a provider';
const NO_WATCH = 'Not available yet; instead, from cron: recx export --out calls.csv --incremental';
const SECRETS =
  'Secrets are never flags: type them at the prompt, pipe them in, or use --secret-env or --secret-command';
const STORED = 'Secrets are never flags: store them with recx profile add';
const PROXY = 'Set HTTPS_PROXY (recx help environment)';
const CERTIFICATES = 'Certificates are always verified; NODE_EXTRA_CA_CERTS adds an authority (recx help environment)';
const PROGRESS = 'Progress is shown on a terminal; --quiet hides it';

/**
 * Words typed as a flag, and what to type instead: the first text whose flags exist in the command, each with its placeholder.
 * `<format:csv>` is a fixed value. A typed value that fits a placeholder replaces it; `{order}` is read from what was typed, and
 * `[report]` before a text makes it one of that command alone.
 */
export const flagSynonyms: Synonyms = [
  ...listFlagSynonyms,
  ...filterFlagSynonyms,
  // accounts
  [
    '-U --context --namespace --use-profile --account --accounts --account-id --acct --org --tenant --user --username -u --login --profiles --profile-name',
    '--profile <name>',
    `${ARGUMENT} <name>`,
  ],
  ['--profile -p', '[providers] recx profile check <name>', NO_FILTERS, `${ARGUMENT} <name>`],
  ['--name', `${ARGUMENT} <name>`, '{room-name}'],
  ['--account-sid', '--set <key=value:account_sid=…>', '--profile <name>'],
  ['--auth-id', '--set <key=value:auth_id=…>', '--profile <name>'],
  ['--space --domain', '--set <key=value:space=…>', '--profile <name>'],
  ['--project --project-id', '--set <key=value:project_id=…>', '--profile <name>'],
  [
    '-A --all-namespaces --all-contexts --all-accounts --every-profile --each-profile --all-credentials',
    '--all-profiles',
  ],
  ['--all-apis --every-api', '--api <name:all>'],
  [
    '--token --api-key --apikey --password --passwd --secret --auth-token --pass --pat --credentials --credential --api-token --api-secret --access-token --auth --bearer',
    SECRETS,
    STORED,
  ],
  [
    '--region --edge --host --hostname --server --endpoint --endpoint-url --api-url --base',
    '--base-url <url>',
    'A profile has its server: recx profile add --base-url <url>',
  ],
  ['--header --user-agent --data --request --method -X', 'Requests are made by the program; --verbose shows them'],
  ['--no-pager --no-cli-pager --paging', 'An empty RECX_PAGER switches the pager off (recx help environment)'],
  ['--create-dirs --mkdir --make-dirs --parents', '[download|export] Not needed: missing folders are created'],
  ['--remote-name --remote-name-all --original-name', 'Files are named by the id; other names: --name <template>'],
  ['--read-only --readonly', 'Not needed: recx only reads'],
  ['--recursive --fast-list --files-only -R', 'Not needed: everything that matches is read'],
  ['--default --set-default --make-default --activate', 'Afterwards: recx profile use <name>'],
  ['--config --config-file --config-dir --conf-dir', 'Set RECX_CONFIG_DIR (recx help environment)'],
  // files
  [
    '--out --output --output-file --outfile --file --to-file --save-as --write --filename --save -O -o',
    '[browse] recx list -o <format>',
    '[download] {template}',
    '[stats] {redirected}',
    '[get|list] {media-file}',
    '--out <file>',
    '--output <file>',
    '--dir <dir>',
    'recx export --out <file>',
  ],
  [
    '-d -D --output-dir --out-dir --outdir --dest --destination --folder --to-dir --directory --path --target --target-dir --into --save-to --download-dir --download-path',
    '[list|export|stats|browse] {direction}',
    '--dir <dir>',
    `${ARGUMENT} <dir>`,
  ],
  ['-P', '--dir <dir>', PROGRESS],
  ['--dir', '{not-downloaded}', `${ARGUMENT} <dir>`],
  ['--template', '{fields}', '--name <template>'],
  [
    '--filename-template --name-template --pattern --naming --output-template --rename --rename-to --name-format',
    '--name <template>',
  ],
  ['--mp3', '--media <formats:mp3>'],
  ['-x --extract-audio --audio-only', '--media <formats:mp3>', PROXY],
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
    '[profile add] To replace the secret of a profile: recx profile edit <name> --new-secret',
    '[export] Not needed: an existing file is replaced when the export is complete',
    'Not needed: there is no confirmation',
  ],
  [
    '--yes -y --assume-yes --no-input --confirm --no-confirm --non-interactive --no-prompt',
    'Not needed: there is no confirmation',
  ],
  [
    '--resume --continue --skip-existing --no-clobber --ignore-existing --no-overwrite --newer-only --restart -C',
    FINISHED,
    '--incremental',
  ],
  ['--append --since-last --delta --only-new --new --update', '--incremental', FINISHED],
  ['--simulate --noop --plan --preview --what-if --check-only --test', '--dry-run'],
  ['--stdin --from-stdin --ids-from --batch-file --files-from --input --input-file --from-file -i', '--ids <file>'],
  ['-a', '[download] {ids-from-stdin}', '--ids <file>', '--all'],
  ['--to-stdout --pipe --cat', '--stdout'],
  ['--gzip --gz --compress -z', '[export] End the name in .gz: --out calls.csv.gz'],
  [
    '--zip --embed --inline --standalone --self-contained --single-file --base64',
    '[report] The page plays the files beside it: copy the complete folder',
    '[export] End the name in .gz: --out calls.csv.gz',
    '[download] Files are written one by one: compress the folder afterwards',
  ],
  ['--fix --repair', '[verify] To fetch what is missing: recx download with the same --dir <dir:folder>'],
  ['--pdf --print-pdf', '[report] The browser can print the page as PDF: --open'],
  ['--serve --open-browser --browser --show-in-browser', '--open'],
  ['--call', NO_FILTERS, '[get] recx list --call <id>'],
  ['--with-calls', '[report] Given at the download: recx download --with-calls, then recx report <dir>'],
  ['--download', 'recx download <id>'],
  ['--play --listen', 'To listen: recx browse (p plays)'],
  ['--shell', `${ARGUMENT} <shell>`],
  [
    '--checksum --checksums --verify --check --md5 --sha256',
    '[download] Files are checked as they arrive; later: recx verify',
  ],
  ['--progress --stats --show-progress --bar', PROGRESS],
  [
    '--archive --download-archive',
    '[download] Not available yet: finished files are skipped by the manifest of the folder',
  ],
  ['--rate --rate-limit --max-rate --tpslimit --qps', '--rps <n>'],
  [
    '--limit-rate --bwlimit --bandwidth --max-speed',
    'Bandwidth has no limit; --rps <n> limits requests, and --concurrency <n> files at the same time',
  ],
  ['--deadline --time-limit --timelimit --max-duration-total', '--max-time <duration>'],
  ['--metadata --write-info-json --info-json', '--sidecar'],
  ['--lock-timeout --wait-lock --wait-for-lock', '--wait <duration>'],
  // the run
  ['-s', '--since <time>', '--quiet'],
  ['--silent --no-progress --no-warnings', '--quiet'],
  ['--debug --trace --verbosity --log --log-level --loglevel', '--verbose'],
  [
    '--log-file --logfile --log-to',
    'Messages go to standard error, for example with 2>> recx.log (--log-format json: a line each)',
  ],
  ['--log-json --json-log --json-logs', '--log-format <format:json>'],
  ['--no-colour --nocolor --no-ansi --monochrome', '--no-color'],
  ['--color --colour', 'Colour is used on a terminal; --no-color disables it'],
  ['--retry --max-retries --max-attempts --attempts', '--retries <n>'],
  ['--connect-timeout --request-timeout --read-timeout', '--timeout <duration>'],
  ['--proxy', PROXY],
  ['-k', '--kind <kind>', CERTIFICATES],
  ['--insecure --no-verify-ssl --no-check-certificate --cacert', CERTIFICATES],
  ['--interval --granularity --step', '--by <keys>', NO_WATCH],
  ['--follow --watch --live --poll', NO_WATCH],
  ['-w', NO_WATCH.replace('Not available yet', 'Taken for watching, which is not available yet')],
  ['--delete --remove --move --purge --rm', READ_ONLY],
  [
    '--transcript --transcripts --transcribe --transcription',
    'recx only reads what a provider stores; transcripts are not available yet',
  ],
];
