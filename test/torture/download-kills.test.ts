import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  completeContents,
  type DownloadAccount,
  downloadUntilComplete,
  inspectFolder,
  openDownloadAccount,
  runInPool,
  seededRandom,
  wavRecordings,
} from '../support/download-account.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';

const KILLS = repetitions(200, 40);
const PLACES = repetitions(20, 8);
const COUNT = 10;
/** Larger than the write buffer, so that killed runs leave partial files to resume. */
const SIZE = 600_000;
const PIECE = 60_000;

/** Serves files in pieces, a few milliseconds apart. */
const openSlowAccount = (): Promise<DownloadAccount> => {
  const every = wavRecordings(COUNT, SIZE);
  return openDownloadAccount(every, {
    media:
      ({ id, bytes }) =>
      (request, response) => {
        const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
        const head = { 'content-type': 'audio/x-wav', etag: `"${id}"`, 'content-length': String(SIZE - from) };
        const range = { 'content-range': `bytes ${from}-${SIZE - 1}/${SIZE}` };
        response.writeHead(from > 0 ? 206 : 200, { ...head, ...(from > 0 ? range : {}) });
        const piece = (place: number): void => {
          if (place >= SIZE) response.end();
          else response.write(bytes.subarray(place, place + PIECE), () => setTimeout(piece, 6, place + PIECE));
        };
        piece(from);
        return true;
      },
  });
};

/** Kills a run at a random moment: sometimes during start-up, mostly after a random number of requests. */
const killAtRandom = async (account: DownloadAccount, roll: (sides: number) => number): Promise<boolean> => {
  const visits = (): number => [...account.requestTimes.values()].reduce((sum, times) => sum + times.length, 0);
  const wanted = visits() + roll(5);
  const [soon, extra] = [roll(5) === 0, roll(60)];
  const { child, ended } = account.start(account.args('--concurrency', '2', '--wait', '1h'));
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  if (soon) await rest(40 + extra * 5);
  else while (!over && visits() <= wanted) await rest(1);
  await rest(extra);
  child.kill('SIGKILL');
  const { code, signal, err } = await ended;
  if (signal === null) expect({ code, err }).toEqual({ code: 0, err: '' });
  inspectFolder(account);
  return signal === 'SIGKILL';
};

test(`${KILLS} killed downloads leave consistent files, resume partial files and end with every recording complete`, async () => {
  let kills = 0;
  let resumed = 0;
  const seeds = Array.from({ length: PLACES }, (_, index) => index + 1);
  await runInPool(4, seeds, async (seed) => {
    const roll = seededRandom(withSeed(seed));
    const shared = await openSlowAccount();
    let own = 0;
    while (own < KILLS / PLACES) {
      const account = shared.withNewFolder();
      for (let done = false; !done && own < KILLS / PLACES; ) {
        done = !(await killAtRandom(account, roll));
        if (!done) own++;
      }
      await downloadUntilComplete(account);
    }
    kills += own;
    resumed += shared.sandbox.requests.filter(({ headers }) => headers.range !== undefined).length;
  });
  expect(kills).toBe(KILLS);
  expect(resumed).toBeGreaterThan(KILLS / 50);
});

test('a truncated manifest line of a killed run does not corrupt other lines', async () => {
  const account = await openDownloadAccount(wavRecordings(6, 3000));
  await downloadUntilComplete(account);
  const manifest = join(account.dir, 'manifest.ndjson');
  const text = readFileSync(manifest, 'utf8');
  const last = text.lastIndexOf('\n', text.length - 2) + 1;
  for (const size of [last + 1, last + 40, text.length - 2, text.length - 1]) {
    writeFileSync(manifest, text.slice(0, size));
    await downloadUntilComplete(account);
    expect(inspectFolder(account)).toEqual(completeContents(account));
  }
});
