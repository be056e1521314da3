import { Failure } from '../../core/failure.ts';
import { DESCRIPTORS_HINT, errorCode, isOutOfDescriptors, systemReason } from '../errors.ts';

/** Runs a step on a path; converts a system error to a failure that names the path. */
export const withDiskErrors = async <T>(path: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    throw diskFailure(error, path);
  }
};

/** Same for one of many files: an error that concerns this file alone becomes a `FileError`; others may still succeed. */
export const withFileErrors = async <T>(path: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    const failure = diskFailure(error, path);
    if (error instanceof Failure) throw failure;
    const code = errorCode(error) ?? '';
    if (lossErrors.has(code)) throw new LostFileError(failure.message, error);
    throw nameErrors.has(code) ? new FileError(failure.message, error) : failure;
  }
};

/** Runs a step that opens a file; if no descriptor is left, again after `closeOthers`. */
export const withFreeDescriptors = async <T>(step: () => Promise<T>, closeOthers: () => Promise<void>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    if (!isOutOfDescriptors(error)) throw error;
    await closeOthers();
    return step();
  }
};

/** An error of one file: the file system does not accept its name, or another program took it away. */
export class FileError extends Failure {
  constructor(message: string, cause?: unknown) {
    super('local', message, { cause });
  }
}

/** Another program removed or replaced a file that is being written: worth one more attempt. */
export class LostFileError extends FileError {}

const lossErrors = new Set(['ENOENT', 'ESTALE']);

/** Error codes that concern one file name. */
const nameErrors = new Set(['ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'EINVAL', 'ELOOP', 'EILSEQ', 'EEXIST']);

/** Error codes of a system that does not have an operation at all. */
const unsupported = ['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

const hasAnyCode = (error: unknown, codes: readonly string[]): boolean => codes.includes(errorCode(error) ?? '');

/** The file system has no fsync (POSIX: EINVAL). Anything else, such as EIO or ENOSPC, is a loss of data. */
export const isSyncUnsupported = (error: unknown): boolean => hasAnyCode(error, unsupported);

/** The file system does not let this user change modes. */
export const isModeRefused = (error: unknown): boolean => hasAnyCode(error, [...unsupported, 'EPERM', 'EACCES']);

/**
 * A file that must not be changed in place (EMLINK: it has several hard links), or cannot be (a mount without appending);
 * a new file can still replace it.
 */
export const isInPlaceRefused = (error: unknown): boolean =>
  hasAnyCode(error, [...unsupported, 'EPERM', 'ESPIPE', 'EMLINK']);

/** Converts a system error to a failure that names the path and the code; returns a Failure unchanged. */
export const diskFailure = (error: unknown, path: string): Failure => {
  if (error instanceof Failure) return error;
  const half = MAX_SHOWN_PATH / 2;
  const shown = path.length > MAX_SHOWN_PATH ? `${path.slice(0, half)}…${path.slice(-half)}` : path;
  const hint = isOutOfDescriptors(error) ? DESCRIPTORS_HINT : undefined;
  return new Failure('local', `${shown}: ${systemReason(error)}`, { cause: error, hint });
};

/** Characters of a path in a message, so that the reason remains visible. */
const MAX_SHOWN_PATH = 180;
