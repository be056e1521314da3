import type { Synonyms } from './values/typed.ts';

const READ_ONLY = 'recx only reads: it never changes or deletes anything at a provider';
const NO_WATCH = 'Not available yet; instead, from cron: recx export --out calls.csv --incremental';
const FILTER = 'Filter with flags, for example: recx list --from <number> --since <time>';
const BOTH = 'Media files: recx download; a table of all recordings: recx export --out calls.csv';

/** Words typed as a command, after the names of its parents, and the commands meant. The program's own words are not here. */
export const commandSynonyms: Synonyms = [
  [
    'auth logout | account remove | account delete | account rm | accounts remove | config unset | logout | signout | profile delete | profile del | profile logout | profile forget',
    'recx profile remove <name>',
  ],
  [
    'sts | iam | auth whoami | account current | account show | config current | config current-context | context show | whoami | who | profile whoami | profile active | profile status',
    'recx profile current',
    'recx profile list',
  ],
  [
    'configure list | configure get | configure list-profiles | config list-profiles | config configurations | config get-contexts | profiles | remotes | contexts | listremotes | listprofiles | context | context list | context ls | remote | remote list | remote -v | profile ls-all | account list | account ls | accounts | accounts list | auth list | config list | config show | config view | config get | config ls | settings | account | config | users | subaccounts',
    'recx profile list',
  ],
  [
    'config use-context | context use | context switch | remote use | profile checkout | checkout | config configurations activate | account set | account use | account switch | auth switch | config use | switch | use | profile switch | profile set-default | profile select | profile activate | profile choose',
    'recx profile use <name>',
  ],
  [
    'profile default',
    'The one in use: recx profile current; to choose one: recx profile use <name>',
    'recx profile use <name>',
  ],
  [
    'profile unset | profile clear | profile none | profile reset | profile off | profile deactivate | unset | clear',
    'To use another profile: recx profile use <name>',
  ],
  ['profile copy | profile cp | profile duplicate | profile clone', 'To add another one: recx profile add'],
  [
    'profile export | profile import | profile backup | profile restore',
    'Profiles are stored in config.json: recx help environment',
  ],
  ['configure set', 'To change a profile: recx profile edit <name>; to choose one: recx profile use <name>'],
  [
    'account edit | auth refresh | config edit | edit | profile set | profile update | profile change | profile modify',
    'recx profile edit <name>',
    'To replace it: recx profile remove <name>, then recx profile add <name>',
  ],
  [
    'account rename | rename | profile mv | profile move | profile rename-to',
    'recx profile rename <name> <new-name>',
    'To replace it: recx profile remove <name>, then recx profile add <name>',
  ],
  [
    'auth status | auth check | auth test | doctor | ping | test | status | profile test | profile verify | profile validate | profile ping',
    'recx profile check <name>',
    'recx profile check',
  ],
  [
    'login | log-in | signin | sign-in | auth | auth login | auth add | authenticate | init | setup | configure | connect | register | account add | account new | config set | config add | credentials | credential | key | keys | token | add | new | profile new | profile create | profile login | profile init | profile setup',
    'recx profile add',
  ],
  [
    'profile get | profile view | profile info | profile describe | profile cat | profile inspect | profile print',
    'recx profile show <name>',
  ],
  ['check | audit', 'Credentials: recx profile check; downloaded files: recx verify'],
  [
    'show | view | info | retrieve | describe | inspect | read | detail | details | lookup | recording | print',
    'recx get <id>',
  ],
  ['cat', 'recx download <id> --stdout', 'recx get <id>'],
  ['search | find | query | filter | grep | where | select-string', FILTER, '{searched-word}', 'recx list'],
  ['select', FILTER],
  [
    'ps | ll | la | lsl | lst | lsd | ls-remote | tree | images | recordings | records | calls | dir | index | all | history | last | latest | recent | newest | head',
    'recx list',
  ],
  ['lsf', 'recx list -o tsv --no-header', 'recx list'],
  ['count | wc | number', 'recx list --count', 'recx stats'],
  [
    'du | df | size | about | ncdu | summary | summarize | totals | total | sum | usage | statistics | aggregate | group | histogram | bill | bills | invoice | spend | spending | price | prices | cost | costs | billing | minutes | analyze',
    'recx stats --by none',
    'recx stats',
  ],
  ['top', '{largest}'],
  ['rooms | meetings | rooms list | rooms ls | room list', 'recx list --kind <kind:room> --with-calls'],
  [
    'conferences | conferences list | conferences ls | conference list',
    'recx list --kind <kind:conference> --with-calls',
  ],
  ['callers | caller | numbers', 'recx stats --by caller'],
  ['callees | callee | recipients', 'recx stats --by callee'],
  [
    'url | urls | link | links | get-url | media-url | media-urls',
    'recx get <id> --fields media_url',
    'recx list --urls',
  ],
  ['open | play | listen | player', 'To listen: recx browse (p plays), or recx report (a page with players)'],
  ['tui | ui | interactive | explore | gui | dashboard | shell | console', 'recx browse'],
  ['html | web | page | site | serve', 'recx report'],
  [
    'delete | rm | remove | del | destroy | erase | purge | trash | prune | clean | upload | create | make | start | stop | pause | resume | restore | redact | post | put | patch | insert | drop | move | mv | touch | dedupe',
    READ_ONLY,
  ],
  ['upgrade | update | self-update | selfupdate | install | uninstall', 'Installed and updated by npm: see the README'],
  [
    'transcript | transcripts | transcribe | transcription | transcriptions',
    'recx only reads what a provider stores; transcripts are not available yet',
  ],
  ['watch | tail | follow | monitor | stream | poll | live | subscribe', NO_WATCH, 'recx list'],
  [
    'logs | log | events | debug',
    'Messages and requests are shown by --verbose: recx help cron has --log-format',
    'recx list',
  ],
  ['fetch', BOTH, 'recx get <id>', 'recx download --all', 'recx download'],
  ['call', 'recx list --call <id>', 'recx list --kind <kind:call>'],
  [
    'dump | backup | archive | save | pull | get-all | getall | sync | rsync | cp | copy | copyto | mirror | clone | dl | grab | wget | curl | media',
    BOTH,
    '{download-of}',
    'recx download --all',
    'recx download',
  ],
  ['csv | tsv | xlsx | excel | sheet | spreadsheet', 'recx export --out calls.csv'],
  ['json | ndjson | jsonl | lsjson', 'recx list -o json'],
  [
    'md5 | md5sum | sha1sum | hashsum | cryptcheck | validate | hash | checksum | checksums | sha256 | sha256sum | integrity',
    'recx verify',
  ],
  [
    'api | apis | api-resources | resources | api-versions | backends | vendors | services | capabilities',
    'recx providers',
  ],
  ['tour | example | examples | tutorial | quickstart', 'recx demo'],
  ['sample | samples | random | shuffle', '{sampled}'],
  ['man | manual | docs | doc | topics', 'recx help'],
  ['autocomplete | completions | bash-completion | zsh-completion', 'recx completion <shell>'],
  ['ver', 'recx version'],
  [
    'field | fields | columns | schema | explain | \\d | \\dt | .tables | .schema | .fullschema | pragma',
    'recx help fields',
  ],
  ['filters', 'recx help filters'],
  ['format | formats | output | .mode | .headers | \\x | \\pset', 'recx help formats'],
  ['time | times | dates', 'recx help time'],
  ['template | templates', 'recx help templates'],
  ['cron | crontab | schedule | scheduler | timer | systemd | unattended', 'recx help cron'],
  [
    'convert | transcode | ffmpeg | encode | reencode | sox',
    'Files are not converted; where the provider has the format: recx download --media mp3',
  ],
  ['sort | order', 'recx list --sort <key>'],
  ['scale', 'recx help scale'],
  ['env | environment', 'recx help environment'],
  ['exit-codes', 'recx help exit-codes'],
];
