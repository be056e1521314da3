import { type FileHandle, link, lstat, open, readFile, rename, unlink } from 'node:fs/promises';
import { shortHash } from '../../../core/text/fnv1a.ts';
import { hasErrorCode } from '../../errors.ts';
import { describeProcess, type Holder, isAlive, readLock } from './holder.ts';

/** One attempt to hold a lock. No two have the same text. */
export interface Claim {
  readonly path: string;
  readonly text: string;
  readonly self: Holder;
}

/** Whether the lock at a claim's path is still this claim's. */
export const isHeldBy = async ({ path, text }: Claim): Promise<boolean> => {
  try {
    return (await readFile(path, 'utf8')) === text;
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
 * Replaces a dead holder's text by the claim's. One atomic step decides who may: creating a guard that is named after that
 * text, and without which no run replaces or removes it. False when another run was quicker.
 */
export const takeOver = async (claim: Claim, target: string, deadText: string): Promise<boolean> => {
  const guard = `${claim.path}.${shortHash(deadText)}${shortHash(`guard ${deadText}`)}`;
  if (!(await createLock(claim, guard))) {
    const other = await readLock(guard);
    if (other?.dead !== true) return false;
    // The run that created the guard was killed: the guard is taken over like any other dead holder's lock.
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

/** Creates a file together with the claim's text, in one step; false when something of that name exists. */
export const createLock = (claim: Claim, target: string): Promise<boolean> =>
  withTemporary(claim, async (temporary) => {
    try {
      await link(temporary, target);
      return true;
    } catch (error) {
      if (hasErrorCode(error, 'EEXIST')) return false;
      if (!noHardLinks.some((code) => hasErrorCode(error, code))) throw error;
      return createInTwoSteps(claim, target);
    }
  });

/** Codes of file systems without hard links, such as exFAT and some mounts. */
const noHardLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'];

/** The same without a hard link: the file is empty for a moment, and its creator checks that it is still its own. */
const createInTwoSteps = async ({ text }: Claim, target: string): Promise<boolean> => {
  try {
    await writeNew(target, text);
    return (await textOf(target)) === text;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw error;
  }
};

/** Writes a file that does not exist yet. One that cannot be written, as on a full disk, is removed at once. */
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

/** Removes an open file, unless another run has put its own in that place. */
const removeSame = async (path: string, file: FileHandle): Promise<void> => {
  const [own, current] = [await file.stat(), await lstat(path)];
  if (own.ino === current.ino && own.dev === current.dev) await unlink(path);
};

const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  });

/** Runs a step with a file of the claim's text under a name of its own, which is removed afterwards. */
const withTemporary = async <T>({ path, text, self }: Claim, step: (temporary: string) => Promise<T>): Promise<T> => {
  const temporary = `${path}.${self.pid}-${self.began || 0}-${shortHash(self.space)}-${randomDigits()}`;
  try {
    await writeNew(temporary, text);
    return await step(temporary);
  } finally {
    await unlink(temporary).catch(() => {});
  }
};

/** Not for secrecy, so that no module of cryptography is loaded for it. */
const randomDigits = (): string => Math.floor(Math.random() * 2 ** 48).toString(16);

/** Whether a killed run of this machine left a file beside the lock; `suffix` is what follows the lock's name and a dot. */
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
