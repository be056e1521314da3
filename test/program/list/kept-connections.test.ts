import type { ServerResponse } from 'node:http';
import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/system/limits.ts';
import { inspectFolder, openDownloadAccount, wavRecordings } from '../../support/download-account.ts';
import { homeWith } from '../../support/home.ts';
import { LOG_DELAYS, loggedDelays } from '../../support/timing.ts';
import { listArgs, serveRows, wireFormats } from '../../support/wire-formats.ts';

/** Ends each connection at its second request, without a response; counts these. */
const endReused = (end: (response: ServerResponse) => void) => {
  const used = new WeakSet<object>();
  const seen = { ended: 0 };
  const isEnded = (response: ServerResponse): boolean => {
    const { socket } = response;
    if (socket === null) return false;
    if (!used.has(socket)) {
      used.add(socket);
      return false;
    }
    seen.ended++;
    end(response);
    return true;
  };
  return { seen, isEnded };
};

const endings: readonly [how: string, end: (response: ServerResponse) => void][] = [
  ['reset', (response) => void response.socket?.resetAndDestroy()],
  ['close', (response) => void response.socket?.destroy()],
];

describe.each(endings)('a server may %s each kept connection when it is used again', (_, end) => {
  test.each(wireFormats)(
    'while $profile is listed: every request is repeated at once, as often as needed',
    async (wire) => {
      const { seen, isEnded } = endReused(end);
      const count = 1300;
      const serve = serveRows(wire, { count, at: (place) => wire.row(`id-${place}`) });
      const { run } = await homeWith({
        intercept: (request, response, number) => isEnded(response) || serve(request, response, number),
      });
      const words = [...LOG_DELAYS, ...listArgs(wire), '--fields', 'id', '-o', 'csv'];
      const { code, out, err } = await run(words);
      expect({ code, waits: loggedDelays(err) }).toEqual({ code: 0, waits: [] });
      expect(out.trim().split('\n')).toHaveLength(1 + count);
      expect(seen.ended).toBeGreaterThan(0);
    },
  );

  test('while media are downloaded: every request is repeated at once', async () => {
    const { seen, isEnded } = endReused(end);
    const account = await openDownloadAccount(wavRecordings(150, 10_000), {
      before: (_request, response) => isEnded(response),
    });
    const { code, err } = await account.download(...LOG_DELAYS);
    expect({ code, waits: loggedDelays(err) }).toEqual({ code: 0, waits: [] });
    expect(inspectFolder(account).files).toHaveLength(150);
    expect(seen.ended).toBeGreaterThan(0);
  });
});

test('a new connection that is closed without a response counts as a failed attempt', async () => {
  const { run, sandbox } = await homeWith({
    intercept: (_, response) => {
      response.socket?.destroy();
      return true;
    },
  });
  const [wire] = wireFormats;
  if (wire === undefined) throw new Error('no wire format');
  const { code } = await run(listArgs(wire));
  expect({ code, requests: sandbox.requests.length }).toEqual({ code: 5, requests: 4 });
});

test('a run gives each address of a server the time that a slow line needs', async () => {
  const { run } = await homeWith();
  await run(['list', '-p', 'relay']);
  expect(getDefaultAutoSelectFamilyAttemptTimeout()).toBe(limits.addressTimeout);
});
