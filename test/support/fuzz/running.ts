import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { emptyFolder } from '../cleanup.ts';
import { answer, homeWith } from '../home.ts';
import type { Wire } from '../wires.ts';
import { NOW, type Played } from './mutations.ts';

/** How a run of the whole program in this process ended. */
export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What is in the folder it wrote to, by the paths below it. */
  readonly files: ReadonlyMap<string, string>;
  /** Each page of the list that it asked for: what its rows mean. */
  readonly pages: readonly (readonly unknown[])[];
  readonly requests: number;
}

/** The program beside a server that plays one list after the other. */
export interface Stage {
  /** Words in which `DIR` stands for a folder of the run's own. */
  run(words: readonly string[], played: Played): Promise<Run>;
}

/** More than any of the lists takes; a server that is asked more often answers no longer. */
const MOST_REQUESTS = 150;

export const openStage = async (wire: Wire): Promise<Stage> => {
  let playing: Played | undefined;
  let requests = 0;
  let number = 0;
  let asked = new Map<string, readonly unknown[]>();
  const home = await homeWith({
    intercept: ({ url, headers }, response) => {
      // A request that an earlier run has given up may arrive late.
      if (headers['user-agent'] !== `recx/${number}`) return answer(response, '{}', 400);
      if (++requests > MOST_REQUESTS) return answer(response, '{}', 400);
      const page = playing?.page(url);
      if (page === undefined) return answer(response, playing?.first.text ?? '{}');
      asked.set(url.href, playing?.meant(url) ?? []);
      return answer(response, page);
    },
  });
  const folder = emptyFolder();
  return {
    run: async (words, played) => {
      playing = played;
      requests = 0;
      number++;
      asked = new Map();
      const own = join(folder, 'run');
      rmSync(own, { recursive: true, force: true });
      const { code, out, err } = await home.run([...words.map((word) => word.replace('DIR', own)), ...wire.asked], {
        now: () => NOW,
        version: String(number),
      });
      return { code, out, err, files: filesIn(own), pages: [...asked.values()], requests };
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
