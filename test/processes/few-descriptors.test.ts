import { expect, test } from 'vitest';
import {
  completeContents,
  inspectFolder,
  intactMedia,
  openDownloadAccount,
  wavRecordings,
} from '../support/download-account.ts';

test('a download with fewer file descriptors than --concurrency needs works on fewer recordings at a time', async () => {
  const account = await openDownloadAccount(wavRecordings(120, 20_000), {
    media: (recording) => (request, response) => {
      setTimeout(() => void intactMedia(recording)(request, response), 50);
      return true;
    },
  });
  const words = account.args('--concurrency', '64').map((word) => `'${word}'`);
  const { code, err } = await account.startScript(`ulimit -n 48; exec $RECX ${words.join(' ')}`).ended;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(inspectFolder(account)).toEqual(completeContents(account));
});
