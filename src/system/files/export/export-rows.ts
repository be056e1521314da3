import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OtherForm, type RowReader } from '../../../core/export/row-texts.ts';
import { Failure } from '../../../core/failure.ts';
import { openFileStream } from '../read-file.ts';

/** Identifies a row by its key, in 16 characters. */
export const rowMark = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 16);

/** The texts of the rows of a file. Throws `OtherForm` if it is not a complete file of the form. */
export async function* rowsOfFile(path: string, reader: RowReader, zipped: boolean): AsyncGenerator<readonly string[]> {
  yield* reader.texts(textOf(await openFileStream(path), zipped));
}

/** The texts of the rows in chunks of bytes. */
export const rowsOfBytes = (
  chunks: AsyncIterable<Buffer>,
  reader: RowReader,
  zipped: boolean,
): AsyncGenerator<readonly string[]> => reader.texts(textOf(Readable.from(chunks), zipped));

async function* textOf(bytes: Readable, zipped: boolean): AsyncGenerator<string> {
  const stream = zipped ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  // Readable.from makes an object stream, which has no encoding.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for await (const chunk of stream) yield decoder.decode(chunk as Buffer, { stream: true }); // a stream of bytes
  } catch (error) {
    throw isDamagedGzip(error) ? new OtherForm() : error;
  }
  yield decoder.decode();
}

const isDamagedGzip = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');

/** The failure for a file without a state whose filters are unknown: some of its rows are not in the list of the export. */
export const unlistedRows = (path: string, count: number): Failure =>
  new Failure(
    'local',
    `${path} exists, and ${count === 1 ? 'one of its rows is' : `${count} of its rows are`} not in the list of this export`,
    {
      hint: 'Use the filters it was made with, another file with --out, or --reset-state to keep its rows and add others',
    },
  );

/** Runs a step that reads the rows of an exported file; a file of another form is a `local` failure. */
export const withRowsOf = async <T>(path: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof OtherForm)) throw error;
    throw new Failure('local', `${path} is not a complete export with these fields`, {
      hint: 'Restore it, move it away to start a new file, or export everything again with --reset-state',
    });
  }
};
