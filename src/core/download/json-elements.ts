import { Failure } from '../failure.ts';

/** An entry of the arrays of a JSON text, or a value beside them. */
export interface JsonElement {
  readonly text: string;
  /** The number of the line on which it starts. */
  readonly line: number;
}

/** Maximum characters of an element. */
const MAX_ELEMENT_LENGTH = 2 ** 20;

/**
 * The elements of a JSON text, formatted in any way: an array, several, or values one after the other. Throws `partial`
 * after the elements of a text that was cut off.
 */
export async function* jsonElements(
  chunks: AsyncIterable<string>,
  source: string,
): AsyncGenerator<readonly JsonElement[]> {
  let isInArray = false;
  let isInString = false;
  let isEscaped = false;
  let depth = 0;
  let line = 1;
  let pending = '';
  let startLine = 0;
  for await (const chunk of chunks) {
    const elements: JsonElement[] = [];
    let start = pending === '' ? -1 : 0;
    const end = (position: number): void => {
      if (start !== -1) elements.push({ text: pending + chunk.slice(start, position), line: startLine });
      pending = '';
      start = -1;
    };
    for (let position = 0; position < chunk.length; position++) {
      const character = chunk.charCodeAt(position);
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (character === BACKSLASH) isEscaped = true;
        else if (character === QUOTE) isInString = false;
        continue;
      }
      if (character === NEWLINE) line++;
      if (depth === 0) {
        if (isBlank(character)) {
          end(position);
          continue;
        }
        if (character === COMMA || character === ARRAY_END) {
          end(position);
          if (character === ARRAY_END) isInArray = false;
          continue;
        }
        if (character === ARRAY_START && !isInArray) {
          end(position);
          isInArray = true;
          continue;
        }
      }
      if (start === -1) {
        start = position;
        startLine = line;
      }
      if (character === QUOTE) isInString = true;
      else if (character === OBJECT_START || character === ARRAY_START) depth++;
      else if (character === OBJECT_END || character === ARRAY_END) {
        depth = Math.max(0, depth - 1);
        if (depth === 0) end(position + 1);
      }
    }
    if (start !== -1) pending += chunk.slice(start);
    if (pending.length > MAX_ELEMENT_LENGTH)
      throw new Failure('usage', `${source}, line ${startLine}: the JSON value is too long for an id or a row`);
    yield elements;
  }
  const isCut = isInString || depth > 0;
  if (pending !== '' && !isCut) yield [{ text: pending, line: startLine }];
  if (isCut || isInArray) throw new Failure('partial', `${source} was cut off: its JSON has no end`);
}

const [BACKSLASH, QUOTE, COMMA, NEWLINE] = [0x5c, 0x22, 0x2c, 0x0a];
const [ARRAY_START, ARRAY_END, OBJECT_START, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

const isBlank = (character: number): boolean => character === 0x20 || (character >= 0x09 && character <= 0x0d);
