import { Failure } from '../failure.ts';

interface CsvRecord {
  readonly cells: readonly string[];
  /** The number of the line on which it starts. */
  readonly line: number;
  /** False if the text ends without a line end after it. */
  readonly isEnded: boolean;
}

/** Maximum characters of a record. */
const MAX_RECORD_LENGTH = 2 ** 20;

/**
 * The records of a CSV text with LF, CR LF or CR as line end. Without a separator each line is a record of one cell;
 * `hasQuotes` is whether quotes have a meaning. Throws `partial` after the records of a text that ends within quotes.
 */
export async function* csvRecords(
  chunks: AsyncIterable<string>,
  separator: string | undefined,
  source: string,
  hasQuotes = separator !== undefined,
): AsyncGenerator<readonly CsvRecord[]> {
  let cells: string[] = [];
  let cell = '';
  let length = 0;
  let quotes: 'none' | 'open' | 'closing' = 'none';
  let line = 1;
  let startLine = 1;
  let afterReturn = false;
  for await (const chunk of chunks) {
    const records: CsvRecord[] = [];
    for (const character of chunk) {
      const isLineFeed = afterReturn && character === '\n';
      afterReturn = character === '\r';
      const isLineEnd = (character === '\n' && !isLineFeed) || character === '\r';
      if (isLineEnd) line++;
      if (quotes === 'open') {
        if (character === '"') quotes = 'closing';
        else cell += character;
      } else if (quotes === 'closing' && character === '"') {
        cell += '"';
        quotes = 'open';
      } else if (character === '"' && hasQuotes && cell === '') quotes = 'open';
      else if (isLineEnd) {
        records.push({ cells: [...cells, cell], line: startLine, isEnded: true });
        [cells, cell, length, quotes, startLine] = [[], '', 0, 'none', line];
      } else if (!isLineFeed) {
        quotes = 'none';
        if (character === separator) {
          cells.push(cell);
          cell = '';
        } else cell += character;
      }
      if (++length > MAX_RECORD_LENGTH)
        throw new Failure('usage', `${source}, line ${startLine}: the line is too long for an id or a row`);
    }
    yield records;
  }
  if (quotes === 'open') throw new Failure('partial', `${source} was cut off: its last cell has no end`);
  if (cell !== '' || cells.length > 0) yield [{ cells: [...cells, cell], line: startLine, isEnded: false }];
}
