import { fstatSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { MANIFEST } from '../../core/download/manifest.ts';
import { mediaExtensions, mediaOf } from '../../core/download/sidecar.ts';
import { STATE_ENDING } from '../../core/export/destination.ts';
import { Failure } from '../../core/failure.ts';
import { foldPath } from '../../core/hash/name-table.ts';
import { identityOf } from './file-system.ts';

/** A file or folder by what it is to the user: `--summary`, or `the configuration of recx`. */
export interface NamedPath {
  readonly name: string;
  readonly path: string;
}

export interface ReservedPaths {
  readonly files: readonly NamedPath[];
  /** Nothing may be written below them. */
  readonly folders?: readonly NamedPath[];
}

/**
 * Throws a usage failure if an output would replace a file that recx owns, or that this run reads or writes, under any name:
 * also through links, in another case, and for files that do not exist yet.
 */
export const assertFreeOutputs = async (
  outputs: readonly NamedPath[],
  { files, folders = [] }: ReservedPaths,
): Promise<void> => {
  const reserved = new Map<string, string>(standardStreams());
  for (const { name, path } of files) for (const key of await keysOf(path)) reserved.set(key, name);
  const below = await Promise.all(
    folders.map(async ({ name, path }) => ({ name, start: (await realKey(path)) + sep })),
  );
  const flags = new Map<string, string>();
  for (const { name: flag, path } of outputs) {
    const keys = await keysOf(path);
    const [real = ''] = keys;
    const other = keys.map((key) => flags.get(key)).find((found) => found !== undefined);
    if (other !== undefined) throw new Failure('usage', `${other} and ${flag} name the same file`);
    const own =
      keys.map((key) => reserved.get(key)).find((found) => found !== undefined) ??
      below.find(({ start }) => real.startsWith(start))?.name ??
      (await ownKind(path, flag));
    if (own !== undefined) throw new Failure('usage', `${flag}: ${path} is ${own}`, { hint: 'Use another file' });
    for (const key of keys) flags.set(key, flag);
  }
};

/** What a file is by its name, if only recx gives such names. */
const ownKind = async (path: string, flag: string): Promise<string | undefined> => {
  const name = foldPath(basename(path));
  if (name === MANIFEST) return 'the manifest of a download folder';
  if (mediaOf(name) !== undefined && flag !== '--output') return 'the name of a recording';
  if (/^\..*\.(?:lock|part|part\.json)$/.test(name)) return 'a lock or a partial file of recx';
  if (name.endsWith(STATE_ENDING) && flag !== '--state') return 'the state of an export';
  if (/\.html?$/.test(name) && flag !== '--out' && (await isReport(path))) return 'a page of recx report';
  if (name.endsWith('.json') && (await isSidecar(path))) return 'the sidecar of a recording';
  return flag !== '--out' && (await isFile(path + STATE_ENDING)) ? 'the file of an incremental export' : undefined;
};

const isReport = async (path: string): Promise<boolean> => {
  const reports = await import('./report-file.ts'); // rarely needed
  return reports.isReport(path);
};

const isSidecar = async (path: string): Promise<boolean> => {
  const media = mediaExtensions.map((extension) => path.slice(0, -'.json'.length) + extension);
  return (await Promise.all(media.map(isFile))).includes(true);
};

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isFile(),
    () => false,
  );

export const isFolderAt = (path: string): Promise<boolean> =>
  stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );

/** The keys of a path: its real path, folded, and if it exists its device and inode. */
const keysOf = async (path: string): Promise<readonly string[]> => {
  const status = await stat(path).catch(() => undefined);
  return [await realKey(path), ...(status === undefined ? [] : [identityOf(status)])];
};

const realKey = async (path: string): Promise<string> => foldPath(await realPath(resolve(path)));

/** The path without links, as far as it exists. */
const realPath = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch {
    return dirname(path) === path ? path : join(await realPath(dirname(path)), basename(path));
  }
};

/** The files that the standard streams read or write. */
const standardStreams = (): readonly (readonly [identity: string, name: string])[] =>
  ['standard input', 'standard output', 'standard error'].flatMap((name, descriptor) => {
    try {
      const status = fstatSync(descriptor);
      return status.isFile() ? [[identityOf(status), `the file of ${name}`] as const] : [];
    } catch {
      return [];
    }
  });

/** The folded path of a file relative to a folder; undefined if it is not below it. */
export const foldedPathIn = async (path: string, folder: string): Promise<string | undefined> => {
  const [inner, outer] = [await realKey(path), (await realKey(folder)) + sep];
  return inner.startsWith(outer) ? inner.slice(outer.length).split(sep).join('/') : undefined;
};
