import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { shortHash } from '../../src/core/hash/fnv1a.ts';
import type { MediaFormat } from '../../src/core/recording.ts';
import { vendors } from '../../src/providers/index.ts';
import { type SandboxOptions, type SeenRequest, sandboxApis } from '../../src/sandbox/server.ts';
import { emptyFolder } from './cleanup.ts';
import { answer, type Home, homeWith } from './home.ts';
import { completeFile, fileBytes, type MediaHandler, sha256, typeOf } from './media-faults.ts';
import { type Run, SIGNATURE } from './run.ts';
import type { WireFormat } from './wire-formats.ts';

/** A recording as its API lists it, and how its media is served. */
export interface ServedRecording {
  readonly id: string;
  /** Handles media requests at the sandbox, unless a link leads elsewhere; by default serves the complete file. */
  readonly media?: MediaHandler;
  readonly link?: string;
  readonly more?: Row;
}

/** An account with a few recordings, and a download folder that does not exist yet. */
export interface MediaAccount extends Home {
  readonly folderNamed: (name: string) => string;
  /** The folder that `download` uses. */
  readonly out: string;
  /** Downloads every listed recording. */
  download(...words: readonly string[]): Promise<Run>;
  /** Downloads what the arguments select. */
  downloadOnly(...words: readonly string[]): Promise<Run>;
  /** All media requests that the sandbox received so far. */
  readonly mediaRequests: readonly SeenRequest[];
}

/** The media format that each API serves by default. */
export const nativeFormat = ({ profile }: WireFormat): MediaFormat =>
  profile === 'plivo' ? 'mp3' : profile === 'video' ? 'mp4' : 'wav';

/** A complete file in the default format of the API. */
export const nativeFile = (wire: WireFormat, seconds?: number): Buffer => fileBytes(nativeFormat(wire), seconds);
export const nativeMedia = (wire: WireFormat, seconds?: number): MediaHandler =>
  completeFile(nativeFile(wire, seconds), { type: typeOf(nativeFormat(wire)) });

/** The key of the size in a row, for APIs that report it. */
export const sizeKey = ({ profile }: WireFormat): string | undefined =>
  ({ relay: 'byte_size', video: 'size_in_bytes' })[profile];

/** Whether recx builds the media URL from the id for this API, with the format as the extension. */
export const buildsMediaUrls = ({ keys }: WireFormat): boolean => keys.media === 'media_url';

/** What the part file of a recording is of, as its note says, and the names of both. */
export const partOf = (
  wire: WireFormat,
  id: string,
  accountId: string | null,
): { readonly of: string; readonly part: string; readonly note: string } => {
  const [provider, api] = wire.name.split('/');
  const of = JSON.stringify([provider, accountId, id, api, nativeFormat(wire)]);
  const part = `.${id}.${nativeFormat(wire)}.${shortHash(of)}.part`;
  return { of, part, note: `${part}.json` };
};

/** The id of the account: the one in its rows, else the one of the login. */
export const accountIdOf = async (wire: WireFormat, { run }: Pick<Home, 'run'>): Promise<string | null> => {
  const { out } = await run(['list', ...wire.args, '--limit', '1', '-o', 'json']);
  const [row] = JSON.parse(out) as readonly Row[];
  const vendor = vendors.find(({ name }) => name === wire.provider);
  const credentials = sandboxApis.find(({ provider }) => provider === wire.provider)?.credentials ?? {};
  return typeof row?.account_id === 'string' ? row.account_id : (vendor?.accountId(credentials) ?? null);
};

/** The path of a recording's media at the sandbox. */
export const mediaPath = (wire: WireFormat, id: string, format = nativeFormat(wire)): string =>
  `${buildsMediaUrls(wire) ? wire.listPath.replace(/\.json$/, '') : '/files'}/${encodeURIComponent(id)}.${format}`;

/** The row of a recording, without a size and with its media URL. */
const rowOf = (wire: WireFormat, { id, link, more }: ServedRecording, origin: string, at: number): Row => {
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

/** Serves one API with these recordings, which a test may change between two runs. */
export const openMediaAccount = async (
  wire: WireFormat,
  recordings: readonly ServedRecording[],
  intercept: NonNullable<SandboxOptions['intercept']> = () => false,
): Promise<MediaAccount> => {
  const mediaRequests: SeenRequest[] = [];
  const started = Date.now() - 3_600_000;
  const folder = emptyFolder();
  const home = await homeWith({
    intercept: async (request, response, count) => {
      if ((await intercept(request, response, count)) === true) return true;
      const { pathname, origin } = request.url;
      const row = (recording: ServedRecording, index: number): Row =>
        rowOf(wire, recording, origin, started - index * 1000);
      if (pathname === wire.listPath) return answer(response, wire.page(recordings.map(row), null));
      const path = decoded(pathname);
      for (const [index, recording] of recordings.entries())
        if (path === decoded(wire.recordingPath(encodeURIComponent(recording.id))))
          return answer(response, row(recording, index));
      const extension = formats.find((format) => pathname.endsWith(`.${format}`));
      const wanted = recordings.find(({ id }) => pathname === mediaPath(wire, id, extension));
      if (wanted === undefined) return answer(response, { error: 'not found' }, 404);
      mediaRequests.push(request);
      return (wanted.media ?? nativeMedia(wire))(request, response);
    },
  });
  const out = join(folder, 'out');
  return {
    ...home,
    mediaRequests,
    out,
    folderNamed: (name) => join(folder, name),
    // Within one time window for Plivo.
    download: (...words) => home.run(['download', ...wire.args, '--since', '7d', '--dir', out, ...words]),
    downloadOnly: (...words) => home.run(['download', ...wire.args, '--dir', out, ...words]),
  };
};

export const MANIFEST = 'manifest.ndjson';

/** The files below a folder, sorted by path. Also checks modes and that nothing is a link. */
export const listTree = (folder: string, below = ''): readonly string[] => {
  const here = join(folder, below);
  if (!existsSync(here)) return [];
  expect(`${here} ${(lstatSync(here).mode & 0o777).toString(8)}`).toBe(`${here} 700`);
  return readdirSync(here, { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return listTree(folder, path);
      expect(`${path} ${entry.isFile()} ${(lstatSync(join(folder, path)).mode & 0o777).toString(8)}`).toBe(
        `${path} true 600`,
      );
      return [path];
    })
    .sort();
};

export const manifestEntries = (folder: string): readonly Record<string, unknown>[] =>
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
  'account_id',
  'format',
  'md5',
  'kind',
  'call_id',
  'from',
  'to',
  'duration_seconds',
];

interface OtherFiles {
  /** Other paths: partial files, sidecars. */
  readonly others?: readonly string[];
  readonly manifest?: boolean;
}

/** Checks that a folder has exactly these complete files, with private modes, and that the manifest lists them all. */
export const expectFiles = (
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  { others = [], manifest = true }: OtherFiles = {},
): void => {
  const listed = manifest && Object.keys(files).length > 0;
  const paths = [...Object.keys(files), ...others, ...(listed ? [MANIFEST] : [])];
  expect(listTree(folder)).toEqual(paths.sort());
  for (const [path, bytes] of Object.entries(files))
    expect({ path, sha256: sha256(readFileSync(join(folder, path))) }).toEqual({ path, sha256: sha256(bytes) });
  if (!listed) return;
  const text = readFileSync(join(folder, MANIFEST), 'utf8');
  expect(text).not.toMatch(/https?:/);
  expect(text).not.toContain(SIGNATURE);
  const lines = new Map(manifestEntries(folder).map((line) => [line.path, line]));
  expect([...lines.keys()].sort()).toEqual(Object.keys(files).sort());
  for (const [path, bytes] of Object.entries(files)) {
    const line = lines.get(path);
    expect(Object.keys(line ?? {})).toEqual(manifestKeys);
    expect(line).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
  }
};

/** Replaces ids by file names with the extension of the API's default format. */
export const withExtensions = (
  wire: WireFormat,
  files: Readonly<Record<string, Uint8Array>>,
): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(files).map(([id, bytes]) => [`${id}.${nativeFormat(wire)}`, bytes]));
