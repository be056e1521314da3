import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { configurationText } from '../../support/home.ts';
import { acceptedHeads, rejectedHeads, startRawServer } from '../../support/raw-server.ts';
import { runHere } from '../../support/run.ts';
import { listArgs, plivo, relay, type WireFormat } from '../../support/wire-formats.ts';

/** Runs the program with profiles for a server that writes bytes as given. */
const rawServer = async (respond: Parameters<typeof startRawServer>[0]) => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'config.json'), configurationText(await startRawServer(respond)), { mode: 0o600 });
  return (words: readonly string[]) => runHere(words, { env: { HOME: folder, RECX_CONFIG_DIR: folder } });
};

const bodyOf = (wire: WireFormat): string => JSON.stringify(wire.page([wire.row('only')], null));
const ids = (wire: WireFormat): readonly string[] => listArgs(wire, '-o', 'ndjson', '--fields', 'id', '--retries', '0');

describe.concurrent.each([plivo, relay])('a response from $profile', (wire) => {
  const body = bodyOf(wire);
  const serving = (head: string) =>
    rawServer((socket) => {
      socket.end(Buffer.concat([Buffer.from(head.replace('N', String(body.length)), 'latin1'), Buffer.from(body)]));
    });

  test.each(acceptedHeads)('with %s is read', async (_, head) => {
    const run = await serving(head);
    expect(await run(ids(wire))).toMatchObject({ code: 0, out: '{"id":"only"}\n', err: '' });
  });

  test.each(rejectedHeads)('with %s is an error that prints no row', async (_, head) => {
    const run = await serving(head);
    expect(await run(ids(wire))).toMatchObject({ code: 5, out: '' });
  });

  test.each([0, 5, 30])(
    'after which the connection ends %i ms later without notice does not end the list',
    async (ms) => {
      const count = 240;
      const run = await rawServer((socket, path) => {
        const { first, end } = wire.pageRange(new URL(path, 'http://127.0.0.1'));
        const place = first || 0;
        const last = Math.min(count, (end || 0) > place ? end : place + 20);
        const rows = Array.from({ length: last - place }, (__, index) =>
          wire.row(`id-${place + index}`, {}, Date.now() - 3_600_000 - (place + index) * 1000),
        );
        const text = JSON.stringify(wire.page(rows, last < count ? wire.pageLink(last) : null));
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
        );
        if (ms === 0) socket.end();
        else setTimeout(() => socket.end(), ms);
      });
      const { code, out, err } = await run(listArgs(wire, '-o', 'ndjson', '--fields', 'id'));
      expect({ code, err, rows: new Set(out.trim().split('\n')).size }).toEqual({ code: 0, err: '', rows: count });
    },
  );
});
