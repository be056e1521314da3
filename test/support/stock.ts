import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import type { MediaFormat } from '../../src/core/recording.ts';
import type { SandboxOptions, SeenRequest } from '../../src/sandbox/server.ts';
import { emptyFolder } from './cleanup.ts';
import { answer, type Home, homeWith } from './home.ts';
import { type Fault, fileBytes, sha256, typeOf, whole } from './media-faults.ts';
import { type Run, SIGNATURE } from './run.ts';
import type { Wire } from './wires.ts';

/** A recording as its API lists it, and what comes for its media. */
export interface Piece {
  readonly id: string;
  /** Of the sandbox, unless a link leads elsewhere; by default the whole file. */
  readonly media?: Fault;
  readonly link?: string;
  readonly more?: Row;
}

/** An account with a few recordings, and a folder for them that is not there yet. */
export interface Stock extends Home {
  readonly folderOf: (name: string) => string;
  /** The one that `download` uses. */
  readonly out: string;
  /** Downloads everything that is listed. */
  download(...words: readonly string[]): Promise<Run>;
  /** Downloads what the words name. */
  fetch(...words: readonly string[]): Promise<Run>;
  /** Every request for media so far that came to the sandbox. */
  readonly media: readonly SeenRequest[];
}

/** What each API gives when it is not asked for anything else. */
export const nativeOf = ({ profile }: Wire): MediaFormat =>
  profile === 'plivo' ? 'mp3' : profile === 'video' ? 'mp4' : 'wav';

/** A whole file in the API's own format. */
export const fileOf = (wire: Wire, seconds?: number): Buffer => fileBytes(nativeOf(wire), seconds);
export const wholeOf = (wire: Wire, seconds?: number): Fault =>
  whole(fileOf(wire, seconds), { type: typeOf(nativeOf(wire)) });

/** The key of the size in a row, where the API tells it. */
export const sizeKey = ({ profile }: Wire): string | undefined =>
  ({ relay: 'byte_size', video: 'size_in_bytes' })[profile];

/** The same API builds a link to the media from the id, and asks for a format by the extension. */
export const buildsLinks = ({ keys }: Wire): boolean => keys.media === 'media_url';

/** Where the sandbox has the media of a recording. */
export const mediaPath = (wire: Wire, id: string, format = nativeOf(wire)): string =>
  `${buildsLinks(wire) ? wire.list.replace(/\.json$/, '') : '/files'}/${encodeURIComponent(id)}.${format}`;

/** A row that says nothing of the size, whose media is where the piece has it. */
const rowOf = (wire: Wire, { id, link, more }: Piece, origin: string, at: number): Row => {
  const size = sizeKey(wire);
  const own = `${origin}${mediaPath(wire, id)}${wire.profile === 'video' ? `?signature=${SIGNATURE}` : ''}`;
  const sizeless = size === undefined ? {} : { [size]: null };
  return wire.row(id, { [wire.keys.media]: link ?? own, ...sizeless, ...more }, at);
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const formats: readonly MediaFormat[] = ['wav', 'mp3', 'mp4'];

/** Plays one API with these pieces, which a test may change between two runs. */
export const stocked = async (
  wire: Wire,
  pieces: readonly Piece[],
  intercept: NonNullable<SandboxOptions['intercept']> = () => false,
): Promise<Stock> => {
  const media: SeenRequest[] = [];
  const started = Date.now() - 3_600_000;
  const folder = emptyFolder();
  const home = await homeWith({
    intercept: async (request, response, count) => {
      if ((await intercept(request, response, count)) === true) return true;
      const { pathname, origin } = request.url;
      const row = (piece: Piece, index: number): Row => rowOf(wire, piece, origin, started - index * 1000);
      if (pathname === wire.list) return answer(response, wire.page(pieces.map(row), null));
      const path = decoded(pathname);
      for (const [index, piece] of pieces.entries())
        if (path === decoded(wire.one(encodeURIComponent(piece.id)))) return answer(response, row(piece, index));
      const extension = formats.find((format) => pathname.endsWith(`.${format}`));
      const wanted = pieces.find(({ id }) => pathname === mediaPath(wire, id, extension));
      if (wanted === undefined) return answer(response, { error: 'no such thing' }, 404);
      media.push(request);
      return (wanted.media ?? wholeOf(wire))(request, response);
    },
  });
  const out = join(folder, 'out');
  return {
    ...home,
    media,
    out,
    folderOf: (name) => join(folder, name),
    // One window of time for Plivo.
    download: (...words) => home.run(['download', ...wire.asked, '--since', '7d', '--dir', out, ...words]),
    fetch: (...words) => home.run(['download', ...wire.asked, '--dir', out, ...words]),
  };
};

export const MANIFEST = 'manifest.ndjson';

/** Everything below a folder but its subfolders, sorted by path. Checks modes on the way, and that nothing is a link. */
export const treeOf = (folder: string, below = ''): readonly string[] => {
  const here = join(folder, below);
  if (!existsSync(here)) return [];
  expect(`${here} ${(lstatSync(here).mode & 0o777).toString(8)}`).toBe(`${here} 700`);
  return readdirSync(here, { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return treeOf(folder, path);
      expect(`${path} ${entry.isFile()} ${(lstatSync(join(folder, path)).mode & 0o777).toString(8)}`).toBe(
        `${path} true 600`,
      );
      return [path];
    })
    .sort();
};

export const linesOf = (folder: string): readonly Record<string, unknown>[] =>
  readFileSync(join(folder, MANIFEST), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const manifestKeys = [
  'id',
  'provider',
  'api',
  'profile',
  'path',
  'bytes',
  'sha256',
  'content_type',
  'created_at',
  'downloaded_at',
];

interface Beside {
  /** Other paths: parts of files, sidecars. */
  readonly others?: readonly string[];
  readonly manifest?: boolean;
}

/** A folder has these files and no others, whole, for their owner alone, and the manifest knows them all. */
export const expectKept = (
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  { others = [], manifest = true }: Beside = {},
): void => {
  const listed = manifest && Object.keys(files).length > 0;
  const paths = [...Object.keys(files), ...others, ...(listed ? [MANIFEST] : [])];
  expect(treeOf(folder)).toEqual(paths.sort());
  for (const [path, bytes] of Object.entries(files))
    expect({ path, sha256: sha256(readFileSync(join(folder, path))) }).toEqual({ path, sha256: sha256(bytes) });
  if (!listed) return;
  const text = readFileSync(join(folder, MANIFEST), 'utf8');
  expect(text).not.toMatch(/https?:/);
  expect(text).not.toContain(SIGNATURE);
  const lines = new Map(linesOf(folder).map((line) => [line.path, line]));
  expect([...lines.keys()].sort()).toEqual(Object.keys(files).sort());
  for (const [path, bytes] of Object.entries(files)) {
    const line = lines.get(path);
    expect(Object.keys(line ?? {})).toEqual(manifestKeys);
    expect(line).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
  }
};

/** One file by its id, in the format that the API gives. */
export const kept = (wire: Wire, files: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(files).map(([id, bytes]) => [`${id}.${nativeOf(wire)}`, bytes]));
