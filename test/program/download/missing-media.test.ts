import { describe, expect, test } from 'vitest';
import { sandboxApis } from '../../../src/sandbox/server.ts';
import {
  buildsMediaUrls,
  expectFiles,
  listTree,
  MANIFEST,
  nativeFile,
  nativeFormat,
  nativeMedia,
  openMediaAccount,
  type ServedRecording,
  withExtensions,
} from '../../support/media-account.ts';
import {
  framed,
  framings,
  inSequence,
  type MediaHandler,
  redirect,
  reply,
  startMediaServer,
  status,
} from '../../support/media-faults.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { plivo, relay, twilio, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const loginOf = ({ provider }: WireFormat): string => {
  const login = sandboxApis.find((api) => api.provider === provider)?.basicAuth ?? [];
  return `Basic ${Buffer.from(login.join(':')).toString('base64')}`;
};

/** The time of a row, as its API writes it. */
const createdAgo = (wire: WireFormat, milliseconds: number) => ({
  [wire.keys.time]: wire.row('x', {}, Date.now() - milliseconds)[wire.keys.time],
});

/** Media that is found only with these credentials. */
const hidden =
  (login: string, answer: MediaHandler): MediaHandler =>
  (request, response) =>
    (request.headers.authorization === login ? answer : status(404))(request, response);

describe.concurrent.each(wireFormats)('media of $profile that is not found', (wire) => {
  const files = (...ids: readonly string[]) =>
    withExtensions(wire, Object.fromEntries(ids.map((id) => [id, nativeFile(wire)])));

  test('for a recording of the last minutes is pending, and the next run downloads it', async () => {
    const recordings: ServedRecording[] = [
      { id: 'new', media: inSequence(status(404), status(404), nativeMedia(wire)), more: createdAgo(wire, 2000) },
      { id: 'good' },
    ];
    const account = await openMediaAccount(wire, recordings);
    const first = await account.download('--sidecar', '--summary', '-');
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ done: 1, pending: 1, gone: 0, failed: 0 });
    expectFiles(account.out, files('good'), { others: ['good.json'] });
    recordings[0] = { id: 'new' };
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, files('good', 'new'), { others: ['good.json'] });
  });

  test.each([
    [404, 3_600_000],
    [410, 2000],
    [404, -3 * 86_400_000],
  ])('with status %i, for a recording made %i ms ago, is gone', async (code, age) => {
    const account = await openMediaAccount(wire, [{ id: 'old', media: status(code), more: createdAgo(wire, age) }]);
    const run = await account.download();
    expect(run.code).toBe(3);
    expect(run.err).toMatch(/^recx: old: .*the media is gone$/m);
    expect(account.sandbox.requests.length - 1).toBeLessThanOrEqual(3);
  });

  test('without credentials is requested with them, on the server of the account', async () => {
    const account = await openMediaAccount(wire, [
      { id: 'one', media: hidden(loginOf(wire), nativeMedia(wire)) },
      { id: 'two', media: hidden(loginOf(wire), nativeMedia(wire)) },
    ]);
    const { code, err } = await account.download('--concurrency', '1');
    if (wire.profile === 'video') {
      // Signed links are requested without credentials.
      expect(code).toBe(3);
      expect(account.mediaRequests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
      return;
    }
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expectFiles(account.out, files('one', 'two'));
    // The server of the first file is known to need them.
    expect(account.mediaRequests.map(({ headers }) => headers.authorization !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });

  const hasTwoSchemes = wire.profile === 'relay' || wire.profile === 'compatibility';
  test.runIf(hasTwoSchemes)('for an unsuitable form of credentials is requested with the next', async () => {
    const token = Buffer.from(loginOf(wire).slice(6), 'base64').toString().split(':')[1];
    const media: MediaHandler = (request, response) => {
      const { authorization } = request.headers;
      if (authorization === undefined) return status(404)(request, response);
      return (authorization === `Bearer ${token}` ? nativeMedia(wire) : status(401))(request, response);
    };
    const account = await openMediaAccount(wire, [{ id: 'one', media }]);
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, files('one'));
  });

  test('behind a redirect is requested once more before it counts as gone', async () => {
    const storage = await startMediaServer(inSequence(status(404), nativeMedia(wire)));
    const media = redirect(`${storage.origin}/one.${nativeFormat(wire)}`);
    const account = await openMediaAccount(wire, [{ id: 'one', media }]);
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, files('one'));
    const empty = await startMediaServer(status(404));
    const other = await openMediaAccount(wire, [{ id: 'one', media: redirect(`${empty.origin}/one`) }]);
    expect(await other.download()).toMatchObject({ code: 3 });
    expect(empty.requests).toHaveLength(2);
    expect(empty.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test.runIf(!buildsMediaUrls(wire))('on another host is not requested with credentials', async () => {
    const storage = await startMediaServer(status(404));
    const account = await openMediaAccount(wire, [{ id: 'one', link: `${storage.origin}/one` }]);
    expect((await account.download()).code).toBe(3);
    expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

test('media of a recording without a time is pending while it is not found', async () => {
  const account = await openMediaAccount(relay, [{ id: 'one', media: status(404), more: { created_at: null } }]);
  expect((await account.downloadOnly('one')).code).toBe(0);
  const { code, err } = await account.run(['download', ...relay.args, '--stdout', 'one']);
  expect(code).toBe(3);
  expect(err).toMatch(/recording one is not ready: its media is not available yet/);
});

test('an empty file of a recording of zero seconds is absent, of any other recording a failure', async () => {
  const none = { duration: '0' };
  const empty = framings.map(
    (framing): ServedRecording => ({ id: framing, media: framed(Buffer.alloc(0), framing), more: none }),
  );
  const account = await openMediaAccount(twilio, [...empty, { id: 'no-content', media: status(204), more: none }]);
  const { code, out } = await account.download('--summary', '-');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ absent: 4, failed: 0 });
  expect(listTree(account.out)).toEqual([MANIFEST]);
  const other = await openMediaAccount(twilio, [{ id: 'one', media: framed(Buffer.alloc(0), 'length') }]);
  expect(await other.download()).toMatchObject({ code: 3 });
});

test.each([
  ['UTF-8', Buffer.from('/store/Réunion 1.mp3'), '/store/R%C3%A9union%201.mp3'],
  ['Latin-1', Buffer.from('/store/Réunion.mp3', 'latin1'), '/store/R%E9union.mp3'],
  ['percent-encoded UTF-8', Buffer.from('/store/R%C3%A9union.mp3'), '/store/R%C3%A9union.mp3'],
  ['UTF-8 in the query', Buffer.from('/store/x.mp3?name=顧客'), '/store/x.mp3?name=%E9%A1%A7%E5%AE%A2'],
])('a redirect to a place in %s is followed to its bytes', async (_, location, expected) => {
  const paths: string[] = [];
  const file = nativeFile(plivo);
  const found = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${file.length}\r\n\r\n`);
  const moved = Buffer.concat([Buffer.from('HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: '), location]);
  const origin = await startRawServer((socket, path) => {
    paths.push(path);
    socket.write(Buffer.concat(path === '/start.mp3' ? [moved, Buffer.from('\r\n\r\n')] : [found, file]));
  });
  const account = await openMediaAccount(plivo, [{ id: 'one', link: `${origin}/start.mp3` }]);
  expect(await account.download()).toMatchObject({ code: 0, err: '' });
  expect(paths).toEqual(['/start.mp3', expected]);
});

test('the message of a server that rejects a request is shown, without the secrets of its link', async () => {
  const json = (message: string): string => JSON.stringify({ code: 16113, message });
  const link = (query: string): string => `http://127.0.0.1:1/x?${query}`;
  const answers: Readonly<Record<string, MediaHandler>> = {
    channels: reply(400, json('Requested channels are not available'), 'application/json'),
    protected: reply(
      403,
      json(`Not allowed\u001b[31m\nfor ${link('token=abc')} ${'x'.repeat(5000)}`),
      'application/json',
    ),
    storage: reply(403, '<Error><Code>AccessDenied</Code><Message>Signature abcdef0123</Message></Error>', 'text/xml'),
    echo: (request, response) =>
      reply(422, json(`wrong: ${request.url.search}`), 'application/json')(request, response),
  };
  const server = await startMediaServer((request, response) =>
    (answers[request.url.pathname.slice(1)] ?? status(404))(request, response),
  );
  const account = await openMediaAccount(
    plivo,
    Object.keys(answers).map((id) => ({ id, link: `${server.origin}/${id}?Signature=s3cr3t-of-link` })),
  );
  const { code, err } = await account.download();
  expect(code).toBe(3);
  expect(err).toMatch(/^recx: channels: .*HTTP 400: Requested channels are not available$/m);
  expect(err).toMatch(/^recx: protected: .*HTTP 403: Not allowed/m);
  expect(err).toMatch(/^recx: storage: .*HTTP 403$/m);
  expect(err).not.toMatch(/s3cr3t|token=abc/);
  for (const line of err.split('\n')) expect(line.length).toBeLessThanOrEqual(300);
});
