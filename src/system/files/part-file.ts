import { basename, dirname, join } from 'node:path';
import { isRow, type Row } from '../../core/decode.ts';
import { shortHash } from '../../core/hash/fnv1a.ts';
import { fstatAsync, withRegularFile, writeFully } from './descriptors.ts';
import { LostFileError, withFileErrors } from './disk-errors.ts';
import { assertFolders, identityOf, lstatIfExists, removeIfExists, removeRegularFile } from './file-system.ts';
import type { LockGuard } from './lock/lock.ts';
import { readTextFile } from './read-file.ts';
import { type CommitSettings, commitTempFile, discardTempFile, openTempFile } from './temp-file.ts';

/** What a run needs to resume: the server's version of the bytes. */
export interface ResumeInfo {
  /** A strong ETag, or a `Last-Modified` that is as strong. */
  readonly validator: string;
  /** Bytes of the complete file, if known. */
  readonly totalBytes?: number | undefined;
}

/**
 * An incomplete file: `.name.part` beside its final path, or `.name.1a2b3c4d.part` with the hash of its owner. Bytes are
 * appended; `commit` renames it into place once it is complete. For slow transfers `.name.1a2b3c4d.part.json` stores the
 * owner and the resume info.
 */
export interface PartFile {
  /** Bytes in the file. */
  readonly size: number;
  /** How to resume the existing bytes; undefined if none. */
  readonly resumable: ResumeInfo | undefined;
  /** The bytes in the file, as chunks. */
  contents(): AsyncIterable<Buffer>;
  /** `resumeInfo` lets another run continue after these bytes. */
  append(chunks: readonly Buffer[], resumeInfo: ResumeInfo | undefined): Promise<void>;
  restart(): Promise<void>;
  /** Renames the file to a path in the same folder; false if taken and not overwritable. */
  commit(path: string, options: CommitOptions): Promise<boolean>;
  /** The receipt that a killed run left: the SHA-256 of the file that it committed. */
  receipt(): Promise<string | undefined>;
  /** Removes the receipt of a committed file. */
  removeReceipt(): Promise<void>;
  /** Device and inode, unchanged by rename. Creates the file. */
  identity(): Promise<string>;
  /** Closes the descriptor until needed again, when many files are written concurrently. */
  closeHandle(): Promise<void>;
  /** Closes the file. Kept if a later run can resume it. */
  close(): Promise<void>;
  /** Removes the file. */
  discard(): Promise<void>;
}

interface CommitOptions extends Pick<CommitSettings, 'overwrite' | 'keepMode'> {
  /** The SHA-256 of the file: the note keeps it until the file is recorded, to tell whose it is. */
  readonly receipt?: string | undefined;
}

export interface PartSettings {
  readonly lock?: LockGuard | undefined;
  /** What the bytes are of: only for the same owner can another run resume them. */
  readonly owner?: string;
  /** Bytes of the complete file; null if unknown. A part of another file is not resumed. */
  readonly expectedBytes?: number | null;
}

/**
 * Opens the part file of a path below a folder, whose parent folders must exist. The file is created on the first byte;
 * committed only while the lock is held and no parent folder has become a link.
 */
export const openPart = async (
  folder: string,
  path: string,
  { lock, owner, expectedBytes = null }: PartSettings = {},
): Promise<PartFile> => {
  const final = join(folder, path);
  const hash = owner === undefined ? '' : `.${shortHash(owner)}`;
  const file = openTempFile(join(dirname(final), `.${basename(final)}${hash}.part`), lock);
  const note = openResumeNote(`${file.path}.json`, owner);
  let resumable: ResumeInfo | undefined;
  const clear = async (): Promise<void> => {
    if (note.info !== undefined) await note.remove(); // it would vouch for the next bytes
    await file.clear();
    resumable = undefined;
  };
  const startOver = async (error: unknown): Promise<void> => {
    if (!(error instanceof LostFileError)) throw error;
    await file.close().catch(() => {}); // also fails if a write failed
    await clear();
  };
  const discard = (): Promise<void> =>
    // Note first: a part without a note is restarted, an orphaned note would remain forever.
    discardTempFile(file, { lock, beforeRemove: note.remove });

  if (owner !== undefined) await withFileErrors(file.path, () => removeUnowned(final));
  const existing = await withFileErrors(file.path, () => lstatIfExists(file.path));
  if (existing !== undefined) {
    await note.load();
    // A part with another hard link is in a backup, which must not change, or is a finished file.
    const isWhole = existing.isFile() && existing.nlink === 1 && existing.size > 0;
    resumable = isWhole && isSameLength(note.info, expectedBytes) ? note.info : undefined;
    await (resumable === undefined ? clear() : file.load().catch(startOver));
  }
  return {
    get size() {
      return file.size;
    },
    get resumable() {
      return resumable;
    },
    contents: file.contents,
    append: async (chunks, resumeInfo) => {
      if (resumeInfo !== undefined) {
        await withFileErrors(file.path, file.descriptor); // create the part before its note
        await note.write(resumeInfo);
      }
      await file.append(chunks);
    },
    restart: clear,
    commit: (to, { receipt, ...options }) =>
      commitTempFile(file, join(folder, to), {
        ...options,
        lock,
        beforeRename: async () => {
          await assertFolders(folder, dirname(to));
          await (receipt === undefined ? note.remove() : note.write({ receipt }));
        },
      }),
    receipt: async () => {
      await note.load();
      return note.receipt;
    },
    removeReceipt: note.remove,
    identity: () => withFileErrors(file.path, async () => identityOf(await fstatAsync(await file.descriptor()))),
    closeHandle: file.close,
    close: () => (file.size > 0 && note.info !== undefined ? file.close() : discard()),
    discard,
  };
};

/** Removes the part that an earlier version left: it does not tell which recording it is of. */
const removeUnowned = async (final: string): Promise<void> => {
  const part = join(dirname(final), `.${basename(final)}.part`);
  if ((await lstatIfExists(part))?.isFile() !== true) return;
  for (const path of [`${part}.json`, part]) await removeIfExists(path);
};

const isSameLength = (info: ResumeInfo | undefined, expectedBytes: number | null): boolean =>
  info?.totalBytes === undefined || expectedBytes === null || info.totalBytes === expectedBytes;

/** The note beside a part file. */
interface ResumeNote {
  /** The parsed note; undefined if missing, invalid or of another owner. */
  readonly info: ResumeInfo | undefined;
  /** The SHA-256 of a committed file. */
  readonly receipt: string | undefined;
  load(): Promise<void>;
  write(content: ResumeInfo | { readonly receipt: string }): Promise<void>;
  remove(): Promise<void>;
}

const openResumeNote = (path: string, owner: string | undefined): ResumeNote => {
  let text: string | undefined;
  /** True also for an unreadable note. */
  let mayExist = false;
  return {
    get info() {
      return parseResumeInfo(text, owner);
    },
    get receipt() {
      const receipt = parseNote(text, owner)?.receipt;
      return typeof receipt === 'string' ? receipt : undefined;
    },
    load: async () => {
      mayExist = true;
      text = await readTextFile(path, MAX_NOTE_BYTES).catch(() => undefined);
    },
    write: async (content) => {
      const next = JSON.stringify({ of: owner, ...content });
      if (text === next) return;
      // Not `writeFileAtomically`: a torn note does not parse, which only restarts the transfer.
      await withFileErrors(path, async () => {
        await removeRegularFile(path);
        mayExist = true;
        await withRegularFile(path, { access: 'create' }, (descriptor) =>
          writeFully(descriptor, [Buffer.from(next)], 0),
        );
      });
      text = next;
    },
    remove: async () => {
      if (mayExist) await withFileErrors(path, () => removeIfExists(path));
      mayExist = false;
      text = undefined;
    },
  };
};

/** Well above a note's size: a validator has at most 1000 characters. */
const MAX_NOTE_BYTES = 65_536;

const parseResumeInfo = (text: string | undefined, owner: string | undefined): ResumeInfo | undefined => {
  const { validator, totalBytes } = parseNote(text, owner) ?? {};
  if (typeof validator !== 'string' || !/^[\x20-\x7e]{1,1000}$/.test(validator)) return undefined;
  return { validator, totalBytes: typeof totalBytes === 'number' ? totalBytes : undefined };
};

/** The fields of a note; undefined if it is of another owner, or no note. */
const parseNote = (text: string | undefined, owner: string | undefined): Row | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isRow(value) && value.of === owner ? value : undefined;
  } catch {
    return undefined;
  }
};
