import { dirname, join } from 'node:path';
import { accountOf, MANIFEST, type ManifestEntry, RecordingSet } from '../../core/download/manifest.ts';
import { mediaExtensions, mediaOf } from '../../core/download/sidecar.ts';
import { Failure } from '../../core/failure.ts';
import { CompactMap } from '../../core/hash/id-set.ts';
import { foldPath } from '../../core/hash/name-table.ts';
import type { RecordingIdentity } from '../../core/recording.ts';
import { hasErrorCode, systemReason } from '../errors.ts';
import { sha256Of } from './digest.ts';
import { withDiskErrors } from './disk-errors.ts';
import { filesBelow, foldsNames, lstatIfExists, MAX_KNOWN_FOLDERS, statRegularFile } from './file-system.ts';
import { entriesOf } from './manifest-file.ts';
import { isReport } from './report-file.ts';

/** One difference between a folder and its manifest. */
export interface Difference {
  /** Empty for a recording without a file. */
  readonly path: string;
  readonly problem: 'missing' | 'changed' | 'extra' | 'unreadable' | 'not downloaded';
  readonly id: string | null;
  /** Description of what was found and what the manifest lists. */
  readonly detail: string;
  /** The entry that the path or the recording is compared with. */
  readonly entry?: Pick<ManifestEntry, 'profile' | 'kind' | 'created_at'>;
}

/** The latest line of a path, compared with its file; no entry if unreadable. */
export interface Finding {
  readonly entry: ManifestEntry | undefined;
  readonly difference: Difference | undefined;
  /** Its parent folders exist and none is a link. */
  readonly reachable: boolean;
  /** The path is a regular file. */
  readonly isRegular: boolean;
}

/** Counts so far. */
interface Checked {
  files: number;
  bytes: number;
  /** When the oldest recording among the findings was created; undefined if none has a time. */
  oldest: string | undefined;
}

export interface Verification {
  /** The manifest lines, in order. */
  findings(): AsyncIterable<Finding>;
  /** Files not listed in the manifest, and folders that cannot be read; call after reading the findings. */
  extras(): AsyncIterable<Difference>;
  /** Missing and changed files and unreadable lines in the order of the manifest, then files that it does not list. */
  differences(): AsyncIterable<Difference>;
  /** Whether a recording has a file, or is among the findings; call after reading these. */
  lists(recording: RecordingIdentity): boolean;
  readonly checked: Checked;
}

export interface VerifySettings {
  /** False: compare sizes only. */
  readonly hashing?: boolean;
  /** The account of a line that names only its profile; undefined if unknown. */
  readonly accountOfProfile?: (provider: string, profile: string) => string | undefined;
}

/** Compares the files of a folder with its manifest, by SHA-256 or size. Throws `local` if the manifest is missing. */
export const verifyFolder = (
  folder: string,
  { hashing = true, accountOfProfile = () => undefined }: VerifySettings = {},
): Verification => {
  const manifest = join(folder, MANIFEST);
  /** The number of the latest line of each path. */
  const newest = new CompactMap();
  /** The recordings of these lines, also by format. */
  const recordings = new RecordingSet();
  const identityIn = (entry: ManifestEntry): RecordingIdentity => {
    const { provider, id, profile } = entry;
    return { provider, id, accountId: accountOf(entry) ?? accountOfProfile(provider, profile) ?? null };
  };
  const remember = (entry: ManifestEntry): void => {
    recordings.add(identityIn(entry));
    recordings.add(identityIn(entry), formatOf(entry));
    const at = entry.created_at;
    if (typeof at === 'string' && at < (checked.oldest ?? LAST)) checked.oldest = at;
  };
  const checked: Checked = { files: 0, bytes: 0, oldest: undefined };
  const isFolder = openFolderCheck(folder);
  let folds = false;
  /** A path as the file system compares it. */
  const keyOf = (path: string): string => (folds ? foldPath(path) : path);
  const isListed = (path: string): boolean => newest.get(keyOf(path)) !== undefined;

  const findings = async function* (): AsyncGenerator<Finding> {
    folds = await foldsNames(await findManifest(folder));
    let number = 0;
    for await (const { entry } of entriesOf(manifest)) {
      number++;
      if (entry === undefined) continue;
      newest.set(keyOf(entry.path), number);
    }
    number = 0;
    let hasReplaced = false;
    for await (const { entry, blank } of entriesOf(manifest)) {
      number++;
      if (entry === undefined && !blank)
        yield { entry, difference: unreadable(number), reachable: false, isRegular: false };
      if (entry === undefined) continue;
      if (newest.get(keyOf(entry.path)) !== number) {
        hasReplaced = true;
        continue;
      }
      remember(entry);
      const reachable = isBelow(entry) && (await isFolder(dirname(entry.path)));
      yield { entry, reachable, ...(await compare(folder, entry, reachable, checked, hashing)) };
    }
    if (!hasReplaced) return;
    // A recording whose file became another one's has no file any more.
    for await (const { entry } of entriesOf(manifest)) {
      if (entry === undefined || recordings.has(identityIn(entry), formatOf(entry))) continue;
      remember(entry);
      yield { entry, difference: replaced(entry), reachable: false, isRegular: false };
    }
  };
  const extras = async function* (): AsyncGenerator<Difference> {
    for await (const { path, problem } of filesBelow(folder)) {
      if (problem !== undefined) yield { path, problem: 'unreadable', id: null, detail: problem };
      if (problem !== undefined || path === MANIFEST || isListed(path) || isSidecar(path, isListed)) continue;
      if (await isReport(join(folder, path))) continue;
      yield { path, problem: 'extra', id: null, detail: 'not listed in the manifest' };
    }
  };
  const differences = async function* (): AsyncGenerator<Difference> {
    for await (const { difference } of findings()) if (difference !== undefined) yield difference;
    yield* extras();
  };
  return { findings, extras, differences, lists: (recording) => recordings.has(recording), checked };
};

/** After every instant. */
const LAST = '\uffff';

const formatOf = ({ path }: ManifestEntry): string => mediaOf(path)?.format ?? path;

const replaced = (entry: ManifestEntry): Difference => ({
  path: entry.path,
  problem: 'missing',
  id: entry.id,
  detail: 'the file is now another recording',
  entry,
});

const unreadable = (number: number): Difference => ({
  path: MANIFEST,
  problem: 'unreadable',
  id: null,
  detail: `line ${number} cannot be read`,
});

/** The path of a folder's manifest. Throws `local` if it does not exist, `unsafe` if it is a link. */
export const findManifest = async (folder: string): Promise<string> => {
  const manifest = join(folder, MANIFEST);
  if ((await withDiskErrors(manifest, () => statRegularFile(manifest))) !== undefined) return manifest;
  throw new Failure('local', `${manifest} not found`, { hint: 'Use a folder written by recx download' });
};

/** Whether an entry's path stays below the folder: a manifest from elsewhere must not lead out of it. */
const isBelow = ({ path }: ManifestEntry): boolean =>
  path.split('/').every((part) => part !== '..' && part !== '') && !/[\0\\]/.test(path);

/** Whether a path is a folder reached without links, which could lead out of the verified folder. */
const openFolderCheck = (folder: string): ((below: string) => Promise<boolean>) => {
  const known = new Map<string, boolean>();
  const isFolder = async (below: string): Promise<boolean> => {
    if (below === '.') return true;
    const earlier = known.get(below);
    if (earlier !== undefined) return earlier;
    const status = (await isFolder(dirname(below)))
      ? await lstatIfExists(join(folder, below)).catch(() => undefined)
      : undefined;
    if (known.size > MAX_KNOWN_FOLDERS) known.clear();
    known.set(below, status?.isDirectory() === true);
    return status?.isDirectory() === true;
  };
  return isFolder;
};

const compare = async (
  folder: string,
  entry: ManifestEntry,
  reachable: boolean,
  checked: Checked,
  hashing: boolean,
): Promise<Pick<Finding, 'difference' | 'isRegular'>> => {
  const { path, id, bytes, sha256 } = entry;
  const differs = (problem: Difference['problem'], detail: string, isRegular = false) => ({
    difference: { path, problem, id, detail, entry },
    isRegular,
  });
  if (!isBelow(entry)) return differs('missing', 'its path leads out of the folder');
  const absolute = join(folder, path);
  const status = await lstatIfExists(absolute).catch((error: unknown) =>
    // No file can exist below a file, or with a name that is too long.
    hasErrorCode(error, 'ENOTDIR') || hasErrorCode(error, 'ENAMETOOLONG') ? undefined : systemReason(error),
  );
  if (typeof status === 'string') return differs('unreadable', status);
  if (status === undefined) return differs('missing', `${bytes} bytes`);
  if (!reachable) return differs('missing', 'its path leads through a link');
  if (!status.isFile()) return differs('changed', 'not a regular file');
  checked.files++;
  if (status.size !== bytes) return differs('changed', `${status.size} bytes, expected ${bytes}`, true);
  try {
    const found = hashing ? await sha256Of(absolute) : sha256;
    checked.bytes += bytes;
    if (found === sha256) return { difference: undefined, isRegular: true };
    return differs('changed', `sha256 ${found}, expected ${sha256}`, true);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return differs('unreadable', error.message, true);
  }
};

/** `name.json` beside `name.mp3`. */
const isSidecar = (path: string, isListed: (path: string) => boolean): boolean => {
  const stem = /^(.*)\.json$/.exec(path)?.[1];
  return stem !== undefined && mediaExtensions.some((ending) => isListed(stem + ending));
};
