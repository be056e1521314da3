import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import { sandboxApis } from '../../src/sandbox/server.ts';
import { sha256 } from './media-faults.ts';
import { type Run, SIGNATURE } from './run.ts';

/** A secret with characters that base64, addresses and JSON each write in a way of their own. */
export const TOKEN = 'hunter2/Zq+81=a"b\\c&d%e?f~~~g>h';

const base64 = (text: string): readonly string[] => [
  Buffer.from(text).toString('base64').replace(/=+$/, ''),
  Buffer.from(text).toString('base64url'),
];

/** As addresses and forms have it, with either case of its hexadecimal digits. */
export const inAddress = (text: string): readonly string[] =>
  [encodeURIComponent(text), encodeURI(text), new URLSearchParams({ '': text }).toString().slice(1)].flatMap((form) => [
    form,
    form.replace(/%../g, (code) => code.toLowerCase()),
  ]);

/** Every way in which a secret of the tests may be written. */
const forms: readonly string[] = [
  ...new Set(
    sandboxApis.flatMap(({ login: [user, password] }) =>
      [TOKEN, password].flatMap((secret) => [
        secret,
        'hunter2',
        JSON.stringify(secret).slice(1, -1),
        ...inAddress(secret),
        ...base64(secret),
        ...base64(`${user}:${secret}`),
      ]),
    ),
  ),
];

/** The first secret that a text shows, in whatever form. */
export const secretIn = (text: string): string | undefined => forms.find((form) => text.includes(form));

/** Everything that a terminal would act on, save for the end of a line. */
const driving = /[^\n\P{Cc}]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const stack = /^\s+at .*:\d+|^\(node:\d+\)|node:internal/m;
const codes = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const signals = ['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGPIPE', 'SIGTERM'];

/** How a run ended, and what could be seen of it. */
export interface Outcome extends Run {
  /** The command lines of the program and of what it started, as others on the machine see them. */
  readonly commands: readonly string[];
  /** The most memory that it had, in bytes, when it was not started by a shell. */
  readonly peak: number;
}

/** What a run is meant to do that would be wrong elsewhere. */
export interface Meant {
  /** CSV in a pipe has each byte of the data. */
  readonly exact?: boolean;
  /** The addresses of media were asked for. */
  readonly urls?: boolean;
}

/** What must hold of every run: no secret, no signed query, nothing that drives a terminal, no stack trace, a documented end. */
export const expectSafeRun = ({ code, signal, out, err, commands }: Outcome, { exact, urls }: Meant): void => {
  for (const [place, text] of Object.entries({ stdout: out, stderr: err, argv: commands.join('\n') })) {
    expect({ place, secret: secretIn(text) }).toEqual({ place, secret: undefined });
    if (urls !== true || place !== 'stdout')
      expect({ place, signed: text.includes(SIGNATURE) }).toEqual({ place, signed: false });
    expect({ place, stack: stack.exec(text)?.[0] }).toEqual({ place, stack: undefined });
  }
  expect(driving.exec(err)?.[0]).toBe(undefined);
  if (exact !== true) expect(driving.exec(out)?.[0]).toBe(undefined);
  if (code === null) expect(signals).toContain(signal);
  else expect(codes, err).toContain(code);
};

/** Everything below a folder: what it is, and of files a sum of the bytes. */
export const snapshot = (folder: string): ReadonlyMap<string, string> => {
  const seen = new Map<string, string>();
  const look = (path: string): void => {
    for (const name of readdirSync(path)) {
      const entry = join(path, name);
      // A run that is under way may have taken it away.
      const status = lstatSync(entry, { throwIfNoEntry: false });
      if (status === undefined) continue;
      const kind = status.isDirectory() ? 'folder' : status.isFile() ? 'file' : 'other';
      const sum = kind === 'file' && status.size < 2 ** 24 ? sumOf(entry) : '';
      seen.set(entry, `${kind} ${sum} ${(status.mode & 0o7777).toString(8)}`);
      if (kind === 'folder') look(entry);
    }
  };
  if (existsSync(folder)) look(folder);
  return seen;
};

const sumOf = (path: string): string => {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return 'away';
  }
};

/** What is not as it was, outside of the places that a run may write to and the way there. */
export const strayed = (
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

/** No file shows a secret but those that are there to keep it; each one under a final name has the bytes of the server. */
export const expectSafeFiles = (root: string, kept: readonly string[], sums: ReadonlyMap<string, string>): void => {
  for (const [path, state] of snapshot(root)) {
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

/** What a process and its children have as command lines. */
export const commandsOf = (pid: number): readonly string[] => {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return [line, ...children.flatMap((child) => commandsOf(Number(child)))];
  } catch {
    return [];
  }
};

/** The most memory that a process had so far. */
export const memoryOf = (pid: number): number => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};
