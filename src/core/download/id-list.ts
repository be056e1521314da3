import { isRow } from '../decode.ts';
import { Failure } from '../failure.ts';
import { splitLines } from '../text/lines.ts';
import { parseJson } from '../text/lossless-json.ts';

/** A requested recording: its id, and its provider, API, account and profile as far as they are given. */
export interface NamedRecording {
  readonly id: string;
  readonly provider?: string;
  readonly api?: string;
  readonly accountId?: string;
  readonly profile?: string;
}

/** Maximum characters of a line, and of a JSON document that is not one object per line. */
const MAX_TEXT_LENGTH = 2 ** 28;

/**
 * The recordings named by a text: one id per line, or the JSON or NDJSON output of `recx list` and `recx get`. Read line by
 * line, so memory does not grow with the list; only JSON that is formatted differently is held in memory. `source` names the
 * text in messages. Throws a usage failure that names the line.
 */
export async function* readIdList(
  chunks: AsyncIterable<string>,
  source: string,
): AsyncGenerator<readonly NamedRecording[]> {
  let shape: 'ids' | 'objects' | 'document' | undefined;
  let document = '';
  let number = 0;
  for await (const { text: line } of splitLines(chunks, MAX_TEXT_LENGTH)) {
    number++;
    if (line === undefined)
      throw new Failure('usage', `${source} has a line that is too long for an id or a JSON object`);
    const text = line.trim();
    if (text === '') continue;
    const row = shape === 'ids' || shape === 'document' ? undefined : parseRow(text);
    shape ??= shapeOf(text, row, document);
    if (shape === 'ids') yield [{ id: text }];
    else if (shape !== 'objects') {
      document += `${line}\n`;
      if (document.length > MAX_TEXT_LENGTH) throw new Failure('usage', `${source}: the JSON document is too large`);
    } else if (row !== undefined) yield [toNamedRecording(row, `${source}, line ${number}`)];
    else if (text !== ']')
      throw new Failure('usage', `${source}, line ${number}: expected a JSON object, as on the lines before it`);
  }
  if (shape !== 'document') return;
  yield parseDocument(document, source);
}

/** The shape of a text by its first lines; undefined while they are only the opening bracket of an array. */
const shapeOf = (line: string, row: unknown, before: string): 'ids' | 'objects' | 'document' | undefined => {
  if (!/^[[{]/.test(line) && before === '') return 'ids';
  if (row !== undefined) return 'objects';
  return line === '[' ? undefined : 'document';
};

const parseDocument = (text: string, source: string): readonly NamedRecording[] => {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new Failure('usage', `${source} is neither a list of ids nor JSON`);
  }
  return (Array.isArray(value) ? value : [value]).map((row, index) =>
    toNamedRecording(row, `${source}, entry ${index + 1}`),
  );
};

/** The object on a line, which may have the brackets and commas of an array around it; undefined for other text. */
const parseRow = (line: string): unknown => {
  const text = line.replace(/^\[(?=\s*\{)/, '').replace(/\}\s*[,\]]$/, '}');
  if (!text.startsWith('{')) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

const toNamedRecording = (row: unknown, where: string): NamedRecording => {
  if (typeof row === 'string' && row !== '') return { id: row };
  if (!isRow(row) || typeof row.id !== 'string' || row.id === '') throw new Failure('usage', `${where}: id not found`);
  const { id, provider, api, account_id: accountId, profile } = row;
  return {
    id,
    ...(typeof provider === 'string' ? { provider } : {}),
    ...(typeof api === 'string' ? { api } : {}),
    ...(typeof accountId === 'string' ? { accountId } : {}),
    ...(typeof profile === 'string' ? { profile } : {}),
  };
};
