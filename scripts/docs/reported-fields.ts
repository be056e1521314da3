import { columns, type RecordingColumn } from '../../src/core/columns.ts';
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
}

/** The sample recordings of each API, which its sandbox serves in the form that the vendor documents. */
export const listSamples = async (session: Session): Promise<readonly Listed[]> => {
  const text = await session.type(['list', '--profile', 'demo', '--api', 'all', '--all', '-o', 'json', '--quiet']);
  const all: readonly Row[] = JSON.parse(text);
  return definitions.map((definition) => ({ definition, rows: all.filter((row) => belongsTo(row, definition)) }));
};

const belongsTo = ({ provider, api }: Row, definition: ApiDefinition): boolean =>
  provider === definition.vendor.name && api === definition.api;

const reports = ({ rows }: Listed, key: string): boolean => rows.some((row) => row[key] !== null);

/** A short table for the README: the most important facts. */
export const reportedTable = (samples: readonly Listed[]): string =>
  table(
    ['API', 'Caller, called number', 'Duration', 'Size', 'Price', 'Conference', 'Media', 'Server-side filters'],
    samples.map((listed) => [
      nameOf(listed.definition),
      yesNo(reports(listed, 'from') && reports(listed, 'to')),
      yesNo(reports(listed, 'duration_seconds')),
      yesNo(reports(listed, 'size_bytes')),
      yesNo(reports(listed, 'price')),
      conferenceOf(listed),
      mediaOf(listed),
      listed.definition.serverFilters.map((key) => code(filters[key].flag)).join(' ') || '-',
    ]),
  );

/** Every field of every API. */
export const fieldMatrix = (samples: readonly Listed[]): string =>
  table(
    ['Field', ...samples.map(({ definition }) => nameOf(definition))],
    columns.filter(isOptional).map(({ key }) => [code(key), ...samples.map((listed) => yesNo(reports(listed, key)))]),
  );

/** recx sets the other fields. */
const isOptional = ({ key }: RecordingColumn): boolean => !['id', 'provider', 'api', 'profile'].includes(key);

const nameOf = ({ vendor, api }: ApiDefinition): string => `${vendor.title} ${code(api)}`;

const yesNo = (is: boolean): string => (is ? 'yes' : '-');

const conferenceOf = (listed: Listed): string =>
  reports(listed, 'conference_name') ? 'id, name' : reports(listed, 'conference_id') ? 'id' : '-';

const mediaOf = ({ definition, rows }: Listed): string => {
  const formats = definition.formats.join(', ');
  const isChoice = rows.some((row) => Array.isArray(row.formats) && row.formats.length > 1);
  return isChoice || definition.formats.length === 1 ? formats : `${formats}: as recorded`;
};
