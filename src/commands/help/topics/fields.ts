import { callColumns } from '../../../core/call-columns.ts';
import { columns, mediaUrlColumn, rawColumn } from '../../../core/columns.ts';
import { type Topic, withoutMarks } from './topic.ts';

export const fieldTopic: Topic = {
  title: 'Fields',
  blocks: [
    'A recording has these fields, in this order, in JSON, NDJSON, CSV and TSV. A field that is not reported by the provider ' +
      'is null, or an empty cell. --fields chooses and orders them, --sort orders the recordings by them:',
    [...columns, mediaUrlColumn, rawColumn].map(({ key, help }) => [key, withoutMarks(help)] as const),
    'Calls give these, after the others, with --with-calls or by name; see "recx help calls":',
    callColumns.map(({ key, help }) => [key, withoutMarks(help)] as const),
    'Everyday names are accepted too: caller and callee for from and to, duration or length, size, created, started, ended, ' +
      'updated, call, cost, and the heads of tables, such as call-started. Output has the names above.',
    '"recx get <id>" shows all fields of one recording. The totals of "recx stats" have fields of their own.',
  ],
  examples: [
    'recx list --profile demo --fields created_at,from,to,duration_seconds',
    'recx list --profile demo --limit 1 -o json --raw',
    'recx list --profile demo --fields created_at,from,direction,dialed_to',
    'recx list --profile demo --fields id -o csv --no-header',
  ],
};
