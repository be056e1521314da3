import { Readable, Writable } from 'node:stream';
import { expect } from 'vitest';
import { run } from '../../src/cli.ts';
import type { World } from '../../src/system/world.ts';
import type { Home } from './harness.ts';

/** One run in this process, in a tenth of the time that one of its own takes, which ends well or with one of some codes; its code. */
export const runHere = async (
  words: readonly string[],
  home: Home,
  now: () => number,
  others: readonly number[] = [],
): Promise<number> => {
  let err = '';
  const screen = { isTTY: false, columns: undefined };
  const sink = (take: (text: string) => void) =>
    new Writable({
      write: (chunk, _encoding, done) => {
        take(String(chunk));
        done();
      },
    });
  const world: World = {
    ...{ env: { RECX_CONFIG_DIR: home.folder }, home: home.folder, version: '0', node: process.versions.node },
    ...{ platform: 'linux', user: process.getuid?.(), now },
    in: Readable.from([]) as unknown as NodeJS.ReadStream, // nothing is read from it
    out: { ...screen, stream: sink(() => {}) },
    err: { ...screen, stream: sink((text) => (err += text)) },
    catchSignals: () => ({ signal: new AbortController().signal, release: () => {} }),
    holdInterrupts: () => () => {},
  };
  const code = await run(words, world);
  if (code === 0) expect(err).toBe('');
  else expect(others, err).toContain(code);
  return code;
};
