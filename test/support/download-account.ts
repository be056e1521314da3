import { createCipheriv, createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import { randomFrom } from '../../src/sandbox/samples.ts';
import type { SandboxOptions, SeenRequest } from '../../src/sandbox/server.ts';
import { emptyFolder } from './cleanup.ts';
import { answer, type Home, homeWith } from './home.ts';
import { MANIFEST } from './media-account.ts';
import { completeFile, type MediaHandler, sha256 } from './media-faults.ts';
import { type Started, startPacked, startShell } from './packed.ts';
import type { Run } from './run.ts';
import { relay, serveRows } from './wire-formats.ts';

/** A recording on the test server: unique bytes, with a WAV header that declares their length. */
export interface WavRecording {
  readonly id: string;
  readonly bytes: Buffer;
}

export const wavRecording = (id: string, size: number): WavRecording => {
  // Bytes that are unique to the id and do not compress, generated as fast as memory allows.
  const key = createHash('sha256').update(id).digest();
  const bytes = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
  const header = Buffer.from(
    'RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data',
    'latin1',
  );
  header.writeUInt32LE(size - 8, 4);
  bytes.set(header);
  bytes.writeUInt32LE(size - header.length - 4, header.length);
  return { id, bytes };
};

export const wavRecordings = (count: number, size: number): readonly WavRecording[] =>
  Array.from({ length: count }, (_, index) => wavRecording(`tape-${String(index).padStart(4, '0')}`, size));

/** Serves a recording without faults: complete, and with an ETag so that a range of it can be requested. */
export const intactMedia = ({ bytes }: WavRecording): MediaHandler =>
  completeFile(bytes, { type: 'audio/x-wav', etag: `"${sha256(bytes)}"` });

/** An account with some recordings, and an empty folder that a run may fill. */
export interface DownloadAccount extends Home {
  readonly recordings: readonly WavRecording[];
  /** Contains the download folder and nothing else. */
  readonly workFolder: string;
  readonly dir: string;
  /** The times of the media requests for each recording, by id, in milliseconds. */
  readonly requestTimes: ReadonlyMap<string, readonly number[]>;
  /** The arguments of a download of everything. */
  args(...more: readonly string[]): readonly string[];
  /** Starts the packed program as a process that can be disturbed. */
  start(words: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** Starts a bash script in a separate process group, as on a terminal; `$RECX` is the program. */
  startScript(text: string): Started;
  /** Downloads everything inside this process. */
  download(...more: readonly string[]): Promise<Run>;
  /** The same account with another empty folder. */
  withNewFolder(): DownloadAccount;
}

export interface DownloadAccountOptions {
  /** Handles the media requests of a recording; by default it is served without faults. */
  readonly media?: (recording: WavRecording) => MediaHandler;
  /** Handles any request before the account does; true when it responded. */
  readonly before?: (request: SeenRequest, response: ServerResponse, count: number) => boolean | Promise<boolean>;
  /** The origin of the media; by default that of the API. */
  readonly host?: string;
}

export const openDownloadAccount = async (
  recordings: readonly WavRecording[],
  options: DownloadAccountOptions = {},
): Promise<DownloadAccount> => {
  const { media = intactMedia, before, host } = options;
  const requestTimes = new Map<string, number[]>();
  const faults = new Map(
    recordings.map((recording) => [`/media/${recording.id}.wav`, { recording, fault: media(recording) }]),
  );
  const rowOf = ({ id, bytes }: WavRecording, origin: string) =>
    relay.row(id, { url: `${host ?? origin}/media/${id}.wav`, byte_size: bytes.length });
  const intercept: SandboxOptions['intercept'] = async (request, response, count) => {
    const { url } = request;
    const found = faults.get(url.pathname);
    if (found !== undefined) {
      const times = requestTimes.get(found.recording.id) ?? [];
      requestTimes.set(found.recording.id, [...times, performance.now()]);
    }
    if ((await before?.(request, response, count)) === true) return true;
    if (found !== undefined) return found.fault(request, response);
    const one = recordings.find(({ id }) => relay.recordingPath(id) === url.pathname);
    if (one !== undefined) return answer(response, rowOf(one, url.origin));
    const at = (place: number) => {
      const recording = recordings[place];
      return recording && rowOf(recording, url.origin);
    };
    return serveRows(relay, { count: recordings.length, at })(request, response, count);
  };
  const home = await homeWith({ intercept });
  const folder = (): DownloadAccount => {
    const workFolder = emptyFolder();
    const dir = join(workFolder, 'recordings');
    const isTarget = (word: string): boolean => word === '--ids' || recordings.some(({ id }) => id === word);
    const args: DownloadAccount['args'] = (...more) => {
      const all = more.some(isTarget) ? [] : ['--all'];
      return ['download', ...relay.args, ...all, '--dir', dir, ...more];
    };
    const own = { HOME: home.folder, RECX_CONFIG_DIR: home.folder };
    const quiet = ({ child, ended }: Started): Started => ({ child, ended: expectQuiet(ended) });
    const start: DownloadAccount['start'] = (given, env) =>
      quiet(startPacked(given, { cwd: workFolder, env: { ...own, ...env } }));
    const startScript: DownloadAccount['startScript'] = (text) =>
      quiet(startShell(text, { cwd: workFolder, env: own, detached: true }));
    const run: DownloadAccount['run'] = (given, options) => expectQuiet(home.run(given, options));
    const download: DownloadAccount['download'] = (...more) => run(args(...more));
    return {
      ...home,
      recordings,
      workFolder,
      dir,
      requestTimes,
      args,
      start,
      startScript,
      run,
      download,
      withNewFolder: folder,
    };
  };
  return folder();
};

/** Checks that a successful run prints nothing but the shard line and JSON log lines. */
const expectQuiet = async (ended: Promise<Run>): Promise<Run> => {
  const run = await ended;
  if (run.code === 0) expect(run.err.replace(/^shard \d+ of \d+[^\n]*\n/, '').replaceAll(/^\{.*\n/gm, '')).toBe('');
  return run;
};

export interface FolderContents {
  /** The recordings that have a file under its final name. */
  readonly files: readonly string[];
  /** Partial files, their notes and locks. */
  readonly hidden: readonly string[];
  /** Lines of the manifest, reduced to the keys that are equal in every run. */
  readonly entries: readonly string[];
}

/** The contents of the download folder. Checks that each file is its recording and that modes are private, whatever happened. */
export const inspectFolder = ({ recordings, dir, workFolder, folder }: DownloadAccount): FolderContents => {
  expect(readdirSync(workFolder).filter((name) => name !== 'recordings')).toEqual([]);
  expect(readdirSync(folder)).toEqual(['config.json']);
  if (!existsSync(dir)) return { files: [], hidden: [], entries: [] };
  expect(lstatSync(dir).mode & 0o777).toBe(0o700);
  const names = readdirSync(dir).sort();
  const sums = new Map(recordings.map(({ id, bytes }) => [`${id}.wav`, sha256(bytes)]));
  for (const name of names) {
    const status = lstatSync(join(dir, name), { throwIfNoEntry: false });
    // A run in progress may have deleted or renamed it since.
    if (status === undefined && name.startsWith('.')) continue;
    expect({ name, plain: status?.isFile(), mode: (status?.mode ?? 0) & 0o777 }).toEqual({
      name,
      plain: true,
      mode: 0o600,
    });
  }
  const files = names.filter((name) => !name.startsWith('.') && name !== MANIFEST);
  for (const name of files) expect([name, sha256(readFileSync(join(dir, name)))]).toEqual([name, sums.get(name)]);
  const manifest = names.includes(MANIFEST) ? readFileSync(join(dir, MANIFEST), 'utf8') : '';
  return {
    files: files.map((name) => name.slice(0, -'.wav'.length)),
    hidden: names.filter((name) => name.startsWith('.')),
    entries: manifest.split('\n').flatMap(comparableEntry).sort(),
  };
};

/** The comparable part of a manifest line; nothing for a truncated line of a killed run. */
const comparableEntry = (line: string): readonly string[] => {
  try {
    const { id, provider, api, profile, path, bytes, sha256: sum } = JSON.parse(line);
    return [JSON.stringify({ id, provider, api, profile, path, bytes, sha256: sum })];
  } catch {
    return [];
  }
};

/** The expected contents after an undisturbed run. */
export const completeContents = ({ recordings }: DownloadAccount): FolderContents => ({
  files: recordings.map(({ id }) => id).sort(),
  hidden: [],
  entries: recordings
    .map(({ id, bytes }) => {
      const [provider, api] = relay.name.split('/');
      const path = `${id}.wav`;
      return JSON.stringify({ id, provider, api, profile: 'relay', path, bytes: bytes.length, sha256: sha256(bytes) });
    })
    .sort(),
});

/** Repeats the download until it succeeds, at most `maxRounds` times, and expects the contents of an undisturbed run. */
export const downloadUntilComplete = async (account: DownloadAccount, maxRounds = 1): Promise<void> => {
  let last: Run | undefined;
  for (let round = 0; round < maxRounds && last?.code !== 0; round++) last = await account.download('--wait', '1h');
  expect({ code: last?.code, err: last?.err }).toEqual({ code: 0, err: '' });
  expect(inspectFolder(account)).toEqual(completeContents(account));
};

/** Runs a task for each item, at most `width` at a time. */
export const runInPool = async <T>(
  width: number,
  items: readonly T[],
  task: (item: T) => Promise<void>,
): Promise<void> => {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
};

/** A generator of integers from 0 up to and excluding a bound, the same sequence for each seed. */
export const seededRandom = (seed: number): ((sides: number) => number) => {
  const random = randomFrom(seed);
  return (sides) => Math.floor(random() * sides);
};
