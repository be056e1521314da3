import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Entry } from '../core/manifest.ts';
import { Numbered } from '../core/seen.ts';
import { entriesOf, filesBelow, MANIFEST, sha256Of } from './files.ts';
import { statusOf } from './folders.ts';

/** A way in which a folder and its manifest do not agree. */
export interface Difference {
  /** Empty for a recording without a file. */
  readonly path: string;
  readonly problem: 'missing' | 'changed' | 'extra' | 'not downloaded';
  readonly id: string | null;
  /** What the manifest says, and what is there, in words. */
  readonly detail: string;
}

/** What was gone through so far. */
interface Checked {
  files: number;
  bytes: number;
}

export interface Verification {
  /** The files of the manifest that are missing or changed, then the files that it does not know. */
  differences(): AsyncIterable<Difference>;
  /** After the differences were read: whether the manifest knows a recording. */
  knows(provider: string, id: string): boolean;
  readonly checked: Checked;
}

/** Compares the files of a folder with its manifest, byte by byte. Fails with `local` when there is no manifest. */
export const verifyFolder = (folder: string): Verification => {
  const manifest = join(folder, MANIFEST);
  /** The number of each path's newest line, and of each recording's. */
  const newest = new Numbered();
  const recordings = new Numbered();
  const checked = { files: 0, bytes: 0 };

  const differences = async function* (): AsyncGenerator<Difference> {
    if ((await statusOf(manifest).catch(() => undefined)) === undefined) {
      throw new Failure('local', `there is no ${manifest}`, { hint: 'Name the folder that recx download filled' });
    }
    let number = 0;
    for await (const { entry } of entriesOf(manifest)) {
      number++;
      if (entry === undefined) continue;
      newest.set(entry.path, number);
      recordings.set(`${entry.provider} ${entry.id}`, number);
    }
    number = 0;
    for await (const { entry } of entriesOf(manifest)) {
      number++;
      if (entry === undefined || newest.get(entry.path) !== number) continue;
      const difference = await compare(folder, entry, checked);
      if (difference !== undefined) yield difference;
    }
    for await (const path of filesBelow(folder)) {
      if (path === MANIFEST || newest.get(path) !== undefined || isSidecar(path, newest)) continue;
      yield { path, problem: 'extra', id: null, detail: 'the manifest does not know it' };
    }
  };

  return { differences, knows: (provider, id) => recordings.get(`${provider} ${id}`) !== undefined, checked };
};

const compare = async (
  folder: string,
  { path, id, bytes, sha256 }: Entry,
  checked: Checked,
): Promise<Difference | undefined> => {
  const differs = (problem: Difference['problem'], detail: string): Difference => ({ path, problem, id, detail });
  // A manifest from elsewhere must not lead out of the folder.
  if (path.split('/').some((part) => part === '..' || part === '') || /[\0\\]/.test(path)) {
    return differs('missing', 'its path leads out of the folder');
  }
  const place = join(folder, path);
  const status = await statusOf(place).catch(() => undefined);
  if (status === undefined) return differs('missing', `${bytes} bytes`);
  if (!status.isFile()) return differs('changed', 'it is no plain file');
  checked.files++;
  if (status.size !== bytes) return differs('changed', `${status.size} bytes instead of ${bytes}`);
  try {
    const found = await sha256Of(place);
    checked.bytes += bytes;
    return found === sha256 ? undefined : differs('changed', `sha256 ${found} instead of ${sha256}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return differs('changed', `it cannot be read: ${error.message}`);
  }
};

/** `name.json` beside `name.mp3`. */
const isSidecar = (path: string, known: Numbered): boolean => {
  const stem = /^(.*)\.json$/.exec(path)?.[1];
  return stem !== undefined && endings.some((ending) => known.get(stem + ending) !== undefined);
};

const endings = ['.wav', '.mp3', '.mp4'].flatMap((ending) => [ending, `${ending}.enc`]);
