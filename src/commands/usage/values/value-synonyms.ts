import { vendors } from '../../../providers/index.ts';
import { topicSynonyms } from './topic-synonyms.ts';
import type { ValueSynonyms } from './typed.ts';

const vendorNames = vendors.map(({ name }) => name).join(',');

export const EXCLUDED = 'Values cannot be excluded; name the wanted ones, such as --status completed,in_progress';
export const FINISHED =
  'Not needed: with the same --dir and --name, finished files are skipped and partial ones resumed (--dry-run shows what is left, --overwrite replaces files)';

const negations: ValueSynonyms = [[/(?:^|,)\s*(?:[!^~-]|<>|not?[\s_:-])./i, '{others}', EXCLUDED]];
const numbers: ValueSynonyms = [...negations, [/\d{3}/, '{numbers}']];

const outputs: ValueSynonyms = [
  ['jq pretty_json', 'json'],
  [/^(?:-|stdout|\/dev\/stdout)$/i, '[list|export|stats|get] Standard output is the default: leave it out'],
  ['yaml yml xml toml json5', 'Neither YAML nor XML is available; the nearest: -o json'],
  ['pretty human list columns column', 'table'],
  ['md markdown', 'Markdown is not available; the nearest: -o table, or -o csv'],
  ['text txt plain', 'tsv'],
  ['sql sqlite parquet avro arrow db', 'Databases and data frames read CSV: recx export --out calls.csv'],
  ['wide long full', 'For more columns: --fields all, or -o csv'],
  ['jsonlines json_lines json_l ldjson jsonstream json_stream', 'ndjson'],
  ['xlsx xls excel ods', 'Files of spreadsheets are not available; CSV that they open: -o csv --excel'],
  ['tab tabs tabbed', 'tsv'],
  [
    /[([{=]|^(?:jsonpath|go-?template|custom-columns|template|value)\b/i,
    '{fields}',
    'Columns are chosen with --fields; for anything else pipe JSON into jq: recx {command} -o json',
  ],
  ['raw', 'For the object of the provider: -o json --raw'],
  ['id ids name names', 'For ids alone: -o csv --fields id --no-header'],
  ['html htm web', 'Lists have no HTML: -o csv for a table; a page of downloaded recordings: recx report'],
  ['pdf', 'Lists have no PDF: -o csv for a table; a page of downloaded recordings: recx report --open'],
  ['mp3 wav mp4', 'For media files: recx download --media mp3'],
  [
    /^[\w./~-]*\.(?:csv|json|ndjson|jsonl|tsv|xlsx?|ods)(?:\.gz)?$/i,
    '[stats] {redirected}',
    '[list|export] {exported}',
    'recx export --out <file>',
  ],
];

const zones: ValueSynonyms = [
  [
    /^(?:utc|gmt)?[+-]\d\d?(?::?\d\d)?$/i,
    'Use a name such as Europe/Berlin; an offset can end a time: 2026-11-20T13:45+02:00',
  ],
  ['pst pdt pt pacific', 'America/Los_Angeles'],
  ['mdt mt mountain', 'America/Denver'],
  ['cdt ct central', 'America/Chicago'],
  ['edt et eastern', 'America/New_York'],
  ['cest berlin', 'Europe/Berlin'],
  ['london', 'Europe/London'],
  ['aest aedt', 'Australia/Sydney'],
  ['z zulu', 'UTC'],
  ['local system', 'Leave out --tz for the zone of this machine'],
];

const fields: ValueSynonyms = [
  [/^\+/, '{added-field}'],
  ['seconds time_seconds', 'duration_seconds'],
  ['create_time date time timestamp when date_created', 'created_at'],
  ['start start_time begin', 'started_at'],
  ['end end_time', 'ended_at'],
  ['modified date_updated last_modified', 'updated_at'],
  ['filesize file_size', 'size_bytes'],
  ['caller_id caller_number from_number', 'from'],
  ['called called_number to_number recipient', 'to'],
  ['url uri link recording_url download_url', 'media_url'],
  ['amount', 'price'],
  ['sid uuid recording_id recording_sid', 'id'],
  ['call_sid call_uuid', 'call_id'],
  ['conference_sid conference_uuid', 'conference_id'],
  ['account_sid auth_id project project_id', 'account_id'],
  ['room session', 'room_session_id'],
  ['type recording_type', 'kind'],
  ['state', 'status'],
  ['channel', 'channels'],
  ['vendor', 'provider'],
  ['call_direction inbound outbound', 'direction'],
  ['call_start call_start_time call_time answered_at', 'call_started_at'],
  ['call_end call_end_time', 'call_ended_at'],
  ['call_seconds', 'call_duration_seconds'],
  ['dialed dialled dialled_to dialed_number agent agents legs answered_number', 'dialed_to'],
  ['parent parent_call_sid parent_id', 'parent_call_id'],
  ['cnam', 'caller_name'],
  ['forwarded', 'forwarded_from'],
];

/** By the name of a flag, of an argument, or of what the word should be. */
export const valueSynonyms: Readonly<Record<string, ValueSynonyms>> = {
  '--output': outputs,
  RECX_OUTPUT: outputs,
  'file beside a number': [[/./, '{exported}']],
  'name of one file': [[/./, '[download] {template}']],
  '--out': [[/\.(?:xlsx?|ods)$/i, '[export] {exported}']],
  '--tz': zones,
  '--limit': [
    ['0 -1 all none max infinity unlimited', 'For every recording: --all', 'For every recording, leave out --limit'],
    // -nc
    ['c', FINISHED],
    [/^$/, '[download] A number: --limit <n>; to see what would be downloaded: --dry-run'],
  ],
  range: [[/^/, '{exchanged}']],
  '--sort': [[/./, '{sort-key}']],
  '--since': [[/./, '{range}']],
  '--until': [[/./, '{range}']],
  '--profile': [
    ['all * every any everything', '--all-profiles'],
    [/\*/, '{profiles}'],
    ...vendors.map(({ name }) => [name, `--provider ${name}`] as const),
  ],
  '--from': numbers,
  '--to': numbers,
  '--call': negations,
  '--room-session': negations,
  '--status': [
    ...negations,
    ['done success successful succeeded ok finished finish ready available stopped', 'completed'],
    ['active recording started running live in_call current', 'in_progress'],
    ['pending queued waiting transcoding converting', 'processing'],
    ['error errored bad', 'failed'],
    ['missing none empty gone', 'absent'],
    ['removed trashed purged', 'deleted'],
    ['hold held on_hold', 'paused'],
    ['all any', 'Leave out --status for every status'],
  ],
  '--kind': [
    ...negations,
    ['meeting meetings video videos webinar room_session rooms', 'room'],
    ['phone voice audio calls telephone telephony pstn', 'call'],
    ['conferences', 'conference'],
    ['inbound incoming', 'For calls that came in: --direction inbound'],
    ['outbound outgoing', 'For calls that went out: --direction outbound'],
    ['all any', 'Leave out --kind for every kind'],
  ],
  '--direction': [
    ...negations,
    ['in incoming received inward inbounds', 'inbound'],
    ['out outgoing outward made placed dialed outbound-api outbound-dial outbound_api outbound_dial', 'outbound'],
    ['all any both', 'Leave out --direction for both'],
  ],
  '--fields': fields,
  'column of groups': [
    ['date created created_at time_created', 'Use --by day: without --sort, times are in their order'],
    [/./, '{group-key}'],
    ['count counts number calls recording total', 'recordings'],
    ['minutes seconds time', 'duration_seconds'],
    ['costs amount spend', 'price'],
  ],
  placeholder: [
    ['created_at:date created:date day_date', '{date}'],
    ['created_at:time created:time', '{time}'],
    ['caller_number from_number', '{from}'],
    ['called to_number', '{to}'],
    ['sid uuid recording_id', '{id}'],
    ['type', '{kind}'],
    ['room room_name conference conference_name name topic', '{conference_name}'],
    ['timestamp datetime', '{created_at}'],
    ['ext extension format', 'The extension is added by itself'],
  ],
  '--provider': [
    ['sw signal_wire signalwire.com freeswitch', 'signalwire'],
    ['twilio.com tw', 'twilio'],
    ['plivo.com', 'plivo'],
    ['demo', 'For the sample data: --profile demo'],
    ['all * any every', `For every provider: --provider ${vendorNames}, or the stored profiles: --all-profiles`],
  ],
  '--api': [
    ...negations,
    ['rest laml cxml twiml compat compatible compatibility_api', 'compatibility'],
    ['rooms room meeting meetings video_api', 'video'],
    ['relay_rest calling swml', 'relay'],
    ['phone calls telephony', 'voice'],
  ],
  '--by': [
    ['date daily created created_at', 'day'],
    ['weekly', 'week'],
    ['monthly', 'month'],
    ['hourly', 'hour'],
    ['number', 'from'],
    [
      'agent agents dialed_to answered answered_by operator operators user users',
      'Groups are by the number called: --by to; who was dialled, of each recording: recx list --fields id,to,dialed_to',
    ],
    ['inbound outbound call_direction', 'direction'],
    ['all nothing totals sum everything no', 'none'],
    [
      /^(?:conf|room)/i,
      'Not a grouping; counted by name: recx list --all --fields conference_name -o csv --no-header | sort | uniq -c',
    ],
    [/^call_?-?(?:s?id|uuid)$/i, 'For one call: --call <id>'],
    ['type', 'kind'],
    ['state', 'status'],
    ['account', 'profile'],
    ['vendor', 'provider'],
    ['dow day_of_week dayofweek wday', 'weekday'],
    ['annually yearly', 'year'],
    ['format formats', 'For one format: recx download --media mp3'],
    [/./, '{other-field}'],
  ],
  '--media': [
    ['audio mpeg mpga m4a bestaudio', 'mp3'],
    ['wave pcm', 'wav'],
    ['video mpeg4 m4v bestvideo', 'mp4'],
    ['all any', 'Without --media each recording is saved in its native format'],
  ],
  '--log-format': [
    ['ndjson jsonl', 'json'],
    ['plain human pretty', 'text'],
  ],
  '<shell>': [
    ['sh ksh dash', 'bash'],
    ['powershell pwsh cmd nu', 'Completion is available for bash, zsh and fish'],
  ],
  '<id>': [
    [/\.(?:mp3|mp4|wav)$/i, 'To name the file: recx download <id> --output <file>'],
    [/^(?:\.{1,2}|~)?\/|^\.{1,2}$|\/$/, '{folder}', 'Ids are listed with: recx list'],
    [/^\d{4}-\d\d(?:-\d\d)?$|^(?:today|yesterday)$|^last \w+$/i, '{period}', '{listed-period}'],
    [/^[\w-]+:$/, '{remote}', 'Ids are listed with: recx list'],
    [/^CA[\da-f]{32}$/i, 'recx list --call <id>'],
    [/^CF[\da-f]{32}$/i, '{conference}'],
    ['all everything', '--all', 'For all recordings: recx list --all'],
    ['recordings recording calls call list', 'recx list'],
    [/./, 'For the newest recording: recx list -n 1'],
  ],
  help: topicSynonyms,
};
