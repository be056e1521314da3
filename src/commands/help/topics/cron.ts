import type { Topic } from './topic.ts';

export const cron: Topic = {
  title: 'Cron',
  blocks: [
    'Without a terminal recx never prompts, shows no progress, and prints nothing on success. Messages go to standard ' +
      'error, so that cron sends mail only when something is wrong; -q hides warnings as well. Exit code 0 means that ' +
      'everything requested is complete; see "recx help exit-codes" for the codes after which a later run may succeed.',
    'cron has a short PATH, starts in the home folder, and treats % as a line break unless it is written \\%. A crontab:',
    [
      ['PATH=/usr/local/bin:/usr/bin:/bin', 'the folders of recx and node'],
      ['5 * * * * recx export -p work --out calls.csv --incremental --wait 30m -q', 'adds new recordings every hour'],
    ],
    'An export file is renamed into place once it is complete and on disk; a failed run leaves the old file unchanged. ' +
      '--incremental continues from the last complete run, minus --lookback (72h) to pick up late recordings. Its state is ' +
      'in <out>.state.json, or in the file given by --state. A single file gets a recording once it is final, so one that is in progress or being ' +
      'processed arrives with a later run, silently. A run that is killed repeats work but loses no data.',
    'A lock prevents two runs of the same export or in the same folder from overlapping: the second one ends with exit ' +
      'code 10, or waits as long as --wait allows. The lock of a killed run is removed.',
    'Keep secrets out of the crontab: store a profile, or use --secret-command, which reads a secret store on each run.',
    '--log-format json writes one JSON object per line to standard error, with level, message and hint; an error also has ' +
      'code, kind and retryable. --summary writes the counts of an export or a download as JSON.',
  ],
  examples: [
    'recx export --profile demo --out calls.csv --incremental -q',
    "recx export -p demo --out '{year}-{month}.csv' --incremental --wait 10m",
    'recx download --profile demo --since 3d --summary last.json',
  ],
};
