import { recordingColumns } from '../../src/core/call-columns.ts';
import type { RecordingColumn } from '../../src/core/columns.ts';
import type { ApiDefinition } from '../../src/core/provider.ts';
import { filters } from '../../src/core/query.ts';
import { definitions } from '../../src/providers/index.ts';
import type { Session } from '../../test/support/session.ts';
import { code, table } from './markdown.ts';

type Row = Readonly<Record<string, unknown>>;

/** All sample recordings of an API, as recx lists them. */
interface Listed {
  readonly definition: ApiDefinition;
  readonly rows: readonly Row[];
  /** The same with what their calls say. */
  readonly completed: readonly Row[];
}

/** The sample recordings of each API, which its sandbox serves in the form that the vendor documents. */
export const listSamples = async (session: Session): Promise<readonly Listed[]> => {
  const words = ['list', '--profile', 'demo', '--api', 'all', '--all', '-o', 'json', '--quiet'];
  const all: readonly Row[] = JSON.parse(await session.type(words));
  const completed: readonly Row[] = JSON.parse(await session.type([...words, '--with-calls']));
  return definitions.map((definition) => {
    const isOwn = (row: Row): boolean => belongsTo(row, definition);
    return { definition, rows: all.filter(isOwn), completed: completed.filter(isOwn) };
  });
};

const belongsTo = ({ provider, api }: Row, definition: ApiDefinition): boolean =>
  provider === definition.vendor.name && api === definition.api;

const reports = ({ rows }: Pick<Listed, 'rows'>, key: string): boolean =>
  rows.some((row) => (row[key] ?? null) !== null);

/** `calls` if only calls give the value. */
const howReported = (listed: Listed, ...keys: readonly string[]): string =>
  keys.every((key) => reports(listed, key))
    ? 'yes'
    : keys.every((key) => reports({ rows: listed.completed }, key))
      ? 'calls'
      : '-';

/** A short table for the README: the most important facts. */
export const reportedTable = (samples: readonly Listed[]): string =>
  table(
    [
      'API',
      'Caller, called number',
      'Direction',
      'Duration',
      'Size',
      'Price',
      'Conference',
      'Media',
      'Server-side filters',
    ],
    samples.map((listed) => [
      nameOf(listed.definition),
      howReported(listed, 'from', 'to'),
      howReported(listed, 'direction'),
      howReported(listed, 'duration_seconds'),
      howReported(listed, 'size_bytes'),
      howReported(listed, 'price'),
      conferenceOf(listed),
      mediaOf(listed),
      listed.definition.serverFilters.map((key) => code(filters[key].flag)).join(' ') || '-',
    ]),
  );

/** Every field of every API. */
export const fieldMatrix = (samples: readonly Listed[]): string =>
  table(
    ['Field', ...samples.map(({ definition }) => nameOf(definition))],
    recordingColumns
      .filter(isOptional)
      .map(({ key }) => [code(key), ...samples.map((listed) => howReported(listed, key))]),
  );

/** recx sets the other fields. */
const isOptional = ({ key }: RecordingColumn): boolean => !['id', 'provider', 'api', 'profile'].includes(key);

const nameOf = ({ vendor, api }: ApiDefinition): string => `${vendor.title} ${code(api)}`;

const conferenceOf = (listed: Listed): string =>
  [reports(listed, 'conference_id') ? 'id' : '', namesOf(howReported(listed, 'conference_name'))]
    .filter(Boolean)
    .join(', ') || '-';

const namesOf = (how: string): string => (how === 'yes' ? 'name' : how === 'calls' ? 'name: calls' : '');

const mediaOf = ({ definition, rows }: Listed): string => {
  const formats = definition.formats.join(', ');
  const isChoice = rows.some((row) => Array.isArray(row.formats) && row.formats.length > 1);
  return isChoice || definition.formats.length === 1 ? formats : `${formats}: as recorded`;
};
