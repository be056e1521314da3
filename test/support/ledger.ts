import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import type { SandboxOptions } from '../../src/sandbox/server.ts';
import { emptyFolder } from './cleanup.ts';
import { type Home, homeWith } from './home.ts';
import { type Started, startShell } from './packed.ts';
import { parseCsv } from './parse-csv.ts';
import { listOf, type Wire } from './wires.ts';

export interface Ending {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A run inside this process, as far as tests of exports look at it. */
export const inside = async (words: readonly string[], home: Home, now: () => number = Date.now): Promise<Ending> => {
  const { code, out, err } = await home.run(words, { now });
  return { code, out, err };
};

/** The exit code of a run that says nothing when it ends well; any other code must be one of some. */
export const codeOf = async (
  words: readonly string[],
  home: Home,
  now: () => number,
  others: readonly number[] = [],
): Promise<number | null> => {
  const { code, err } = await inside(words, home, now);
  if (code === 0) expect(err).toBe('');
  else expect(others, err).toContain(code);
  return code;
};

/** A run of the packed program by a shell, in which `$RECX` is the program. Let it `exec` the program, so that signals reach it. */
export const begin = (home: Home, script: string): Started =>
  startShell(script, { env: { HOME: home.folder, RECX_CONFIG_DIR: home.folder } });

/** Words as a shell reads them. */
export const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

type Intercept = NonNullable<SandboxOptions['intercept']>;

/** A list that grows at its head, newest first, twenty rows a page, and that can be made to fail. */
export interface Ledger {
  readonly home: Home;
  /** Where the exports go. */
  readonly folder: string;
  readonly rows: Row[];
  /** Adds recordings as the newest, of the minutes before so many hours ago. */
  add(count: number, hours: number, more?: Row): readonly string[];
  /** Answers before the list does. */
  fault: Intercept | undefined;
  words(out: string, ...more: readonly string[]): readonly string[];
  run(out: string, ...more: readonly string[]): Promise<Ending>;
}

const HOUR = 3_600_000;

export const ledgerOf = async (wire: Wire, count = 0): Promise<Ledger> => {
  const rows: Row[] = [];
  const folder = emptyFolder();
  let added = 0;
  const home = await homeWith({
    intercept: async (request, response, number) =>
      (await ledger.fault?.(request, response, number)) === true ||
      listOf(wire, { count: rows.length, at: (place) => rows[place] })(request, response, number),
  });
  const ledger: Ledger = {
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
    // One window of time for Plivo.
    words: (out, ...more) => ['export', ...wire.asked, '--since', '6d', '--out', join(folder, out), ...more],
    run: (out, ...more) => inside(ledger.words(out, ...more), home),
  };
  if (count > 0) ledger.add(count, 2);
  return ledger;
};

/** An account of the sandbox, with a clock of its own. */
export const accountOf = async (wire: Wire, start = Date.now()) => {
  const entries: SandboxEntry[] = [];
  const folder = emptyFolder();
  const clock = { now: start };
  let asked = 0;
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
      inside(['export', ...wire.asked, '--out', join(folder, out), '--incremental', ...more], home, () => clock.now),
    /** Since the last time. */
    requests: () => {
      const before = asked;
      asked = home.sandbox.requests.length;
      return asked - before;
    },
  };
};

/** Everything below a folder: what it is, its mode, and of files the bytes. */
export const snapshot = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((path) => {
        const status = lstatSync(join(folder, path));
        const kind = status.isFile() ? hashOf(join(folder, path)) : status.isDirectory() ? 'folder' : 'other';
        return [path, `${kind} ${(status.mode & 0o777).toString(8)}`];
      }),
  );

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Names below a folder that no reader of an export should meet. */
export const litterIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /(^|\/)\.|\.(part|lock|tmp)/.test(path));

export const textIn = (path: string): string =>
  path.endsWith('.gz') ? gunzipSync(readFileSync(path)).toString() : readFileSync(path, 'utf8');

/** The rows of a file that an export wrote. */
export const rowsIn = (path: string): readonly Record<string, unknown>[] => {
  const text = textIn(path);
  const [, extension] = /\.(csv|json|ndjson|jsonl)(?:\.gz)?$/.exec(path) ?? [];
  if (extension === 'json') return JSON.parse(text);
  if (extension === 'csv') return csvRows(text);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
};

export const idsIn = (path: string): readonly string[] => rowsIn(path).map(({ id }) => String(id));

/** Reads RFC 4180, whatever ends the lines. */
const csvRows = (text: string): readonly Record<string, string>[] => {
  const [header = [], ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(header.map((key, place) => [key, row[place] ?? ''])));
};

/** Data files below a folder, sorted. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.state.json') && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
