import { createCipheriv, createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import { randomFrom } from '../../src/sandbox/samples.ts';
import type { SandboxOptions, SeenRequest } from '../../src/sandbox/server.ts';
import { emptyFolder } from './cleanup.ts';
import { answer, type Home, homeWith } from './home.ts';
import { type Fault, sha256, whole } from './media-faults.ts';
import { type Started, startPacked, startShell } from './packed.ts';
import type { Run } from './run.ts';
import { listOf, relay } from './wires.ts';

/** A recording of the server: other bytes than any other, and a WAV that says how long it is. */
export interface Tape {
  readonly id: string;
  readonly bytes: Buffer;
}

export const tapeOf = (id: string, size: number): Tape => {
  // Bytes that no other id has and that do not compress, at the speed of memory.
  const key = createHash('sha256').update(id).digest();
  const bytes = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(size - 8, 4);
  bytes.write('WAVEfmt ', 8);
  return { id, bytes };
};

export const tapes = (count: number, size: number): readonly Tape[] =>
  Array.from({ length: count }, (_, index) => tapeOf(`tape-${String(index).padStart(4, '0')}`, size));

/** What a tape is served as when nothing goes wrong: whole, and with a version so that a part of it can be asked for. */
export const good = ({ bytes }: Tape): Fault => whole(bytes, { type: 'audio/x-wav', etag: `"${sha256(bytes)}"` });

/** An account of some tapes, and an empty folder that a run may fill. */
export interface Archive extends Home {
  readonly tapes: readonly Tape[];
  /** Holds the download folder and nothing else. */
  readonly place: string;
  readonly dir: string;
  /** When each request for a tape's media came. */
  readonly visits: ReadonlyMap<string, readonly number[]>;
  /** The words of a download of everything. */
  words(...more: readonly string[]): readonly string[];
  /** A run of the packed program that can be disturbed. */
  begin(words: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** The same in a script of bash with a process group of its own, as on a terminal; `$RECX` is the program. */
  script(text: string): Started;
  /** Downloads everything inside this process. */
  download(...more: readonly string[]): Promise<Run>;
  /** Another empty folder for the same account. */
  elsewhere(): Archive;
}

export interface ArchiveOptions {
  /** What is answered to the visits of a tape; a good answer unless told. */
  readonly media?: (tape: Tape) => Fault;
  /** Answers anything before the archive does. */
  readonly before?: (request: SeenRequest, response: ServerResponse, count: number) => boolean | Promise<boolean>;
  /** Where the media is, when not at the API's own origin. */
  readonly host?: string;
}

export const archiveOf = async (every: readonly Tape[], options: ArchiveOptions = {}): Promise<Archive> => {
  const { media = good, before, host } = options;
  const visits = new Map<string, number[]>();
  const faults = new Map(every.map((tape) => [`/media/${tape.id}.wav`, { tape, fault: media(tape) }]));
  const rowOf = ({ id, bytes }: Tape, origin: string) =>
    relay.row(id, { url: `${host ?? origin}/media/${id}.wav`, byte_size: bytes.length });
  const intercept: SandboxOptions['intercept'] = async (request, response, count) => {
    const { url } = request;
    const found = faults.get(url.pathname);
    if (found !== undefined) {
      const times = visits.get(found.tape.id) ?? [];
      visits.set(found.tape.id, [...times, performance.now()]);
    }
    if ((await before?.(request, response, count)) === true) return true;
    if (found !== undefined) return found.fault(request, response);
    const one = every.find(({ id }) => relay.one(id) === url.pathname);
    if (one !== undefined) return answer(response, rowOf(one, url.origin));
    const at = (place: number) => {
      const tape = every[place];
      return tape && rowOf(tape, url.origin);
    };
    return listOf(relay, { count: every.length, at })(request, response, count);
  };
  const home = await homeWith({ intercept });
  const folder = (): Archive => {
    const place = emptyFolder();
    const dir = join(place, 'recordings');
    const words: Archive['words'] = (...more) => ['download', ...relay.asked, '--dir', dir, ...more];
    const own = { HOME: home.folder, RECX_CONFIG_DIR: home.folder };
    const quiet = ({ child, ended }: Started): Started => ({ child, ended: quietly(ended) });
    const begin: Archive['begin'] = (given, env) => quiet(startPacked(given, { cwd: place, env: { ...own, ...env } }));
    const script: Archive['script'] = (text) => quiet(startShell(text, { cwd: place, env: own, detached: true }));
    const run: Archive['run'] = (given, options) => quietly(home.run(given, options));
    const download: Archive['download'] = (...more) => run(words(...more));
    return { ...home, tapes: every, place, dir, visits, words, begin, script, run, download, elsewhere: folder };
  };
  return folder();
};

/** Nothing is said when all is well, but which shard it was and what was asked for. */
const quietly = async (ended: Promise<Run>): Promise<Run> => {
  const run = await ended;
  if (run.code === 0) expect(run.err.replace(/^shard \d+ of \d+[^\n]*\n/, '').replaceAll(/^\{.*\n/gm, '')).toBe('');
  return run;
};

export interface Found {
  /** The tapes that have a file under its final name. */
  readonly files: readonly string[];
  /** Parts, notes and locks. */
  readonly hidden: readonly string[];
  /** Lines of the manifest, as far as two runs must agree on them. */
  readonly entries: readonly string[];
}

/** What is in the download folder. Whatever was done to the runs: each file is its tape, and nobody else's to read. */
export const look = ({ tapes: every, dir, place, folder }: Archive): Found => {
  expect(readdirSync(place).filter((name) => name !== 'recordings')).toEqual([]);
  expect(readdirSync(folder)).toEqual(['config.json']);
  if (!existsSync(dir)) return { files: [], hidden: [], entries: [] };
  expect(lstatSync(dir).mode & 0o777).toBe(0o700);
  const names = readdirSync(dir).sort();
  const sums = new Map(every.map(({ id, bytes }) => [`${id}.wav`, sha256(bytes)]));
  for (const name of names) {
    const status = lstatSync(join(dir, name), { throwIfNoEntry: false });
    // A run that is under way may have taken it away or given it its name since.
    if (status === undefined && name.startsWith('.')) continue;
    expect({ name, plain: status?.isFile(), mode: (status?.mode ?? 0) & 0o777 }).toEqual({
      name,
      plain: true,
      mode: 0o600,
    });
  }
  const files = names.filter((name) => !name.startsWith('.') && name !== 'manifest.ndjson');
  for (const name of files) expect([name, sha256(readFileSync(join(dir, name)))]).toEqual([name, sums.get(name)]);
  const manifest = names.includes('manifest.ndjson') ? readFileSync(join(dir, 'manifest.ndjson'), 'utf8') : '';
  return {
    files: files.map((name) => name.slice(0, -'.wav'.length)),
    hidden: names.filter((name) => name.startsWith('.')),
    entries: manifest.split('\n').flatMap(entryIn).sort(),
  };
};

/** What can be read of a line: runs that were killed may have left half a one. */
const entryIn = (line: string): readonly string[] => {
  try {
    const { id, provider, api, profile, path, bytes, sha256: sum } = JSON.parse(line);
    return [JSON.stringify({ id, provider, api, profile, path, bytes, sha256: sum })];
  } catch {
    return [];
  }
};

/** The folder after a run that nothing disturbed. */
export const complete = ({ tapes: every }: Archive): Found => ({
  files: every.map(({ id }) => id).sort(),
  hidden: [],
  entries: every
    .map(({ id, bytes }) => {
      const [provider, api] = relay.name.split('/');
      const path = `${id}.wav`;
      return JSON.stringify({ id, provider, api, profile: 'relay', path, bytes: bytes.length, sha256: sha256(bytes) });
    })
    .sort(),
});

/** Runs to the end, as a patient user would, and expects what an undisturbed run leaves. */
export const converge = async (archive: Archive, most = 1): Promise<void> => {
  let last: Run | undefined;
  for (let round = 0; round < most && last?.code !== 0; round++) last = await archive.download('--wait', '1h');
  expect({ code: last?.code, err: last?.err }).toEqual({ code: 0, err: '' });
  expect(look(archive)).toEqual(complete(archive));
};

/** So many tasks at a time. */
export const inPool = async <T>(
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

/** Whole numbers from 0 to below a bound, the same ones each time. */
export const dice = (seed: number): ((sides: number) => number) => {
  const random = randomFrom(seed);
  return (sides) => Math.floor(random() * sides);
};
