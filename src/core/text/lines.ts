/** A line without its line break, which is LF or CR LF. */
export interface Line {
  /** Undefined if it is longer than the limit: such a line is never held in memory. */
  readonly text: string | undefined;
  /** False if the line break is missing, or was not read yet. */
  readonly ended: boolean;
}

/** The lines of a text; the last one only if it is not empty. A line that is too long is reported before its end is read. */
export async function* splitLines(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<Line> {
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let isFirst = true;
    for (const piece of chunk.split('\n')) {
      if (!isFirst) {
        if (length <= maxLength) yield { text: parts.join('').replace(/\r$/, ''), ended: true };
        parts = [];
        length = 0;
      }
      isFirst = false;
      const wasShort = length <= maxLength;
      length += piece.length;
      parts.push(piece);
      if (length <= maxLength) continue;
      parts = [];
      if (wasShort) yield { text: undefined, ended: false };
    }
  }
  if (length > 0 && length <= maxLength) yield { text: parts.join(''), ended: false };
}
