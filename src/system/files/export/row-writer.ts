import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Pieces } from '../../../core/view.ts';

/** Writes rows of a format to an empty file, compressed or not. */
export interface RowWriter {
  /** The buffer is full. */
  readonly isFull: boolean;
  /** Buffers the text of one or more rows. */
  add(rows: string): void;
  /** Writes the buffered rows. */
  flush(): Promise<void>;
  /** Writes everything, including the closing text. */
  close(): Promise<void>;
}

interface Target {
  /** Bytes in the file. */
  readonly size: number;
  append(chunks: readonly Buffer[]): Promise<void>;
}

export interface RowWriterSettings {
  readonly zipped: boolean;
  /** The file is appended to later: even an empty one has head and closing text. */
  readonly grows: boolean;
}

/** Characters to buffer before they are compressed and written. */
const BUFFER_CHARACTERS = 256 * 1024;

export const openRowWriter = (
  target: Target,
  pieces: Omit<Pieces<never>, 'rows'>,
  { zipped, grows }: RowWriterSettings,
): RowWriter => {
  let text = '';
  let hasRows = false;
  let isClosed = false;
  const flush = async (): Promise<void> => {
    if (text === '') return;
    const bytes = Buffer.from(text);
    text = '';
    await target.append([zipped ? await gzipped(bytes) : bytes]);
  };
  return {
    get isFull() {
      return text.length >= BUFFER_CHARACTERS;
    },
    add: (rows) => {
      text += (hasRows ? pieces.between : pieces.head) + rows;
      hasRows = true;
    },
    flush,
    close: async () => {
      if (isClosed) return;
      // The closing text is written separately, so that a file can be truncated before it to append rows.
      if (!hasRows && grows) text = pieces.head;
      await flush();
      text = hasRows || grows ? pieces.tail : pieces.empty;
      await flush();
      // An empty gzip file still needs a header.
      if (zipped && target.size === 0) await target.append([await gzipped(Buffer.alloc(0))]);
      isClosed = true;
    },
  };
};

const gzipped = promisify(gzip) as (bytes: Buffer) => Promise<Buffer>;
