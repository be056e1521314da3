import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GENERATOR } from '../../core/download/report-model.ts';
import { Failure } from '../../core/failure.ts';
import { filesBelow, MANIFEST } from './download-folder.ts';
import { takeLock } from './lock/lock.ts';
import { openPart } from './part-file.ts';
import { makeFolder, statRegularFile, statusOf, withDiskErrors } from './paths.ts';
import { headOf } from './read-head.ts';

/** Whether a file is a page that recx made. */
export const isReport = async (path: string): Promise<boolean> => {
  if (!/\.html?$/i.test(path)) return false;
  const head = await headOf(path, MAX_GENERATOR_OFFSET).catch(() => undefined);
  return head?.toString('latin1').includes(GENERATOR) === true;
};

/** Bytes at the beginning of a page that say who made it. */
const MAX_GENERATOR_OFFSET = 300;

/** Writes a page piece by piece; it gets its name when it is whole. A file that is there and no report is replaced only when that may be. */
export const writeReport = async (
  path: string,
  pieces: AsyncIterable<string>,
  overwrite: boolean,
  signal: AbortSignal,
): Promise<void> => {
  const [folder, name] = [dirname(path), basename(path)];
  await withDiskErrors(folder, () => makeFolder(folder));
  const place = join(folder, `.${name}.lock`);
  const lock = await withDiskErrors(place, () =>
    takeLock(place, { waitMilliseconds: 0, hint: 'Wait until it is done' }),
  );
  try {
    const there =
      (await withDiskErrors(path, () => statRegularFile(path, 'Name another file with --out'))) !== undefined;
    if (there && !overwrite && !(await isReport(path))) throw notAReport(path);
    const part = await openPart(folder, name, lock);
    try {
      await part.restart();
      for await (const piece of pieces) {
        signal.throwIfAborted();
        await part.append([Buffer.from(piece)], undefined);
      }
      signal.throwIfAborted();
      if (!(await part.commit(name, { overwrite: there || overwrite }))) throw notAReport(path);
    } catch (error) {
      await part.discard().catch(() => {});
      throw error;
    }
  } finally {
    await lock.release();
  }
};

const notAReport = (path: string): Failure =>
  new Failure('local', `${path} is there and no report of recx`, {
    hint: 'Name another file with --out, or replace it with --overwrite',
  });

/** How a page names a folder: a URL that ends with `/`. */
export const linkBetween = (page: string, folder: string): string => {
  const way = relative(resolve(dirname(page)), resolve(folder));
  // Another drive of Windows.
  if (isAbsolute(way)) return `${pathToFileURL(way).href}/`;
  const parts = way.split(sep).filter((part) => part !== '');
  const steps = parts.map((part) => encodeURIComponent(part.toWellFormed()));
  return [parts[0] === '..' ? [] : ['.'], steps, ['']].flat().join('/');
};

/** The last name of a folder's path. */
export const nameOfFolder = (folder: string): string => basename(resolve(folder)) || folder;

/** Whether a folder is there in which nothing was ever downloaded. */
export const isEmptyFolder = async (folder: string): Promise<boolean> => {
  const manifest = join(folder, MANIFEST);
  if ((await statusOf(folder).catch(() => undefined))?.isDirectory() !== true) return false;
  if ((await statusOf(manifest).catch(() => undefined)) !== undefined) return false;
  for await (const path of filesBelow(folder)) if (!(await isReport(join(folder, path)))) return false;
  return true;
};
