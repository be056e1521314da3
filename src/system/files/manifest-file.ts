import { createInterface } from 'node:readline';
import { isBlank, type ManifestEntry, parseEntry, TORN_LINE_SUFFIX } from '../../core/download/manifest.ts';
import { closeAsync, openRegularFile, syncFile, writeFully } from './descriptors.ts';
import { diskFailure, withDiskErrors } from './disk-errors.ts';
import { ifExists } from './file-system.ts';
import { openFileStream } from './read-file.ts';

interface ManifestLine {
  /** Undefined if the line is unreadable. */
  readonly entry: ManifestEntry | undefined;
  /** False if the last line read had no line break. */
  readonly ended: boolean;
  readonly blank: boolean;
}

/** The lines of a manifest, none if the file does not exist; the last one may lack its line break. Throws `local`. */
export async function* entriesOf(path: string): AsyncGenerator<ManifestLine> {
  const input = await withDiskErrors(path, () => ifExists(openFileStream(path)));
  if (input === undefined) return;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let last = 0;
  let failed: unknown;
  input.on('data', (chunk) => {
    last = Number(chunk.at(-1));
  });
  // Readline does not report errors of its input.
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
  /** Resolves when the line is written; concurrent lines are batched. */
  append(line: string): Promise<void>;
  /** Flushes the manifest to disk and closes it. */
  close(): Promise<void>;
}

/** Opens a writer that first completes a torn last line with `ending`; creates the file on first use. */
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
    // Until this write completes, the next line must terminate a torn one.
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
      // Also if nothing was appended: a torn line left by a killed run would count as damage.
      if (descriptor === undefined && ending !== '') await withDiskErrors(path, flush);
      const file = descriptor;
      if (file === undefined) return;
      // Flushed once at the end: a line lost in a power cut is rewritten by the next run.
      await withDiskErrors(path, () => syncFile(file, 'all').finally(() => closeAsync(file)));
    },
  };
};
