import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { SeenRequest } from '../../src/sandbox/server.ts';
import { archiveOf, complete, converge, inPool, look, tapes } from '../support/archive.ts';
import { cut, type Fault, pages, said, stalled, status } from '../support/media-faults.ts';
import { timeout } from '../support/pace.ts';

const every = tapes(3, 20_000);

/** Half of the body and no more; the connection closes or stays open. */
const halfBody =
  (ends: boolean): Fault =>
  (request, response) => {
    const tape = every.find(({ id }) => request.url.pathname === `/media/${id}.wav`);
    const whole = tape?.bytes ?? Buffer.from('{"data":['.padEnd(1000));
    if (ends) return cut(whole, whole.length / 2, 'length')(request, response);
    return stalled(whole, whole.length / 2)(request, response);
  };

const faults: Readonly<Record<string, Fault>> = {
  429: status(429),
  500: status(500),
  reset: (_, response) => {
    response.socket?.resetAndDestroy();
    return true;
  },
  silence: () => true,
  stall: halfBody(false),
  cut: halfBody(true),
  HTML: said(200, ...pages.HTML),
  'nothing at all': said(200, '', 'application/json'),
};

/** Downloads three recordings by id, one after the other, each looked up in the API first; requests fail by their number. */
const openFaultyDownload = async (
  failing: (count: number, request: SeenRequest, response: ServerResponse) => boolean,
) => {
  let rest = 0;
  const archive = await archiveOf(every, {
    before: (request, response) => failing(++rest, request, response),
  });
  const words = archive.words('--concurrency', '1', ...archive.tapes.map(({ id }) => id));
  return { archive, words, count: () => rest };
};

const REQUESTS = 6;
const numbers = Array.from({ length: REQUESTS }, (_, index) => index + 1);

describe.concurrent.each(Object.entries(faults))('requests that fail with %s', (name, fault) => {
  const slow = name === 'silence' || name === 'stall' ? ['--timeout', timeout(1)] : [];

  test(`are retried if transient and leave no wrong file, for each of ${REQUESTS} requests failing once`, async () => {
    await inPool(3, numbers, async (number) => {
      const { archive, words } = await openFaultyDownload(
        (count, request, response) => count === number && fault(request, response),
      );
      const { code, err } = await archive.run([...slow, ...words]);
      const passes = name !== 'HTML' && name !== 'nothing at all';
      expect({ number, code, err }).toMatchObject({ code: passes ? 0 : expect.toBeOneOf([3, 5]) });
      look(archive);
      await converge(archive);
    });
  });

  test(`leave the remaining files to the next run when retries are off, for each of ${REQUESTS} requests failing once`, async () => {
    await inPool(3, numbers, async (number) => {
      const { archive, words } = await openFaultyDownload(
        (count, request, response) => count === number && fault(request, response),
      );
      const { code } = await archive.run([...slow, '--retries', '0', ...words]);
      // A reused connection may close at any moment: such a request is always repeated once.
      if (name !== 'reset') expect([3, 5], `at request ${number}`).toContain(code);
      expect(look(archive).files.length === 3).toBe(code === 0);
      await converge(archive);
    });
  });

  test(`keep finished files and leave the rest to the next run, when all requests fail from any of ${REQUESTS} points on`, async () => {
    await inPool(3, numbers, async (number) => {
      let broken = true;
      const { archive, words } = await openFaultyDownload(
        (count, request, response) => broken && count >= number && fault(request, response),
      );
      const { code } = await archive.run([...slow, '--retries', '1', ...words]);
      expect([3, 5], `from request ${number}`).toContain(code);
      expect(look(archive).files.length).toBe(Math.floor((number - 1) / 2));
      broken = false;
      await converge(archive);
    });
  });
});

test(`a run without faults makes ${REQUESTS} requests`, async () => {
  const { archive, words, count } = await openFaultyDownload(() => false);
  expect((await archive.run(words)).code).toBe(0);
  expect(count()).toBe(REQUESTS);
  expect(look(archive)).toEqual(complete(archive));
});
