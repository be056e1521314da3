import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  completeContents,
  inspectFolder,
  intactMedia,
  openDownloadAccount,
  wavRecordings,
} from '../../support/download-account.ts';
import { answer } from '../../support/home.ts';
import type { MediaHandler } from '../../support/media-faults.ts';

const SIZE = 20_000;

/** Media of which a server allows only some at a time; the others are refused. */
const limitedMedia = (most: number, refuse: (response: ServerResponse) => true) => {
  const seen = { underWay: 0, refused: 0 };
  const limited =
    (media: MediaHandler): MediaHandler =>
    (request, response) => {
      if (seen.underWay >= most) {
        seen.refused++;
        return refuse(response);
      }
      seen.underWay++;
      setTimeout(() => {
        seen.underWay--;
        void media(request, response);
      }, 30);
      return true;
    };
  return { seen, limited };
};

const tooMany = (response: ServerResponse): true => answer(response, { code: 20429 }, 429);

describe.concurrent('a server that allows only some requests at a time', () => {
  test.each<[string, number, string, (response: ServerResponse) => true]>([
    ['2 of 8, with 429', 2, '8', tooMany],
    ['4 of 8, with 503', 4, '8', (response) => answer(response, '', 503)],
    ['1 of 64, with 429', 1, '64', tooMany],
    ['2 of 8, with 403', 2, '8', (response) => answer(response, { message: 'Rate limit exceeded' }, 403)],
  ])('gets no more than it allows and refuses no recording for good: %s', async (_, most, concurrency, refuse) => {
    const { seen, limited } = limitedMedia(most, refuse);
    const account = await openDownloadAccount(wavRecordings(120, SIZE), {
      media: (recording) => limited(intactMedia(recording)),
    });
    const { code, err } = await account.download('--concurrency', concurrency);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(inspectFolder(account)).toEqual(completeContents(account));
    expect(seen.refused).toBeGreaterThan(0);
    expect(seen.refused).toBeLessThan(120 + 40);
  });
});

test('a recording that is always refused does not stop the others', async () => {
  const every = wavRecordings(40, SIZE);
  const account = await openDownloadAccount(every, {
    media: (recording) => (recording === every[5] ? (_, response) => tooMany(response) : intactMedia(recording)),
  });
  const { code, err } = await account.download();
  expect(code).toBe(3);
  expect(err).toContain('tape-0005: ');
  expect(inspectFolder(account).files).toHaveLength(39);
});
