import { dirname, join } from 'node:path';
import type { ManifestEntry } from '../../core/download/manifest.ts';
import { mediaExtensions } from '../../core/download/sidecar.ts';
import { Failure } from '../../core/failure.ts';
import { CompactMap } from '../../core/id-set.ts';
import { entriesOf, filesBelow, MANIFEST, sha256Of } from './download-folder.ts';
import { statRegularFile, statusOf } from './paths.ts';
import { isReport } from './report-file.ts';

/** A way in which a folder and its manifest do not agree. */
export interface Difference {
  /** Empty for a recording without a file. */
  readonly path: string;
  readonly problem: 'missing' | 'changed' | 'extra' | 'unreadable' | 'not downloaded';
  readonly id: string | null;
  /** What the manifest says, and what is there, in words. */
  readonly detail: string;
}

/** The newest line of a path beside its file; a line that cannot be read has no entry. */
export interface Finding {
  readonly entry: ManifestEntry | undefined;
  readonly difference: Difference | undefined;
  /** Whether its folders are there and none is a link that leads elsewhere, and whether a plain file is. */
  readonly reachable: boolean;
  readonly plain: boolean;
}

/** What was gone through so far. */
interface Checked {
  files: number;
  bytes: number;
}

export interface Verification {
  /** The lines of the manifest, in its order. */
  findings(): AsyncIterable<Finding>;
  /** After the findings were read: the files that the manifest does not know. */
  extras(): AsyncIterable<string>;
  /** The files of the manifest that are missing or changed, its unreadable lines, then the files that it does not know. */
  differences(): AsyncIterable<Difference>;
  /** After the differences were read: whether the manifest knows a recording. */
  knows(provider: string, id: string): boolean;
  readonly checked: Checked;
}

/**
 * Compares the files of a folder with its manifest, byte by byte, or by their sizes alone. Fails with `local` when there is
 * no manifest.
 */
export const verifyFolder = (folder: string, { hashing = true } = {}): Verification => {
  const manifest = join(folder, MANIFEST);
  /** The number of each path's newest line, and of each recording's. */
  const newest = new CompactMap();
  const recordings = new CompactMap();
  const checked = { files: 0, bytes: 0 };
  const isWay = openWays(folder);

  const findings = async function* (): AsyncGenerator<Finding> {
    await findManifest(folder);
    let number = 0;
    for await (const { entry } of entriesOf(manifest)) {
      number++;
      if (entry === undefined) continue;
      newest.set(entry.path, number);
      recordings.set(`${entry.provider} ${entry.id}`, number);
    }
    number = 0;
    for await (const { entry, blank } of entriesOf(manifest)) {
      number++;
      if (entry === undefined && !blank)
        yield { entry, difference: unreadable(number), reachable: false, plain: false };
      if (entry === undefined || newest.get(entry.path) !== number) continue;
      const reachable = isBelow(entry) && (await isWay(dirname(entry.path)));
      yield { entry, reachable, ...(await compare(folder, entry, reachable, checked, hashing)) };
    }
  };
  const extras = async function* (): AsyncGenerator<string> {
    for await (const path of filesBelow(folder)) {
      if (path === MANIFEST || newest.get(path) !== undefined || isSidecar(path, newest)) continue;
      if (!(await isReport(join(folder, path)))) yield path;
    }
  };
  const differences = async function* (): AsyncGenerator<Difference> {
    for await (const { difference } of findings()) if (difference !== undefined) yield difference;
    for await (const path of extras())
      yield { path, problem: 'extra', id: null, detail: 'the manifest does not know it' };
  };
  const knows = (provider: string, id: string): boolean => recordings.get(`${provider} ${id}`) !== undefined;
  return { findings, extras, differences, knows, checked };
};

const unreadable = (number: number): Difference => ({
  path: MANIFEST,
  problem: 'unreadable',
  id: null,
  detail: `line ${number}: what it was of is not known`,
});

/** The path of a folder's manifest. Fails with `local` when there is none, with `unsafe` when it is a link. */
export const findManifest = async (folder: string): Promise<string> => {
  const manifest = join(folder, MANIFEST);
  if ((await statusOf(manifest).catch(() => undefined)) === undefined) {
    throw new Failure('local', `there is no ${manifest}`, { hint: 'Name the folder that recx download filled' });
  }
  await statRegularFile(manifest);
  return manifest;
};

/** A manifest from elsewhere must not lead out of the folder. */
const isBelow = ({ path }: ManifestEntry): boolean =>
  path.split('/').every((part) => part !== '..' && part !== '') && !/[\0\\]/.test(path);

/** Whether folders below a folder are there and no links, which could lead out of it. */
const openWays = (folder: string): ((below: string) => Promise<boolean>) => {
  const known = new Map<string, boolean>();
  const isWay = async (below: string): Promise<boolean> => {
    if (below === '.') return true;
    const before = known.get(below);
    if (before !== undefined) return before;
    const status = (await isWay(dirname(below)))
      ? await statusOf(join(folder, below)).catch(() => undefined)
      : undefined;
    if (known.size > MAX_KNOWN_FOLDERS) known.clear();
    known.set(below, status?.isDirectory() === true);
    return status?.isDirectory() === true;
  };
  return isWay;
};

const MAX_KNOWN_FOLDERS = 1000;

const compare = async (
  folder: string,
  entry: ManifestEntry,
  reachable: boolean,
  checked: Checked,
  hashing: boolean,
): Promise<Pick<Finding, 'difference' | 'plain'>> => {
  const { path, id, bytes, sha256 } = entry;
  const differs = (problem: Difference['problem'], detail: string, plain = false) => ({
    difference: { path, problem, id, detail },
    plain,
  });
  if (!isBelow(entry)) return differs('missing', 'its path leads out of the folder');
  const place = join(folder, path);
  const status = await statusOf(place).catch(() => undefined);
  if (status === undefined) return differs('missing', `${bytes} bytes`);
  if (!reachable) return differs('missing', 'its path leads through a link');
  if (!status.isFile()) return differs('changed', 'it is no plain file');
  checked.files++;
  if (status.size !== bytes) return differs('changed', `${status.size} bytes instead of ${bytes}`, true);
  try {
    const found = hashing ? await sha256Of(place) : sha256;
    checked.bytes += bytes;
    if (found === sha256) return { difference: undefined, plain: true };
    return differs('changed', `sha256 ${found} instead of ${sha256}`, true);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return differs('changed', `it cannot be read: ${error.message}`, true);
  }
};

/** `name.json` beside `name.mp3`. */
const isSidecar = (path: string, known: CompactMap): boolean => {
  const stem = /^(.*)\.json$/.exec(path)?.[1];
  return stem !== undefined && mediaExtensions.some((ending) => known.get(stem + ending) !== undefined);
};
