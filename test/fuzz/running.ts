import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { run } from '../../src/cli.ts';
import type { World } from '../../src/system/world.ts';
import { answer, emptyFolder, type Home, homeWith } from '../program/harness.ts';
import type { Wire } from '../program/wires.ts';
import { NOW, type Played } from './mutations.ts';

/** How a run of the whole program in this process ended. */
export interface Run {
  readonly code: number;
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
      const ended = await runHere(
        [...words.map((word) => word.replace('DIR', own)), ...wire.asked],
        home,
        String(number),
      );
      return { ...ended, files: filesIn(own), pages: [...asked.values()], requests };
    },
  };
};

const runHere = async (
  words: readonly string[],
  { folder }: Home,
  version: string,
): Promise<Pick<Run, 'code' | 'out' | 'err'>> => {
  const printed = { out: '', err: '' };
  const screen = (name: 'out' | 'err') => ({
    ...{ isTTY: false, columns: undefined },
    stream: new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        printed[name] += String(chunk);
        done();
      },
    }),
  });
  const world: World = {
    ...{ env: { RECX_CONFIG_DIR: folder }, home: folder, version, node: process.versions.node },
    ...{ platform: 'linux', user: process.getuid?.(), now: () => NOW },
    in: Readable.from([]) as unknown as NodeJS.ReadStream, // nothing is read from it
    ...{ out: screen('out'), err: screen('err') },
    catchSignals: () => ({ signal: new AbortController().signal, release: () => {} }),
    holdInterrupts: () => () => {},
  };
  const code = await run(words, world);
  return { code, ...printed };
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
