import { expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';
import {
  expectFiles,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
  withExtensions,
} from '../../support/media-account.ts';
import { inSequence, type MediaHandler, redirect, status } from '../../support/media-faults.ts';
import { isExecutable } from '../../support/paths.ts';
import { timeoutFor } from '../../support/timing.ts';
import { relay, video, wireFormats } from '../../support/wire-formats.ts';

const ONCE = ['--retries', '0', '--timeout', timeoutFor(1)];

/** Sends these bytes as they are, and then closes the connection unless it is to stay open. */
const raw =
  (text: string, stays = false): MediaHandler =>
  (_, { socket }) => {
    socket?.write(text);
    if (!stays) socket?.end();
    return true;
  };

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n';
const UPGRADED = `${SWITCHING}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

/** Endings of a media request other than a response. */
const endings: Readonly<Record<string, MediaHandler>> = {
  upgraded: raw(UPGRADED, true),
  'upgraded-and-closed': raw(UPGRADED),
  'switched-without-upgrade': raw(`${SWITCHING}\r\n`, true),
  'closed-without-response': raw(''),
  'closed-after-hints': raw('HTTP/1.1 103 Early Hints\r\n\r\n'),
  tunnelled: raw('HTTP/1.1 200 Connection established\r\n\r\n'),
  garbage: raw('SSH-2.0-OpenSSH\r\n\r\n', true),
};

test.concurrent.each(wireFormats)(
  'however a media request of $profile ends, the run goes on and fails',
  async (wire) => {
    const recordings: ServedRecording[] = Object.entries(endings).flatMap(([id, media]) => [
      { id, media },
      // Reached by a redirect.
      { id: `${id}-redirected`, media: inSequence(redirect('?second'), media) },
    ]);
    const account = await openMediaAccount(wire, [...recordings, { id: 'good' }]);
    const words = ['download', ...wire.args, '--since', '7d', '--dir', account.out];
    const { code, err } = await account.run([...ONCE, ...words]);
    expect(code).toBe(3);
    for (const { id } of recordings) expect(err).toMatch(new RegExp(`^recx: ${id}: \\S`, 'm'));
    expect(err).toMatch(/^recx: upgraded: .*HTTP 101$/m);
    expectFiles(account.out, withExtensions(wire, { good: nativeFile(wire) }));
  },
);

test.concurrent.each(Object.entries(endings))('--stdout fails when its media request is %s', async (id, media) => {
  const account = await openMediaAccount(relay, [{ id, media }]);
  const { code, out, err } = await account.run([...ONCE, 'download', ...relay.args, '--stdout', id]);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(/^recx: \S/);
});

test('a HEAD request that switches protocols settles too', async () => {
  const recordings: ServedRecording[] = [{ id: 'one' }];
  const account = await openMediaAccount(relay, recordings);
  expect((await account.download('--no-manifest')).code).toBe(0);
  recordings[0] = { id: 'one', media: raw(UPGRADED, true) };
  const { code, err } = await account.download('--no-manifest');
  expect(account.mediaRequests.map(({ method }) => method)).toContain('HEAD');
  expect(code).toBe(3);
  expect(err).toMatch(/^recx: one: .*HTTP 101$/m);
  expectFiles(account.out, { [`one.${nativeFormat(relay)}`]: nativeFile(relay) }, { manifest: false });
});

test('an API that switches protocols ends the run with exit code 5', async () => {
  for (const text of [UPGRADED, `${SWITCHING}\r\n`, '']) {
    const home = await homeWith({ intercept: (request, response) => raw(text)({ ...request }, response) });
    const { code, out, err } = await home.run([...ONCE, 'list', ...relay.args, '-o', 'ndjson']);
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toMatch(/^recx: \S/);
  }
});

test.skipIf(isExecutable)('a promise that nothing settles ends the run as a bug, never as a success', async () => {
  const account = await openMediaAccount(video, [{ id: 'one', media: status(200) }]);
  const lost = '{ once() { return this; }, on() { return this; }, end() {}, destroy() {} }';
  const preload = `data:text/javascript,import http from 'node:http'; http.request = () => (${lost});`;
  const words = ['download', ...video.args, '--since', '7d', '--dir', account.out].join(' ');
  const { out, err } = await account.shell(`$RECX --timeout 1s ${words}; echo "exit code $?"`, {
    env: { NODE_OPTIONS: `--import "${preload}"` },
  });
  expect(out).toBe('exit code 1\n');
  expect(err).toMatch(/^recx: this is a bug in recx: .*the run has not ended\nRun again with --verbose/);
  // Its holder is dead: the lock that it left keeps no other run out.
  const again = await account.run([...ONCE, ...words.split(' ')]);
  expect(again.code).toBe(3);
  expect(again.err).toMatch(/^recx: one: \S/);
});
