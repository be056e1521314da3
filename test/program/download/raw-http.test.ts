import { describe, expect, test } from 'vitest';
import { buildsMediaUrls, listTree, nativeFile, nativeFormat, openMediaAccount } from '../../support/media-account.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { wireFormats } from '../../support/wire-formats.ts';

/** Heads with which the file is complete; `N` is its length. */
const accepted = [
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: N\r\n\r\n'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: N\r\n\r\n'],
  ['early hints', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: N\r\n\r\n'],
  ['100 Continue', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: N\r\n\r\n'],
  ['a Latin-1 header', 'HTTP/1.1 200 OK\r\nX-Place: R\u00e9union\r\nContent-Length: N\r\n\r\n'],
] as const;

/** Heads after which nothing may be stored. */
const rejected = [
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: N\r\nContent-Length: 1\r\n\r\n'],
  ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: N\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: N, 1\r\n\r\n'],
  ['a control character', 'HTTP/1.1 200 OK\r\nX-A: a\u0001b\r\nContent-Length: N\r\n\r\n'],
  ['a header of 20 kB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_000)}\r\nContent-Length: N\r\n\r\n`],
  ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nRIFF\r\n'],
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
