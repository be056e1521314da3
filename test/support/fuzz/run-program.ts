import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { emptyFolder } from '../cleanup.ts';
import { answer, homeWith } from '../home.ts';
import type { WireFormat } from '../wire-formats.ts';
import { NOW, type ServedList } from './malformed-lists.ts';

/** The result of a run of the program in this process. */
export interface FuzzRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The contents of the files it wrote, by their path below its folder. */
  readonly files: ReadonlyMap<string, string>;
  /** The parsed rows of each page that it requested. */
  readonly pages: readonly (readonly unknown[])[];
  readonly requests: number;
}

/** The program and a server that serves one list after the other. */
export interface FuzzProgram {
  /** Runs the program with these arguments, in which `DIR` is replaced by the path of a new folder. */
  run(words: readonly string[], list: ServedList, ids?: readonly string[]): Promise<FuzzRun>;
}

/** More than any list needs; the server fails all further requests. */
const MAX_REQUESTS = 150;

export const openFuzzProgram = async (wire: WireFormat): Promise<FuzzProgram> => {
  let served: ServedList | undefined;
  let requests = 0;
  let number = 0;
  let requestedPages = new Map<string, readonly unknown[]>();
  const home = await homeWith({
    now: () => NOW,
    intercept: ({ url, headers }, response) => {
      // A request that an earlier run has abandoned may arrive late.
      if (headers['user-agent'] !== `recx/${number}`) return answer(response, '{}', 400);
      if (++requests > MAX_REQUESTS) return answer(response, '{}', 400);
      const page = served?.page(url);
      if (page === undefined) return answer(response, served?.first.text ?? '{}');
      requestedPages.set(url.href, served?.rowsOf(url) ?? []);
      return answer(response, page);
    },
  });
  const folder = emptyFolder();
  return {
    run: async (words, list, ids = []) => {
      served = list;
      requests = 0;
      number++;
      requestedPages = new Map();
      const own = join(folder, 'run');
      rmSync(own, { recursive: true, force: true });
      const { code, out, err } = await home.run(
        [...words.map((word) => word.replace('DIR', own)), ...wire.args, '--', ...ids],
        {
          now: () => NOW,
          version: String(number),
        },
      );
      return { code, out, err, files: filesIn(own), pages: [...requestedPages.values()], requests };
    },
  };
};

const filesIn = (folder: string): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  const names = (() => {
    try {
      return readdirSync(folder, { recursive: true, withFileTypes: true });
    } catch {
      return [];
    }
  })();
  for (const entry of names.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    files.set(path.slice(folder.length + 1), String(path.endsWith('.gz') ? gunzipSync(bytes) : bytes));
  }
  return files;
};
