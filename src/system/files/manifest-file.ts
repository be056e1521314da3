import { createInterface } from 'node:readline';
import { isBlank, type ManifestEntry, parseEntry, TORN_LINE_SUFFIX } from '../../core/download/manifest.ts';
import { closeAsync, openRegularFile, syncFile, writeFully } from './descriptors.ts';
import { diskFailure, withDiskErrors } from './disk-errors.ts';
import { ifExists } from './file-system.ts';
import { openFileStream } from './read-file.ts';

interface ManifestLine {
  /** Undefined for a line that cannot be read. */
  readonly entry: ManifestEntry | undefined;
  /** Whether what has been read so far ends with a line break: false for a last line without one. */
  readonly ended: boolean;
  readonly blank: boolean;
}

/** The lines of a manifest, none when there is no such file; the last one may lack its line break. Fails with `local`. */
export async function* entriesOf(path: string): AsyncGenerator<ManifestLine> {
  const input = await withDiskErrors(path, () => ifExists(openFileStream(path)));
  if (input === undefined) return;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let last = 0;
  let failed: unknown;
  input.on('data', (chunk) => {
    last = Number(chunk.at(-1));
  });
  // Readline does not report an error of its input.
  input.on('error', (error) => {
    failed = error;
    lines.close();
  });
  try {
    for await (const line of lines) yield { entry: parseEntry(line), ended: last === LINE_FEED, blank: isBlank(line) };
    if (failed !== undefined) throw failed;
  } catch (error) {
    throw diskFailure(error, path);
  } finally {
    input.destroy();
  }
}

const LINE_FEED = 10;

/** Appends lines to a manifest. */
export interface ManifestWriter {
  /** Comes when the line is written; lines that are appended at the same time are written together. */
  append(line: string): Promise<void>;
  /** Puts the manifest on the disk. */
  close(): Promise<void>;
}

/** A writer that first appends `ending`, which the last line of the manifest lacks. It creates the file when needed. */
export const openManifestWriter = (path: string, ending: string): ManifestWriter => {
  let descriptor: number | undefined;
  let before = ending;
  let waiting = '';
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    descriptor ??= await openRegularFile(path, { access: 'append' });
    const text = Buffer.from(before + waiting);
    waiting = '';
    flushing = undefined;
    // Until all of it is written, the next line has to end a torn one.
    before = TORN_LINE_SUFFIX;
    await writeFully(descriptor, [text]);
    before = '';
  };
  let last: Promise<void> = Promise.resolve();
  return {
    append: (line) => {
      waiting += line;
      flushing ??= last = last.then(() => withDiskErrors(path, flush));
      return flushing;
    },
    close: async () => {
      await last.catch(() => {});
      // Also when nothing was appended: a torn line that a killed run left would count as damage.
      if (descriptor === undefined && ending !== '') await withDiskErrors(path, flush);
      const file = descriptor;
      if (file === undefined) return;
      // Once, at the end: a line lost in a power cut is written again by the next run.
      await withDiskErrors(path, () => syncFile(file, 'all').finally(() => closeAsync(file)));
    },
  };
};
