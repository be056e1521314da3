import { recordingColumns } from '../call-columns.ts';
import { mediaUrlColumn } from '../columns.ts';
import { isRow } from '../decode.ts';
import { Failure } from '../failure.ts';
import { quote } from '../invalid-value.ts';
import type { Recording } from '../recording.ts';
import { parseJson } from '../text/lossless-json.ts';
import { unescapeTsv } from '../text/tsv.ts';
import { csvRecords } from './csv-records.ts';
import { jsonElements } from './json-elements.ts';
import { toListedRecording } from './listed-recording.ts';

/** A requested recording: its id, and its provider, API, account and profile as far as they are given. */
export interface NamedRecording {
  readonly id: string;
  readonly provider?: string;
  readonly api?: string;
  readonly accountId?: string;
  readonly profile?: string;
  /** All fields, if the row has them. */
  readonly listed?: Recording;
}

/**
 * The recordings named by a text: one id per line, the JSON or NDJSON output of `recx list` and `recx get`, or its CSV
 * or TSV with a header. Memory does not grow with the list. `source` names the text in messages. Throws a usage failure that names the
 * line, and `partial` after the rows of a text that was cut off.
 */
export async function* readIdList(
  chunks: AsyncIterable<string>,
  source: string,
): AsyncGenerator<readonly NamedRecording[]> {
  const { head, all } = await peekLine(chunks);
  if (/^[[{]/.test(head)) {
    for await (const elements of jsonElements(all, source)) {
      yield elements.map(({ text, line }) => parseElement(text, `${source}, line ${line}`));
    }
    return;
  }
  const separator = [',', '\t', ';'].find((character) => head.includes(character)) ?? ',';
  const keys = head.split(separator).map((key) => key.trim().replaceAll('"', '').toLowerCase());
  if (keys.includes('id')) {
    const isTsv = separator === '\t' && !head.includes('"') && keys.every((key) => fieldKeys.includes(key));
    yield* rowsOfTable(csvRecords(all, separator, source, !isTsv), keys, source, isTsv ? unescapeTsv : (cell) => cell);
    return;
  }
  if (keys.length > 1) {
    throw new Failure('usage', `${source} has several columns, but none of them is called id: ${quote(head)}`, {
      hint: 'Write the list with a header: recx list -o csv',
    });
  }
  if (/\S {2,}\S/.test(head)) {
    throw new Failure('usage', `${source} has columns separated by spaces, as in a table: ${quote(head)}`, {
      hint: 'Write the list with -o json or -o csv',
    });
  }
  // A line is a record of one column: quotes and separators are part of an id.
  for await (const records of csvRecords(all, undefined, source)) {
    yield records.flatMap(({ cells: [cell = ''], line }) => {
      const id = cell.trim();
      return id === '' ? [] : [{ id: checkId(id, `${source}, line ${line}`) }];
    });
  }
}

/** The first line that is not blank, as far as it matters, and the complete text. */
const peekLine = async (
  chunks: AsyncIterable<string>,
): Promise<{ readonly head: string; readonly all: AsyncIterable<string> }> => {
  const iterator = chunks[Symbol.asyncIterator]();
  let text = '';
  while (text.length < MAX_HEAD_LENGTH && !/\S.*[\r\n]/.test(text)) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    text += value;
  }
  const [head = ''] = /\S.*/.exec(text.slice(0, MAX_HEAD_LENGTH)) ?? [];
  const all = async function* (): AsyncGenerator<string> {
    yield text;
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  return { head: head.trimEnd(), all: all() };
};

/** Maximum characters of a header. */
const MAX_HEAD_LENGTH = 65_536;

/** A table of tabs with only these columns is recx's own: quotes have no meaning in it, and backslashes do. */
const fieldKeys = [...recordingColumns, mediaUrlColumn].map(({ key }) => key);

const parseElement = (text: string, where: string): NamedRecording => {
  let row: unknown;
  try {
    row = parseJson(text);
  } catch {
    throw new Failure('usage', `${where}: expected a JSON object, as recx list writes it`);
  }
  if (typeof row === 'string' && row !== '') return { id: checkId(row, where) };
  if (!isRow(row)) throw idNotFound(where);
  const listed = toListedRecording(row);
  return { ...toNamedRecording(row, where), ...(listed === undefined ? {} : { listed }) };
};

const toNamedRecording = (row: Readonly<Record<string, unknown>>, where: string): NamedRecording => {
  if (typeof row.id !== 'string' || row.id === '') throw idNotFound(where);
  const { id, provider, api, account_id: accountId, profile } = row;
  return {
    id: checkId(id, where),
    ...(typeof provider === 'string' ? { provider } : {}),
    ...(typeof api === 'string' ? { api } : {}),
    ...(typeof accountId === 'string' ? { accountId } : {}),
    ...(typeof profile === 'string' ? { profile } : {}),
  };
};

async function* rowsOfTable(
  batches: ReturnType<typeof csvRecords>,
  keys: readonly string[],
  source: string,
  textOf: (cell: string) => string,
): AsyncGenerator<readonly NamedRecording[]> {
  let isHeader = true;
  for await (const records of batches) {
    const rows: NamedRecording[] = [];
    for (const { cells, line, isEnded } of records) {
      if (cells.length === 1 && cells[0]?.trim() === '') continue;
      // Its last cell may lack characters, and rows after it.
      if (!isEnded && keys.length > 1) throw lineWithoutEnd(source, line);
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const named = keys.flatMap((key, index) => {
        const value = textOf((cells[index] ?? '').trim()).replaceAll(guardedFormula, '$1');
        return value === '' ? [] : [[key, value]];
      });
      rows.push(toNamedRecording(Object.fromEntries(named), `${source}, line ${line}`));
    }
    yield rows;
  }
}

/** The mark that recx puts before what a spreadsheet would run as a formula. */
const guardedFormula = /(^|[,;\t|])'(?=[=+\-@＝＋－＠])/g;

const lineWithoutEnd = (source: string, line: number): Failure =>
  new Failure('partial', `${source} was cut off: line ${line} has no end`, {
    hint: 'If the line is whole, add a line break after it',
  });

const idNotFound = (where: string): Failure => new Failure('usage', `${where}: id not found`);

/** Returns the id. Throws a usage failure for a character that no id has: the text is in another encoding. */
const checkId = (id: string, where: string): string => {
  if (!/[\0\ufffd]/.test(id)) return id;
  throw new Failure('usage', `${where}: the id has a character that is not text`, {
    hint: 'Save the list as UTF-8',
  });
};
