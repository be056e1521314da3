import { accountOf, type ManifestEntry, parseEntry } from '../../core/download/manifest.ts';
import { CompactMap } from '../../core/hash/id-set.ts';
import { type MediaFormat, type RecordingIdentity, recordingKey } from '../../core/recording.ts';
import { readFully, withRegularFile } from './descriptors.ts';
import { withDiskErrors } from './disk-errors.ts';
import { ifExists } from './file-system.ts';
import { openFileStream } from './read-file.ts';

/** Finds the lines of a manifest by their recordings, in 24 bytes a line. */
export interface ManifestPlaces {
  /** The latest line of a recording in a format, of those that name the account. */
  entryOf(recording: RecordingIdentity, format: MediaFormat): Promise<ManifestEntry | undefined>;
}

/** The places of the lines that a manifest has now; none if it does not exist. */
export const readManifestPlaces = async (path: string): Promise<ManifestPlaces> => {
  const places = new CompactMap();
  for await (const { text, start } of linesWithPlaces(path)) {
    const entry = parseEntry(text);
    if (entry !== undefined && start < MAX_PLACE) places.set(keyOf(entry), start);
  }
  return {
    entryOf: async (recording, format) => {
      const key = keyOf({ ...recording, account_id: recording.accountId, format });
      const start = places.get(key);
      if (start === undefined) return undefined;
      const entry = parseEntry(await withDiskErrors(path, () => lineAt(path, start)));
      return entry !== undefined && keyOf(entry) === key ? entry : undefined;
    },
  };
};

/** The places of a map are below this. */
const MAX_PLACE = 2 ** 32;
/** Bytes of a line; recx writes less than a tenth of that. A longer one is left out. */
const MAX_LINE = 2 ** 16;

const keyOf = (entry: Pick<ManifestEntry, 'id' | 'provider' | 'account_id' | 'format'>): string =>
  `${recordingKey({ ...entry, accountId: accountOf(entry) ?? null })}\0${entry.format ?? ''}`;

const lineAt = (path: string, start: number): Promise<string> =>
  withRegularFile(path, { access: 'read' }, async (descriptor, size) => {
    const bytes = await readFully(descriptor, start, Math.min(MAX_LINE, size - start));
    const end = bytes.indexOf(LINE_END);
    return bytes.subarray(0, end === -1 ? bytes.length : end).toString();
  });

const LINE_END = 10;

async function* linesWithPlaces(path: string): AsyncGenerator<{ readonly text: string; readonly start: number }> {
  const input = await withDiskErrors(path, () => ifExists(openFileStream(path)));
  if (input === undefined) return;
  let parts: Buffer[] = [];
  let length = 0;
  let start = 0;
  const add = (bytes: Buffer): void => {
    length += bytes.length;
    if (length <= MAX_LINE) parts.push(bytes);
  };
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
        add(chunk.subarray(from, end));
        if (length <= MAX_LINE) yield { text: Buffer.concat(parts).toString(), start };
        start += length + 1;
        from = end + 1;
        parts = [];
        length = 0;
      }
      add(chunk.subarray(from));
    }
  } finally {
    input.destroy();
  }
  if (length > 0 && length <= MAX_LINE) yield { text: Buffer.concat(parts).toString(), start };
}
