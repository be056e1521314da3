import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import { sandboxApis } from '../../src/sandbox/server.ts';
import { sha256 } from './media-faults.ts';
import { rawControls } from './raw-controls.ts';
import { EXIT_CODES, type Run, SIGNALS, SIGNATURE } from './run.ts';

/** A secret with characters that base64, URLs and JSON each encode differently. */
export const TOKEN = 'hunter2/Zq+81=a"b\\c&d%e?f~~~g>h';

const base64 = (text: string): readonly string[] => [
  Buffer.from(text).toString('base64').replace(/=+$/, ''),
  Buffer.from(text).toString('base64url'),
];

/** The encodings of a text in URLs and forms, with hexadecimal digits in either case. */
export const urlEncodings = (text: string): readonly string[] =>
  [encodeURIComponent(text), encodeURI(text), new URLSearchParams({ '': text }).toString().slice(1)].flatMap((form) => [
    form,
    form.replace(/%../g, (code) => code.toLowerCase()),
  ]);

/** Every encoding of the secrets used in tests. */
const forms: readonly string[] = [
  ...new Set(
    sandboxApis.flatMap(({ basicAuth: [user, password] }) =>
      [TOKEN, password].flatMap((secret) => [
        secret,
        'hunter2',
        JSON.stringify(secret).slice(1, -1),
        ...urlEncodings(secret),
        ...base64(secret),
        ...base64(`${user}:${secret}`),
      ]),
    ),
  ),
];

/** The first secret that a text contains, in any encoding. */
export const secretIn = (text: string): string | undefined => forms.find((form) => text.includes(form));

const stack = /^\s+at .*:\d+|^\(node:\d+\)|node:internal/m;

/** The result of a run, and what other processes could see of it. */
export interface Outcome extends Run {
  /** The command lines of the program and its child processes, as visible to other users. */
  readonly commands: readonly string[];
  /** Peak memory in bytes, if it was not started by a shell. */
  readonly peak: number;
}

/** Behaviour that is intended in this run and would be an error in others. */
export interface Allowances {
  /** The output is CSV in a pipe, which contains the data unchanged. */
  readonly exact?: boolean;
  /** Media URLs were requested with `--urls`. */
  readonly urls?: boolean;
}

/** Checks what must hold for every run: no secret, no signed URL, no terminal control, no stack trace, a documented exit code. */
export const expectSafeRun = ({ code, signal, out, err, commands }: Outcome, { exact, urls }: Allowances): void => {
  for (const [place, text] of Object.entries({ stdout: out, stderr: err, argv: commands.join('\n') })) {
    expect({ place, secret: secretIn(text) }).toEqual({ place, secret: undefined });
    if (urls !== true || place !== 'stdout')
      expect({ place, signed: text.includes(SIGNATURE) }).toEqual({ place, signed: false });
    expect({ place, stack: stack.exec(text)?.[0] }).toEqual({ place, stack: undefined });
  }
  expect(rawControls.exec(err)?.[0]).toBe(undefined);
  if (exact !== true) expect(rawControls.exec(out)?.[0]).toBe(undefined);
  if (code === null) expect(SIGNALS).toContain(signal);
  else expect(EXIT_CODES, err).toContain(code);
};

/** Everything below a folder by path: its kind, the hash of a file, and its mode. */
export const snapshotTree = (folder: string): ReadonlyMap<string, string> => {
  const seen = new Map<string, string>();
  const visit = (path: string): void => {
    for (const name of readdirSync(path)) {
      const entry = join(path, name);
      // A run in progress may have deleted it.
      const status = lstatSync(entry, { throwIfNoEntry: false });
      if (status === undefined) continue;
      const kind = status.isDirectory() ? 'folder' : status.isFile() ? 'file' : 'other';
      const sum = kind === 'file' && status.size < 2 ** 24 ? sumOf(entry) : '';
      seen.set(entry, `${kind} ${sum} ${(status.mode & 0o7777).toString(8)}`);
      if (kind === 'folder') visit(entry);
    }
  };
  if (existsSync(folder)) visit(folder);
  return seen;
};

const sumOf = (path: string): string => {
  try {
    return sha256(readFileSync(path));
  } catch {
    return 'away';
  }
};

/** Changed paths outside the paths that a run may write to and their parents. */
export const unexpectedChanges = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  allowed: readonly string[],
): readonly string[] => {
  const may = (path: string): boolean =>
    allowed.some((one) => path === one || path.startsWith(`${one}/`) || one.startsWith(`${path}/`));
  const changed = [...after].filter(([path, state]) => before.get(path) !== state).map(([path]) => path);
  const lost = [...before.keys()].filter((path) => !after.has(path));
  return [...changed, ...lost].filter((path) => !may(path));
};

const isMedia = (name: string): boolean => /\.(?:mp3|wav|mp4)$/.test(name) && !name.startsWith('.');

/** Checks that only the files in `kept` contain a secret and that every media file has the bytes of the server. */
export const expectSafeFiles = (root: string, kept: readonly string[], sums: ReadonlyMap<string, string>): void => {
  for (const [path, state] of snapshotTree(root)) {
    if (!state.startsWith('file') || kept.includes(path)) continue;
    const bytes = readFileSync(path);
    const name = path.split('/').at(-1) ?? '';
    if (isMedia(name)) {
      const place = relative(root, path);
      expect({ place, sum: sha256(bytes) }).toEqual({ place, sum: sums.get(name) });
      continue;
    }
    const text = bytes.toString('latin1');
    expect({ path, secret: secretIn(text), signed: text.includes(SIGNATURE) }).toEqual({
      path,
      secret: undefined,
      signed: false,
    });
  }
};

/** The command lines of a process and its children. */
export const commandLinesOf = (pid: number): readonly string[] => {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return [line, ...children.flatMap((child) => commandLinesOf(Number(child)))];
  } catch {
    return [];
  }
};

/** The peak memory of a process so far, in bytes. */
export const peakMemoryOf = (pid: number): number => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};
