import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isRow } from '../../core/decode.ts';
import { Failure } from '../../core/failure.ts';
import { isCode } from '../errors.ts';
import {
  closeAsync,
  fchmodAsync,
  fdatasyncAsync,
  fstatAsync,
  ftruncateAsync,
  openPlain,
  readAsync,
  renameAsync,
  unlinkAsync,
  writeAll,
  writeAsync,
} from './descriptors.ts';
import type { Lock } from './lock/lock.ts';
import { onOneFile, statRegularFile, statusOf } from './paths.ts';

/** What keeps other runs away from a file. */
export type HeldLock = Pick<Lock, 'assertHeld'>;

/** What it takes to go on with a file that is not whole: the server's word for the version of which the bytes are. */
export interface ResumeInfo {
  /** A strong ETag, or a date of `Last-Modified`. */
  readonly validator: string;
}

/**
 * A file on its way: `.name.part` beside its final place. Bytes are appended; `commit` gives it its name once it is whole.
 * When the transfer takes a while, `.name.part.json` says how another run can go on with it.
 */
export interface PartFile {
  /** Bytes in the file. */
  readonly size: number;
  /** How to go on with the bytes that an interrupted run left; undefined when there are none. */
  readonly resumable: ResumeInfo | undefined;
  /** The bytes in the file, in pieces. */
  contents(): AsyncIterable<Buffer>;
  /** With a resumption, another run can go on from here. */
  append(chunks: readonly Buffer[], resumption: ResumeInfo | undefined): Promise<void>;
  restart(): Promise<void>;
  /** Gives the file its name, a path in the same folder, when that is free or may be overwritten; false when it is not. */
  commit(path: string, options: CommitOptions): Promise<boolean>;
  /** What stays the same when the file gets its name. */
  identity(): Promise<string>;
  /** Lets go of the file until it is needed again, where many are written at the same time. */
  closeHandle(): Promise<void>;
  /** Lets go of the file. It stays for another run, when that could go on with it. */
  close(): Promise<void>;
  /** Removes the file. */
  discard(): Promise<void>;
}

interface CommitOptions {
  readonly overwrite: boolean;
  /** The mode of the file that is replaced is kept. */
  readonly keepMode?: boolean;
}

/** Where the parts of a final path are. */
const partPath = (path: string): string => join(dirname(path), `.${basename(path)}.part`);
const notePath = (path: string): string => `${partPath(path)}.json`;

/**
 * Opens the part of a path below a folder, where the way to it is there; nothing is created before the first byte. It gets
 * its name only while the lock of the folder is held.
 */
export const openPart = async (folder: string, path: string, lock?: HeldLock): Promise<PartFile> => {
  const place = partPath(join(folder, path));
  const note = notePath(join(folder, path));
  let file: number | undefined;
  let size = 0;
  let left: ResumeInfo | undefined;
  let noted: string | undefined;
  let fresh = true;

  const opened = async (): Promise<number> => {
    file ??= await openPlain(place);
    return file;
  };
  const clear = async (): Promise<void> => {
    await ftruncateAsync(await opened(), 0);
    size = 0;
    left = undefined;
  };
  const letGo = async (): Promise<void> => {
    const descriptor = file;
    file = undefined;
    if (descriptor !== undefined) await closeAsync(descriptor);
  };
  const remove = async (gone: string): Promise<void> => {
    await unlinkAsync(gone).catch((error: unknown) => {
      if (!isCode(error, 'ENOENT')) throw error;
    });
  };
  const writeNote = async (resumption: ResumeInfo): Promise<void> => {
    const text = JSON.stringify(resumption);
    if (noted === text) return;
    const descriptor = await openPlain(note);
    try {
      await ftruncateAsync(descriptor, 0);
      await writeAsync(descriptor, text, 0);
    } finally {
      await closeAsync(descriptor);
    }
    noted = text;
  };

  /** False once another run has taken over the folder, with all that is on its way there. */
  const isOurs = async (): Promise<boolean> =>
    lock === undefined ||
    lock.assertHeld().then(
      () => true,
      () => false,
    );

  /** Beside a part that was there already a note may be, even when it cannot be read. */
  const mayHaveNote = (): boolean => noted !== undefined || !fresh;

  await onOneFile(place, async () => {
    const status = await statusOf(place);
    if (status === undefined) return;
    fresh = false;
    noted = await readFile(note, 'utf8').catch(() => undefined);
    left = status.size === 0 ? undefined : resumptionIn(noted);
    if (left === undefined) await clear();
    else size = (await fstatAsync(await opened())).size;
  });

  return {
    get size() {
      return size;
    },
    get resumable() {
      return left;
    },
    contents: async function* () {
      const descriptor = await onOneFile(place, opened);
      for (let position = 0; position < size; ) {
        const { bytesRead, buffer } = await onOneFile(place, () =>
          readAsync(descriptor, Buffer.alloc(READING), 0, READING, position),
        );
        if (bytesRead === 0) throw new Failure('local', `${place}: the file became shorter while it was read`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    append: (chunks, resumption) =>
      onOneFile(place, async () => {
        const descriptor = await opened();
        if (resumption !== undefined) await writeNote(resumption);
        size = await writeAll(descriptor, chunks, size);
      }),
    restart: () => onOneFile(place, clear),
    commit: (to, { overwrite, keepMode = false }) =>
      onOneFile(join(folder, to), async () => {
        const name = join(folder, to);
        const descriptor = await opened();
        // On the disk before it gets its name: after a power cut the name must not stand for less than the whole.
        await fdatasyncAsync(descriptor);
        const status = await fstatAsync(descriptor);
        if (status.size !== size)
          throw new Failure('local', `${place}: ${size} bytes were written, ${status.size} are there`);
        const there = await statusOf(name);
        if (there?.isFile() === true && keepMode) await fchmodAsync(descriptor, there.mode & 0o777);
        await letGo();
        if (!overwrite && there !== undefined) return false;
        if (there?.isFile() === false)
          throw new Failure('unsafe', `${name} is a link or no plain file, and was left alone`);
        // What is here may be another run's by now, the part and its note as well.
        await lock?.assertHeld();
        if (mayHaveNote()) await remove(note);
        await renameAsync(place, name);
        return true;
      }),
    identity: () => onOneFile(place, async () => identityOf(await fstatAsync(await opened()))),
    closeHandle: () => onOneFile(place, letGo),
    close: () =>
      onOneFile(place, async () => {
        await letGo();
        if (size > 0 && noted !== undefined && resumptionIn(noted) !== undefined) return;
        if (!(await isOurs())) return;
        if (mayHaveNote()) await remove(note);
        if (size > 0 || !fresh) await remove(place);
      }),
    discard: () =>
      onOneFile(place, async () => {
        await letGo();
        if (!(await isOurs())) return;
        // The note first: a part without one is found and started over, a note without its part would stay for ever.
        if (mayHaveNote()) await remove(note);
        await remove(place);
      }),
  };
};

/** The number of a file on its device. */
export const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`;

/** Writes a whole file of text under its name, for what is small and made anew each time; one that is there is replaced. */
export const writeWhole = async (path: string, text: string, lock?: HeldLock): Promise<void> => {
  await onOneFile(path, () => statRegularFile(path));
  const part = await openPart(dirname(path), basename(path), lock);
  await putWhole(part, basename(path), text, true);
};

/** The same with a part that is open, over a file that is there only when that may be. */
export const putWhole = async (part: PartFile, path: string, text: string, overwrite: boolean): Promise<void> => {
  try {
    await part.restart();
    await part.append([Buffer.from(text)], undefined);
    if (!(await part.commit(path, { overwrite }))) await part.discard();
  } catch (error) {
    await part.discard().catch(() => {});
    throw error;
  }
};

const READING = 1 << 20;

const resumptionIn = (text: string | undefined): ResumeInfo | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isRow(value) && typeof value.validator === 'string' && /^[\x20-\x7e]{1,1000}$/.test(value.validator)
      ? { validator: value.validator }
      : undefined;
  } catch {
    return undefined;
  }
};
