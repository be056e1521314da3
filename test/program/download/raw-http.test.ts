import { describe, expect, test } from 'vitest';
import { buildsMediaUrls, listTree, nativeFile, nativeFormat, openMediaAccount } from '../../support/media-account.ts';
import { acceptedHeads, rejectedHeads, startRawServer } from '../../support/raw-server.ts';
import { wireFormats } from '../../support/wire-formats.ts';

/** In lists, fetch refuses 100 Continue, and a redirect has no meaning without a place. */
const accepted = [
  ...acceptedHeads,
  ['100 Continue', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: N\r\n\r\n'],
] as const;
const rejected = [
  ...rejectedHeads,
  ['a redirect without a place', 'HTTP/1.1 301 Moved Permanently\r\nContent-Length: N\r\n\r\n'],
] as const;

/** Only links that an API reports can lead to the server of this test. */
const linking = wireFormats.filter((wire) => !buildsMediaUrls(wire));

describe.concurrent.each(linking)('a media response of $profile', (wire) => {
  const bytes = nativeFile(wire);
  const download = async (head: string) => {
    const start = Buffer.from(head.replace('N', String(bytes.length)), 'latin1');
    const origin = await startRawServer((socket) => socket.end(Buffer.concat([start, bytes])));
    const link = `${origin}/only.${nativeFormat(wire)}`;
    const account = await openMediaAccount(wire, [{ id: 'only', link }]);
    return { out: account.out, run: await account.download('--retries', '0') };
  };

  test.each(accepted)('with %s is stored', async (_, head) => {
    const { run, out } = await download(head);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(listTree(out)).toEqual(['manifest.ndjson', `only.${nativeFormat(wire)}`]);
  });

  test.each(rejected)('with %s leaves no file', async (_, head) => {
    const { run, out } = await download(head);
    expect(run.code).toBe(3);
    expect(listTree(out).filter((path) => !path.startsWith('.'))).toEqual([]);
  });
});
