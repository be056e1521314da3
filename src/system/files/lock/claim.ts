import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { shortHash } from '../../../core/hash/fnv1a.ts';
import { hasErrorCode, isWithoutHardLinks } from '../../errors.ts';
import { describeProcess, type Holder, isAlive, lockText, readLock } from './holder.ts';

/** One attempt to hold a lock. Each has a unique text. */
export interface Claim {
  readonly path: string;
  readonly text: string;
  readonly self: Holder;
}

/** Whether the lock at a claim's path is still this claim's. */
export const isHeldBy = async ({ path, text }: Claim): Promise<boolean> => {
  try {
    return (await lockText(path)) === text;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'EISDIR')) return false;
    throw error;
  }
};

/** Removes the lock, unless another run has taken it over. */
export const removeClaimed = async (claim: Claim): Promise<void> => {
  if (await isHeldBy(claim)) await unlink(claim.path);
};

/**
 * Takes over a dead holder's lock. Atomic: only the run that creates a guard file named after the dead text may do so.
 * False if another run was faster.
 */
export const takeOver = async (claim: Claim, target: string, deadText: string): Promise<boolean> => {
  const guard = `${claim.path}.${shortHash(deadText)}${shortHash(`guard ${deadText}`)}`;
  if (!(await createLock(claim, guard))) {
    const other = await readLock(guard);
    if (other?.dead !== true) return false;
    // The run that created the guard was killed: take the guard over like any other dead holder's lock.
    if (!(await takeOver(claim, guard, other.text))) return false;
  }
  try {
    if ((await textOf(target)) !== deadText) return false;
    await withTemporary(claim, (temporary) => rename(temporary, target));
    return true;
  } finally {
    await unlink(guard).catch(() => {});
  }
};

/** Creates a file with the claim's text atomically; false if the name is taken. */
export const createLock = (claim: Claim, target: string): Promise<boolean> =>
  withTemporary(claim, async (temporary) => {
    try {
      await link(temporary, target);
      return true;
    } catch (error) {
      if (hasErrorCode(error, 'EEXIST')) return false;
      if (!isWithoutHardLinks(error)) throw error;
      return createInTwoSteps(claim, target);
    }
  });

/** Fallback without hard links: the file is briefly empty, so the creator checks that it still owns it. */
const createInTwoSteps = async ({ text }: Claim, target: string): Promise<boolean> => {
  try {
    await writeNew(target, text);
    return (await textOf(target)) === text;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
};

/**
 * Creates a file; removes it if writing fails, e.g. on a full disk. Not `writeFileAtomically`: its rename could replace a
 * lock that another run creates at the same moment.
 */
const writeNew = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
  } catch (error) {
    await removeSame(path, file).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
};

/** Removes an open file, unless another run has replaced it. */
const removeSame = async (path: string, file: FileHandle): Promise<void> => {
  const [own, current] = [await file.stat(), await lstat(path)];
  if (own.ino === current.ino && own.dev === current.dev) await unlink(path);
};

const textOf = (path: string): Promise<string | undefined> =>
  lockText(path).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  });

/** Runs a step with a uniquely named temporary file that holds the claim's text, then removes it. */
const withTemporary = async <T>({ path, text, self }: Claim, step: (temporary: string) => Promise<T>): Promise<T> => {
  const temporary = `${path}.${self.pid}-${self.began || 0}-${shortHash(self.space)}-${randomDigits()}`;
  try {
    await writeNew(temporary, text);
    return await step(temporary);
  } finally {
    await unlink(temporary).catch(() => {});
  }
};

/** Makes a file name unique. Not security-relevant: `Math.random` avoids loading crypto. */
export const randomDigits = (): string => Math.floor(Math.random() * 2 ** 48).toString(16);

/** Whether a killed run of this machine left a file beside the lock; `suffix` is the file name after `<lock>.`. */
export const isLeftover = async ({ path, self }: Claim, suffix: string): Promise<boolean> => {
  if (GUARD_PATTERN.test(suffix)) return (await readLock(`${path}.${suffix}`))?.dead === true;
  if (!TEMPORARY_PATTERN.test(suffix)) return false;
  const [pid = '', began = '', space] = suffix.split('-');
  if (space !== shortHash(self.space)) return false;
  const current = await describeProcess(Number(pid));
  return !isAlive(Number(pid)) || (current.began || '0') !== began;
};

const GUARD_PATTERN = /^[\da-f]{16}$/;
const TEMPORARY_PATTERN = /^\d+-\d+-[\da-f]{8}-[\da-f]+$/;
