import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SeenRequest } from '../../src/sandbox/server.ts';
import { emptyFolder } from '../support/cleanup.ts';
import {
  completeContents,
  downloadUntilComplete,
  inspectFolder,
  openDownloadAccount,
  runInPool,
  wavRecordings,
} from '../support/download-account.ts';
import { cut, errorPages, type MediaHandler, reply, stalled, status } from '../support/media-faults.ts';
import { timeoutFor } from '../support/timing.ts';

const every = wavRecordings(3, 20_000);

/** Half of the body and no more; the connection closes or stays open. */
const halfBody =
  (ends: boolean): MediaHandler =>
  (request, response) => {
    const recording = every.find(({ id }) => request.url.pathname === `/media/${id}.wav`);
    const whole = recording?.bytes ?? Buffer.from('{"data":['.padEnd(1000));
    if (ends) return cut(whole, whole.length / 2, 'length')(request, response);
    return stalled(whole, whole.length / 2)(request, response);
  };

const faults: Readonly<Record<string, MediaHandler>> = {
  429: status(429),
  500: status(500),
  reset: (_, response) => {
    response.socket?.resetAndDestroy();
    return true;
  },
  silence: () => true,
  stall: halfBody(false),
  cut: halfBody(true),
  HTML: reply(200, ...errorPages.HTML),
  'nothing at all': reply(200, '', 'application/json'),
};

/** Downloads three recordings by id, one after the other, each looked up in the API first; requests fail by their number. */
const openFaultyDownload = async (
  failing: (count: number, request: SeenRequest, response: ServerResponse) => boolean,
) => {
  let rest = 0;
  const account = await openDownloadAccount(every, {
    before: (request, response) => failing(++rest, request, response),
  });
  const list = join(emptyFolder(), 'ids.txt');
  writeFileSync(list, account.recordings.map(({ id }) => `${id}\n`).join(''));
  const words = account.args('--concurrency', '1', '--ids', list);
  return { account, words, count: () => rest };
};

const REQUESTS = 6;
const numbers = Array.from({ length: REQUESTS }, (_, index) => index + 1);

describe.concurrent.each(Object.entries(faults))('requests that fail with %s', (name, fault) => {
  const slow = name === 'silence' || name === 'stall' ? ['--timeout', timeoutFor(1)] : [];

  test(`are retried if transient and leave no wrong file, for each of ${REQUESTS} requests failing once`, async () => {
    await runInPool(3, numbers, async (number) => {
      const { account, words } = await openFaultyDownload(
        (count, request, response) => count === number && fault(request, response),
      );
      const { code, err } = await account.run([...slow, ...words]);
      const passes = name !== 'HTML' && name !== 'nothing at all';
      expect({ number, code, err }).toMatchObject({ code: passes ? 0 : expect.toBeOneOf([3, 5]) });
      inspectFolder(account);
      await downloadUntilComplete(account);
    });
  });

  test(`leave the remaining files to the next run when retries are off, for each of ${REQUESTS} requests failing once`, async () => {
    await runInPool(3, numbers, async (number) => {
      const { account, words } = await openFaultyDownload(
        (count, request, response) => count === number && fault(request, response),
      );
      const { code } = await account.run([...slow, '--retries', '0', ...words]);
      // A reused connection may close at any moment: such a request is always repeated once.
      if (name !== 'reset') expect([3, 5], `at request ${number}`).toContain(code);
      expect(inspectFolder(account).files.length === 3).toBe(code === 0);
      await downloadUntilComplete(account);
    });
  });

  test(`keep finished files and leave the rest to the next run, when all requests fail from any of ${REQUESTS} points on`, async () => {
    await runInPool(3, numbers, async (number) => {
      let broken = true;
      const { account, words } = await openFaultyDownload(
        (count, request, response) => broken && count >= number && fault(request, response),
      );
      const { code } = await account.run([...slow, '--retries', '1', ...words]);
      expect([3, 5], `from request ${number}`).toContain(code);
      expect(inspectFolder(account).files.length).toBe(Math.floor((number - 1) / 2));
      broken = false;
      await downloadUntilComplete(account);
    });
  });
});

test(`a run without faults makes ${REQUESTS} requests`, async () => {
  const { account, words, count } = await openFaultyDownload(() => false);
  expect((await account.run(words)).code).toBe(0);
  expect(count()).toBe(REQUESTS);
  expect(inspectFolder(account)).toEqual(completeContents(account));
});
