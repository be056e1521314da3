import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import type { SandboxOptions } from '../../src/sandbox/server.ts';
import { emptyFolder } from './cleanup.ts';
import { type Home, homeWith } from './home.ts';
import { sha256 } from './media-faults.ts';
import { type Started, startShell } from './packed.ts';
import { parseCsv } from './parse-csv.ts';
import { serveRows, type WireFormat } from './wire-formats.ts';

export interface RunResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in this process; returns what tests of exports check. */
export const runInHome = async (
  words: readonly string[],
  home: Home,
  now: () => number = Date.now,
): Promise<RunResult> => {
  const { code, out, err } = await home.run(words, { now });
  return { code, out, err };
};

/**
 * The exit code of a run. Checks that a successful run prints no messages, except of a wrong clock, and that any other
 * code is in `others`.
 */
export const runExpectingQuiet = async (
  words: readonly string[],
  home: Home,
  now: () => number,
  others: readonly number[] = [],
): Promise<number | null> => {
  const { code, err } = await runInHome(words, home, now);
  if (code === 0) expect(err.replace(/^recx: this machine's clock is .*\n.*\n/, '')).toBe('');
  else expect(others, err).toContain(code);
  return code;
};

/** Starts a shell script in which `$RECX` is the packed program. Let it `exec` the program, so that signals reach it. */
export const startScript = (home: Home, script: string): Started =>
  startShell(script, { env: { HOME: home.folder, RECX_CONFIG_DIR: home.folder } });

/** Arguments quoted for a shell. */
export const shellQuote = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

type Intercept = NonNullable<SandboxOptions['intercept']>;

/** An account whose list grows at its head, newest first, twenty rows per page, and can be made to fail. */
export interface ExportAccount {
  readonly home: Home;
  /** The folder of the exports. */
  readonly folder: string;
  readonly rows: Row[];
  /** Adds this many recordings as the newest, a quarter of an hour apart, the newest `hours` hours old; returns their ids. */
  add(count: number, hours: number, more?: Row): readonly string[];
  /** Handles requests before the list does. */
  fault: Intercept | undefined;
  args(out: string, ...more: readonly string[]): readonly string[];
  run(out: string, ...more: readonly string[]): Promise<RunResult>;
}

const HOUR = 3_600_000;

export const openExportAccount = async (wire: WireFormat, count = 0): Promise<ExportAccount> => {
  const rows: Row[] = [];
  const folder = emptyFolder();
  let added = 0;
  const home = await homeWith({
    intercept: async (request, response, number) =>
      (await account.fault?.(request, response, number)) === true ||
      serveRows(wire, { count: rows.length, at: (place) => rows[place] })(request, response, number),
  });
  const account: ExportAccount = {
    home,
    folder,
    rows,
    fault: undefined,
    add: (more, hours, fields) => {
      const ids = Array.from({ length: more }, () => `rec-${String(++added).padStart(20, '0')}`);
      const newest = Math.floor(Date.now() / 1000) * 1000 - hours * HOUR;
      rows.unshift(...ids.map((id, index) => wire.row(id, fields, newest - (index * HOUR) / 4)));
      return ids;
    },
    // Within one time window for Plivo.
    args: (out, ...more) => ['export', ...wire.args, '--since', '6d', '--out', join(folder, out), ...more],
    run: (out, ...more) => runInHome(account.args(out, ...more), home),
  };
  if (count > 0) account.add(count, 2);
  return account;
};

/** An account of the sandbox with a clock that the test sets. */
export const openTimedAccount = async (wire: WireFormat, start = Date.now()) => {
  const entries: SandboxEntry[] = [];
  const folder = emptyFolder();
  const clock = { now: start };
  let requested = 0;
  const home = await homeWith({ entries: { [wire.name]: entries }, now: () => clock.now });
  const put = (id: string, at: number, more = {}): void => {
    const place = entries.findIndex((entry) => entry.at < at);
    entries.splice(place === -1 ? entries.length : place, 0, { id, at, row: wire.row(id, more, at) });
  };
  return {
    entries,
    folder,
    clock,
    home,
    put,
    run: (out: string, ...more: readonly string[]) =>
      runInHome(['export', ...wire.args, '--out', join(folder, out), '--incremental', ...more], home, () => clock.now),
    /** The number of requests since the last call. */
    requests: () => {
      const before = requested;
      requested = home.sandbox.requests.length;
      return requested - before;
    },
  };
};

/** Everything below a folder by path: its kind, or the hash of a file, and its mode. */
export const folderSnapshot = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((path) => {
        const status = lstatSync(join(folder, path));
        const kind = status.isFile()
          ? sha256(readFileSync(join(folder, path)))
          : status.isDirectory()
            ? 'folder'
            : 'other';
        return [path, `${kind} ${(status.mode & 0o777).toString(8)}`];
      }),
  );

/** Hidden, partial, lock and temporary files below a folder. */
export const leftoversIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /(^|\/)\.|\.(part|lock|tmp)/.test(path));

export const readText = (path: string): string =>
  path.endsWith('.gz') ? gunzipSync(readFileSync(path)).toString() : readFileSync(path, 'utf8');

/** The rows of an exported file. */
export const readRows = (path: string): readonly Record<string, unknown>[] => {
  const text = readText(path);
  const [, extension] = /\.(csv|json|ndjson|jsonl|tsv)(?:\.gz)?$/.exec(path) ?? [];
  if (extension === 'json') return JSON.parse(text);
  if (extension === 'csv') return objectsOf(parseCsv(text));
  if (extension === 'tsv') return objectsOf(parseTsv(text));
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
};

export const readIds = (path: string): readonly string[] => readRows(path).map(({ id }) => String(id));

const tsvCharacters: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };
const parseTsv = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t').map((cell) => cell.replace(/\\(.)/g, (_, name) => tsvCharacters[name] ?? name)));

/** Rows as objects by column. */
const objectsOf = ([header = [], ...rows]: readonly (readonly string[])[]): readonly Record<string, string>[] => {
  return rows.map((row) => Object.fromEntries(header.map((key, place) => [key, row[place] ?? ''])));
};

/** Data files below a folder, sorted. */
export const dataFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.state.json') && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
