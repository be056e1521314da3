import type { Topic } from './topic.ts';

export const cron: Topic = {
  title: 'Cron',
  blocks: [
    'Without a terminal recx asks nothing and draws nothing, and says nothing when all is well: what it says goes to ' +
      'standard error, so that cron sends mail only when something is wrong. With -q even warnings are left out. Exit code 0 means that ' +
      'everything asked for is there; see "recx help exit-codes" for which of the others pass by themselves.',
    'Cron has a short PATH, starts in the home folder, and reads % as a line break unless it is written \\%. A crontab:',
    [
      ['PATH=/usr/local/bin:/usr/bin:/bin', 'where recx and node are'],
      ['5 * * * * recx export -p work --out calls.csv --incremental --wait 30m -q', 'what is new, each hour'],
    ],
    'An export appears under its name when it is whole and on the disk; a run that fails leaves the old file as it was. ' +
      '--incremental goes on from where the last whole run came to, less --lookback (72h), so that late recordings arrive; ' +
      'what it remembers is in <out>.state.json, or in the file of --state. A run that is killed repeats work and loses ' +
      'nothing.',
    'A lock keeps runs of the same export, or in the same download folder, apart: the second one ends with exit code 10, ' +
      'or waits so long as --wait says. A lock that a killed run left behind is taken away.',
    'Secrets stay out of the crontab: store a profile, or use --secret-command, which asks a secret store at each run.',
    '--log-format json makes standard error one JSON object a line, with level, message and hint; an error also has ' +
      'code, kind and retryable. --summary writes the counts of an export or a download as JSON.',
  ],
  examples: [
    'recx export --profile demo --out calls.csv --incremental -q',
    "recx export -p demo --out '{year}-{month}.csv' --incremental --wait 10m",
    'recx download --profile demo --since 3d --summary last.json',
  ],
};
