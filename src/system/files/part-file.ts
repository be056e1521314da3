import { basename, dirname, join } from 'node:path';
import { isRow } from '../../core/decode.ts';
import { fstatAsync, ftruncateAsync, withRegularFile, writeFully } from './descriptors.ts';
import { withFileErrors } from './disk-errors.ts';
import { identityOf, lstatIfExists, removeIfExists } from './file-system.ts';
import type { LockGuard } from './lock/lock.ts';
import { readTextFile } from './read-file.ts';
import { type CommitSettings, commitTempFile, discardTempFile, openTempFile } from './temp-file.ts';

/** What another run needs to resume an incomplete file: the server's name for the version that the bytes belong to. */
export interface ResumeInfo {
  /** A strong ETag, or a date of `Last-Modified`. */
  readonly validator: string;
}

/**
 * An incomplete file: `.name.part` beside its final place. Bytes are appended; `commit` gives it its name once it is
 * complete. When the transfer takes a while, `.name.part.json` holds what another run needs to resume it.
 */
export interface PartFile {
  /** Bytes in the file. */
  readonly size: number;
  /** How to resume after the bytes that an interrupted run left; undefined when there are none. */
  readonly resumable: ResumeInfo | undefined;
  /** The bytes in the file, in pieces. */
  contents(): AsyncIterable<Buffer>;
  /** With a resumption, another run can continue after these bytes. */
  append(chunks: readonly Buffer[], resumption: ResumeInfo | undefined): Promise<void>;
  restart(): Promise<void>;
  /** Gives the file its name, a path in the same folder, when that is free or may be overwritten; false when it is not. */
  commit(path: string, options: Pick<CommitSettings, 'overwrite' | 'keepMode'>): Promise<boolean>;
  /** What stays the same when the file gets its name. */
  identity(): Promise<string>;
  /** Closes the file until it is needed again, where many are written at the same time. */
  closeHandle(): Promise<void>;
  /** Closes the file. It stays for another run if that could resume it. */
  close(): Promise<void>;
  /** Removes the file. */
  discard(): Promise<void>;
}

/**
 * Opens the part file of a path below a folder, whose folders exist; nothing is created before the first byte. It gets its
 * name only while the lock of the folder is held.
 */
export const openPart = async (folder: string, path: string, lock?: LockGuard): Promise<PartFile> => {
  const final = join(folder, path);
  const file = openTempFile(join(dirname(final), `.${basename(final)}.part`));
  const note = openResumeNote(`${file.path}.json`);
  let resumable: ResumeInfo | undefined;
  const clear = async (): Promise<void> => {
    await file.clear();
    resumable = undefined;
  };
  const discard = (): Promise<void> =>
    // The note first: a part without one is found and started over, a note without its part would stay forever.
    discardTempFile(file, { lock, beforeRemove: note.remove });

  const existing = await withFileErrors(file.path, () => lstatIfExists(file.path));
  if (existing !== undefined) {
    await note.load();
    resumable = existing.size === 0 ? undefined : note.info;
    await (resumable === undefined ? clear() : file.load());
  }
  return {
    get size() {
      return file.size;
    },
    get resumable() {
      return resumable;
    },
    contents: file.contents,
    append: async (chunks, resumption) => {
      if (resumption !== undefined) {
        await withFileErrors(file.path, file.descriptor); // the part before its note
        await note.write(resumption);
      }
      await file.append(chunks);
    },
    restart: clear,
    commit: (to, options) => commitTempFile(file, join(folder, to), { ...options, lock, beforeRename: note.remove }),
    identity: () => withFileErrors(file.path, async () => identityOf(await fstatAsync(await file.descriptor()))),
    closeHandle: file.close,
    close: () => (file.size > 0 && note.info !== undefined ? file.close() : discard()),
    discard,
  };
};

/** The note beside a part file. */
interface ResumeNote {
  /** What it holds; undefined when there is none, or none that makes sense. */
  readonly info: ResumeInfo | undefined;
  load(): Promise<void>;
  write(info: ResumeInfo): Promise<void>;
  remove(): Promise<void>;
}

const openResumeNote = (path: string): ResumeNote => {
  let text: string | undefined;
  /** Also for one that could not be read. */
  let mayExist = false;
  return {
    get info() {
      return parseResumeInfo(text);
    },
    load: async () => {
      mayExist = true;
      text = await readTextFile(path, { maxBytes: MAX_NOTE_BYTES }).catch(() => undefined);
    },
    write: async (info) => {
      const next = JSON.stringify(info);
      if (text === next) return;
      mayExist = true;
      await withFileErrors(path, () =>
        withRegularFile(path, { access: 'create' }, async (descriptor) => {
          await ftruncateAsync(descriptor, 0);
          await writeFully(descriptor, [Buffer.from(next)], 0);
        }),
      );
      text = next;
    },
    remove: async () => {
      if (mayExist) await withFileErrors(path, () => removeIfExists(path));
    },
  };
};

/** Far more than a note ever has: its validator is at most 1000 characters long. */
const MAX_NOTE_BYTES = 65_536;

const parseResumeInfo = (text: string | undefined): ResumeInfo | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isRow(value) && typeof value.validator === 'string' && /^[\x20-\x7e]{1,1000}$/.test(value.validator)
      ? { validator: value.validator }
      : undefined;
  } catch {
    return undefined;
  }
};
