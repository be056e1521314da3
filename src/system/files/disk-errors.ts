import { Failure } from '../../core/failure.ts';
import { errorCode } from '../errors.ts';

/** Runs a step on a path; converts a system error to a failure that names the path. */
export const withDiskErrors = async <T>(path: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    throw diskFailure(error, path);
  }
};

/** Same for one of many files: an error about its name becomes `InvalidNameError`; other files may still succeed. */
export const withFileErrors = async <T>(path: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (error) {
    const failure = diskFailure(error, path);
    if (error instanceof Failure || !nameErrors.has(errorCode(error) ?? '')) throw failure;
    throw new InvalidNameError(failure.message, error);
  }
};

/** The file system does not accept the name of one file. */
export class InvalidNameError extends Failure {
  constructor(message: string, cause: unknown) {
    super('local', message, { cause });
  }
}

/** Error codes that concern one file name. */
const nameErrors = new Set(['ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'EINVAL', 'ELOOP', 'EILSEQ', 'EEXIST']);

/** Converts a system error to a failure that names the path and the code; returns a Failure unchanged. */
export const diskFailure = (error: unknown, path: string): Failure => {
  if (error instanceof Failure) return error;
  const half = MAX_SHOWN_PATH / 2;
  const shown = path.length > MAX_SHOWN_PATH ? `${path.slice(0, half)}…${path.slice(-half)}` : path;
  return new Failure('local', `${shown}: ${systemReason(error)}`, { cause: error });
};

/** Characters of a path in a message, so that the reason remains visible. */
const MAX_SHOWN_PATH = 180;

/** `no space left on device (ENOSPC)`: the message and code of a system error. */
export const systemReason = (error: unknown): string => {
  const code = errorCode(error) ?? 'unknown error';
  const reason = reasons[code];
  return reason === undefined ? code : `${reason} (${code})`;
};

/** Messages of strerror. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EIO: 'input/output error',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'file exists',
  EINVAL: 'invalid argument',
  EILSEQ: 'invalid or incomplete multibyte or wide character',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in system',
  ESTALE: 'stale file handle',
};
