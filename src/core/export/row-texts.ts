import { isRow } from '../decode.ts';
import type { Pieces } from '../view.ts';
import type { FileFormat } from './destination.ts';

/** The form of the files of an export, to read them back as the texts of their rows. */
export interface RowForm {
  readonly format: FileFormat;
  readonly head: string;
  /** The keys of the columns, in order. */
  readonly columns: readonly string[];
}

/** Thrown for a text that is not a complete file of the form. */
export class OtherForm extends Error {}

/** Reads rows as texts, without decoding more than their identity. */
export interface RowReader {
  /** The texts of the rows of a complete file, each as `Pieces.rows` returns it. Throws `OtherForm`. */
  texts(chunks: AsyncIterable<string>): AsyncGenerator<readonly string[]>;
  /** Whether rows have an id: then a key identifies a recording, else only the text of a row. */
  readonly hasIds: boolean;
  /** Equal for two rows of one recording. Throws `OtherForm`. */
  keyOf(text: string): string;
  /** The `created_at` of a row, comparable with others; undefined if it is not among the columns or empty. */
  timeOf(text: string): string | undefined;
}

/** The columns that identify a recording. */
const keyColumns = ['id', 'provider', 'account_id'] as const;

export const openRowReader = ({ format, head, columns }: RowForm): RowReader => {
  const hasIds = columns.includes('id');
  const keys = keyColumns.filter((key) => columns.includes(key));
  const valuesOf = {
    csv: separatedValues(columns, cellsOf),
    tsv: separatedValues(columns, tabCells),
    json: jsonValues,
    ndjson: jsonValues,
  }[format];
  return {
    hasIds,
    texts: format === 'json' ? arrayTexts : (chunks) => lineTexts(chunks, head, format === 'csv'),
    keyOf: (text) => (hasIds ? JSON.stringify(valuesOf(text, keys)) : text),
    timeOf: (text) => {
      if (!columns.includes('created_at')) return undefined;
      const [time] = valuesOf(text, ['created_at']);
      return typeof time === 'string' && time !== '' ? time : undefined;
    },
  };
};

/** Lines with their line ends; the last one may have none. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
    yield lines;
  }
  if (rest !== '') yield [rest];
}

/** Rows of CSV, whose quoted cells can contain line ends, and of NDJSON. */
async function* lineTexts(
  chunks: AsyncIterable<string>,
  head: string,
  hasQuotes: boolean,
): AsyncGenerator<readonly string[]> {
  let before = '';
  let hasHead = head === '';
  /** The lines of a row that is not complete, and the number of its quotes. */
  let open: string[] = [];
  let quotes = 0;
  for await (const lines of linesOf(chunks)) {
    const rows: string[] = [];
    for (let line of lines) {
      if (!hasHead) {
        before += line;
        hasHead = before.startsWith(head);
        if (!hasHead && !head.startsWith(before)) throw new OtherForm();
        // A head without a line end, such as a byte order mark alone, is on the line of the first row.
        line = before.slice(head.length);
        if (!hasHead || line === '') continue;
      }
      if (!line.endsWith('\n')) throw new OtherForm();
      open.push(line);
      if (hasQuotes) for (let at = line.indexOf('"'); at !== -1; at = line.indexOf('"', at + 1)) quotes++;
      if (quotes % 2 === 1) continue;
      rows.push(open.length === 1 ? line : open.join(''));
      open = [];
      quotes = 0;
    }
    yield rows;
  }
  if (open.length > 0 || !hasHead) throw new OtherForm();
}

/** Rows of a JSON array with one row per line. In files of earlier versions the brackets have lines of their own. */
async function* arrayTexts(chunks: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let place: 'before' | 'within' | 'after' = 'before';
  for await (const lines of linesOf(chunks)) {
    const rows: string[] = [];
    for (const line of lines) {
      const opens = place === 'before' && line.startsWith('[');
      if ((place !== 'within' && !opens) || !line.endsWith('\n')) throw new OtherForm();
      const content = line.slice(opens ? 1 : 0, -1);
      place = content.endsWith(']') ? 'after' : 'within';
      const row = /[\],]$/.test(content) ? content.slice(0, -1) : content;
      if (row.startsWith('{') && row.endsWith('}')) rows.push(row);
      else if (row !== '' || content === ',') throw new OtherForm();
    }
    yield rows;
  }
  if (place !== 'after') throw new OtherForm();
}

type Values = (text: string, keys: readonly string[]) => readonly unknown[];

const jsonValues: Values = (text, keys) => {
  const row = parseObject(text);
  return keys.map((key) => row[key]);
};

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    if (isRow(value)) return value;
  } catch {
    // Not JSON.
  }
  throw new OtherForm();
};

/** Cells as they are written, with quotes and escapes. */
const separatedValues =
  (columns: readonly string[], split: (row: string) => readonly string[]): Values =>
  (text, keys) => {
    const cells = split(text.replace(/\r?\n$/, ''));
    if (cells.length !== columns.length) throw new OtherForm();
    return keys.map((key) => cells[columns.indexOf(key)]);
  };

const tabCells = (row: string): readonly string[] => row.split('\t');

const cellsOf = (row: string): readonly string[] => {
  const cells: string[] = [];
  for (let start = 0; ; ) {
    let end = start;
    if (row[start] === '"') {
      // The closing quote is not doubled.
      end = row.indexOf('"', start + 1);
      while (end !== -1 && row[end + 1] === '"') end = row.indexOf('"', end + 2);
      if (end === -1) throw new OtherForm();
    }
    const comma = row.indexOf(',', end);
    cells.push(row.slice(start, comma === -1 ? row.length : comma));
    if (comma === -1) return cells;
    start = comma + 1;
  }
};

/** The form of the files that these pieces make. */
export const rowForm = (
  format: RowForm['format'],
  { head }: Pick<Pieces<never>, 'head'>,
  columns: readonly { readonly key: string }[],
): RowForm => ({ format, head, columns: columns.map(({ key }) => key) });
