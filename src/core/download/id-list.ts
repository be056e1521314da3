import { isRow } from '../decode.ts';
import { Failure } from '../failure.ts';
import { parseJson } from '../text/lossless-json.ts';

/** A recording as it is asked for: its id, and where it is as far as that was said. */
export interface NamedRecording {
  readonly id: string;
  readonly provider?: string;
  readonly api?: string;
  readonly profile?: string;
}

/** Characters of a line, and of JSON that is not one object a line. */
const MAX_TEXT_LENGTH = 2 ** 28;

/**
 * The recordings named by a text: ids one a line, or the JSON or NDJSON of `recx list` and `recx get`. Read line by line, so
 * that a long list costs no memory; only JSON laid out in another way is held as a whole. Throws a usage failure that names
 * the line.
 */
export async function* readIdList(
  chunks: AsyncIterable<string>,
  from: string,
): AsyncGenerator<readonly NamedRecording[]> {
  let shape: 'ids' | 'objects' | 'whole' | undefined;
  let whole = '';
  let number = 0;
  for await (const line of linesOf(chunks, from)) {
    number++;
    const text = line.trim();
    if (text === '') continue;
    const row = shape === 'ids' || shape === 'whole' ? undefined : rowOf(text);
    shape ??=
      /^[[{]/.test(text) || whole !== '' ? (row !== undefined ? 'objects' : text === '[' ? undefined : 'whole') : 'ids';
    if (shape === 'ids') yield [{ id: text }];
    else if (shape !== 'objects') {
      whole += `${line}\n`;
      if (whole.length > MAX_TEXT_LENGTH)
        throw new Failure('usage', `${from}: the JSON is too large to be read as a whole`);
    } else if (row !== undefined) yield [named(row, `${from}, line ${number}`)];
    else if (text !== ']')
      throw new Failure('usage', `${from}, line ${number}: not a JSON object, as on the lines before it`);
  }
  if (shape !== 'whole') return;
  yield inWhole(whole, from);
}

const inWhole = (text: string, from: string): readonly NamedRecording[] => {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new Failure('usage', `${from} is neither a list of ids nor JSON`);
  }
  return (Array.isArray(value) ? value : [value]).map((row, index) => named(row, `${from}, entry ${index + 1}`));
};

/** The object on a line of its own, with what separates it from others in an array. */
const rowOf = (line: string): unknown => {
  const text = line.replace(/^\[(?=\s*\{)/, '').replace(/\}\s*[,\]]$/, '}');
  if (!text.startsWith('{')) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

const named = (row: unknown, where: string): NamedRecording => {
  if (typeof row === 'string' && row !== '') return { id: row };
  if (!isRow(row) || typeof row.id !== 'string' || row.id === '')
    throw new Failure('usage', `${where}: there is no id`);
  const { id, provider, api, profile } = row;
  return {
    id,
    ...(typeof provider === 'string' ? { provider } : {}),
    ...(typeof api === 'string' ? { api } : {}),
    ...(typeof profile === 'string' ? { profile } : {}),
  };
};

async function* linesOf(chunks: AsyncIterable<string>, from: string): AsyncGenerator<string> {
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const [first = '', ...others] = chunk.split('\n');
    parts.push(first);
    length += first.length;
    if (length > MAX_TEXT_LENGTH)
      throw new Failure('usage', `${from} has a line that is too long for an id or a JSON object`);
    for (const other of others) {
      yield parts.join('');
      parts = [other];
      length = other.length;
    }
  }
  yield parts.join('');
}
