import { formatHelp, formatNames } from '../../../formats/index.ts';
import { type Topic, withoutMarks } from './topic.ts';

export const formatTopic: Topic = {
  title: 'Formats',
  blocks: [
    'The output is a table on a terminal and JSON in a pipe, unless -o or RECX_OUTPUT names a format; export --out takes it ' +
      'from the extension:',
    formatNames.map((name) => [name, withoutMarks(formatHelp[name])] as const),
    'A recording with --fields id,kind,duration_seconds looks like this:',
    [
      ['json', '[{"id":"5b08…","kind":"call","duration_seconds":245.5}]'],
      ['ndjson', '{"id":"5b08…","kind":"call","duration_seconds":245.5}'],
      ['csv', 'id,kind,duration_seconds, and on the next line 5b08…,call,245.5'],
      ['tsv', 'the same with tabs'],
      ['table', 'ID, Kind and Duration as headings, and below them 5b08…, call and 4:05'],
    ],
    'An empty result is [] in JSON, the header in CSV and TSV, and nothing in NDJSON. --no-header omits the header, --excel ' +
      'writes CSV for spreadsheets, and --csv-raw leaves cells that look like formulas as they are.',
  ],
  examples: [
    'recx list --profile demo -o csv --fields id,kind,duration_seconds',
    "recx list --profile demo -o ndjson | jq -r '.id'",
    'recx list --profile demo -o csv --excel > calls.csv',
  ],
};
