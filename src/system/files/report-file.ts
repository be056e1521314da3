import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MANIFEST } from '../../core/download/manifest.ts';
import { GENERATOR_TAG } from '../../core/download/report-model.ts';
import { Failure } from '../../core/failure.ts';
import { withDiskErrors } from './disk-errors.ts';
import { filesBelow, lstatIfExists, makeFolder, statRegularFile } from './file-system.ts';
import { takeLock } from './lock/lock.ts';
import { readHead } from './read-file.ts';
import { writeFileAtomically } from './write-file.ts';

/** Whether a file is a page that recx created. */
export const isReport = async (path: string): Promise<boolean> => {
  if (!/\.html?$/i.test(path)) return false;
  const head = await readHead(path, MAX_GENERATOR_OFFSET).catch(() => undefined);
  return head?.toString('latin1').includes(GENERATOR_TAG) === true;
};

/** The generator tag is within this many bytes. */
const MAX_GENERATOR_OFFSET = 300;

/** Writes a page atomically. Throws `local` for an existing file that is not a report, unless it may be overwritten. */
export const writeReport = async (
  path: string,
  pieces: AsyncIterable<string>,
  overwrite: boolean,
  signal: AbortSignal,
  warn: (text: string) => void,
): Promise<void> => {
  const folder = dirname(path);
  await withDiskErrors(folder, () => makeFolder(folder));
  const lockPath = join(folder, `.${basename(path)}.lock`);
  const lock = await withDiskErrors(lockPath, () =>
    takeLock(lockPath, { waitMilliseconds: 0, warn, hint: 'Try again when it has finished' }),
  );
  try {
    const existing = await withDiskErrors(path, () => statRegularFile(path, 'Use another file with --out'));
    if (existing !== undefined && !overwrite && !(await isReport(path))) throw notAReport(path);
    const mayReplace = overwrite || existing !== undefined;
    const isWritten = await writeFileAtomically(path, untilAborted(pieces, signal), { overwrite: mayReplace, lock });
    if (!isWritten) throw notAReport(path);
  } finally {
    await lock.release();
  }
};

/** Yields the pieces. Throws the abort reason once the signal is aborted. */
async function* untilAborted(pieces: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
  signal.throwIfAborted();
}

const notAReport = (path: string): Failure =>
  new Failure('local', `${path} already exists and was not created by recx report`, {
    hint: 'Use another file with --out, or replace it with --overwrite',
  });

/** Relative URL from a page to a folder, ending in a slash. */
export const linkBetween = (page: string, folder: string): string => {
  const path = relative(resolve(dirname(page)), resolve(folder));
  // On another drive of Windows: only an absolute URL works.
  if (isAbsolute(path)) return `${pathToFileURL(path).href}/`;
  const parts = path.split(sep).filter((part) => part !== '');
  const steps = parts.map((part) => encodeURIComponent(part.toWellFormed()));
  return [parts[0] === '..' ? [] : ['.'], steps, ['']].flat().join('/');
};

/** The last part of a folder's path. */
export const nameOfFolder = (folder: string): string => basename(resolve(folder)) || folder;

/** Whether a folder exists and has no downloads. */
export const isEmptyFolder = async (folder: string): Promise<boolean> => {
  const manifest = join(folder, MANIFEST);
  if ((await lstatIfExists(folder).catch(() => undefined))?.isDirectory() !== true) return false;
  if ((await lstatIfExists(manifest).catch(() => undefined)) !== undefined) return false;
  for await (const { path, problem } of filesBelow(folder))
    if (problem !== undefined || !(await isReport(join(folder, path)))) return false;
  return true;
};
