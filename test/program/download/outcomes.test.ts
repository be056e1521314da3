import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import { homeWith } from '../../support/home.ts';
import {
  expectFiles,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
  withExtensions,
} from '../../support/media-account.ts';
import { completeFile, numberedFile, status } from '../../support/media-faults.ts';
import { relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const tenRecordings = (wire: WireFormat): readonly ServedRecording[] =>
  Array.from({ length: 10 }, (_, index) => ({
    id: `id-${index}`,
    media: completeFile(numberedFile(nativeFormat(wire), index)),
  }));
const files = (wire: WireFormat): Record<string, Buffer> =>
  Object.fromEntries(tenRecordings(wire).map(({ id }, index) => [id, numberedFile(nativeFormat(wire), index)]));

describe.concurrent.each(wireFormats)('a download of several recordings of $profile', (wire) => {
  test.each([404, 410])('continues when the media of one recording responds with %i', async (code) => {
    const recordings = tenRecordings(wire).map((recording, index) =>
      index === 4 ? { ...recording, media: status(code) } : recording,
    );
    const account = await openMediaAccount(wire, recordings);
    const run = await account.download();
    expect(run.code).toBe(3);
    expect(run.err).toMatch(new RegExp(`^recx: id-4: .*${code}.*gone`, 'm'));
    expect(run.err).toMatch(/^9 downloaded to \S+; gone 1 \(/m);
    const { 'id-4': _gone, ...rest } = files(wire);
    // A missing file may be a protected one, which 410 and signed links exclude.
    const requests = account.mediaRequests.filter(({ url }) => url.pathname.includes('/id-4.'));
    expect(requests).toHaveLength(code === 404 && wire.profile !== 'video' ? 2 : 1);
    const lookups = account.sandbox.requests.filter(
      ({ url }) => url.pathname === wire.recordingPath('id-4') && url.pathname !== wire.listPath,
    );
    expect(requests.length + lookups.length).toBeLessThanOrEqual(3);
    expect(account.mediaRequests).toHaveLength(9 + requests.length);
    expectFiles(account.out, withExtensions(wire, rest));
  });

  test('reports recordings that are not ready as pending, and a later run downloads them', async () => {
    const { status: word } = wire.keys;
    const states: Readonly<Record<string, Row>> =
      word === undefined
        ? {}
        : {
            running: { [word]: 'in-progress' },
            processing: { [word]: 'processing' },
            queued: { [word]: 'queued' },
            strange: { [word]: 'unheard-of' },
          };
    const recordings: ServedRecording[] = [
      ...Object.entries(states).map(([id, more]) => ({ id, more })),
      { id: 'good' },
    ];
    const account = await openMediaAccount(wire, recordings);
    const first = await account.download();
    const count = Object.keys(states).length;
    expect(first.code).toBe(0);
    expect(first.err).toMatch(count > 0 ? new RegExp(`^1 downloaded to \\S+; pending ${count} \\(.*\\n$`) : /^$/);
    expect(account.mediaRequests).toHaveLength(1);
    expectFiles(account.out, withExtensions(wire, { good: nativeFile(wire) }));
    for (const [index, { id }] of recordings.entries()) recordings[index] = { id };
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expect(account.mediaRequests).toHaveLength(1 + count);
    const all = Object.fromEntries(recordings.map(({ id }) => [id, nativeFile(wire)]));
    expectFiles(account.out, withExtensions(wire, all));
  });

  test('requests no media for a recording whose status means that nothing was recorded', async () => {
    const { status: word } = wire.keys;
    const absent = { plivo: undefined, relay: 'no_input', video: undefined, compatibility: 'absent', twilio: 'absent' }[
      wire.profile
    ];
    if (word === undefined || absent === undefined) return;
    const account = await openMediaAccount(wire, [{ id: 'nothing', more: { [word]: absent } }, { id: 'good' }]);
    const { code } = await account.download();
    expect({ code, media: account.mediaRequests.length }).toEqual({ code: 0, media: 1 });
    expectFiles(account.out, withExtensions(wire, { good: nativeFile(wire) }));
  });

  test('reports an id that is not found and downloads the others', async () => {
    const account = await openMediaAccount(wire, tenRecordings(wire).slice(0, 2));
    const { code, err } = await account.downloadOnly('id-0', 'nowhere', 'id-1', 'id-0');
    expect(code).toBe(6);
    expect(err).toMatch(/^recx: recording nowhere not found$/m);
    expect(account.mediaRequests).toHaveLength(2);
    const { 'id-0': first = Buffer.of(), 'id-1': second = Buffer.of() } = files(wire);
    expectFiles(account.out, withExtensions(wire, { 'id-0': first, 'id-1': second }));
  });

  test('counts every outcome in its summary', async () => {
    const recordings = tenRecordings(wire).map((recording, index) =>
      index === 4
        ? { ...recording, media: status(404) }
        : index === 5
          ? { ...recording, media: status(400) }
          : recording,
    );
    const account = await openMediaAccount(wire, recordings);
    const { code, out } = await account.download('--summary', '-');
    const sizes = Object.entries(files(wire))
      .filter(([id]) => id !== 'id-4' && id !== 'id-5')
      .map(([, { length }]) => length);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      done: 8,
      gone: 1,
      failed: 1,
      skipped: 0,
      pending: 0,
      absent: 0,
      missing: 0,
      listed: 10,
      exit_code: 3,
      bytes: sizes.reduce((sum, length) => sum + length, 0),
    });
  });

  test('ends at the first response that rejects the credentials', async () => {
    let refusing = false;
    const account = await openMediaAccount(wire, tenRecordings(wire), (_, response) => {
      if (!refusing) return false;
      response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
      return true;
    });
    refusing = true;
    const { code } = await account.downloadOnly(...tenRecordings(wire).map(({ id }) => id), '--concurrency', '1');
    expect({ code, requests: account.sandbox.requests.length }).toEqual({ code: 4, requests: 1 });
    // The same holds while file names are collected before the download.
    const names = await account.downloadOnly(
      ...tenRecordings(wire).map(({ id }) => id),
      '--concurrency',
      '1',
      '--name',
      '{created_at}',
    );
    expect({ code: names.code, requests: account.sandbox.requests.length }).toEqual({ code: 4, requests: 2 });
    expectFiles(account.out, {});
  });
});

test.concurrent('a download of many recordings in parallel prints nothing on success', async () => {
  const recordings = Array.from({ length: 60 }, (_, index): ServedRecording => ({ id: `id-${index}` }));
  const account = await openMediaAccount(relay, recordings);
  expect(await account.download('--concurrency', '40')).toMatchObject({ code: 0, out: '', err: '' });
  expectFiles(
    account.out,
    withExtensions(relay, Object.fromEntries(recordings.map(({ id }) => [id, nativeFile(relay)]))),
  );
});

test('on a terminal the recordings that are not ready are named', async () => {
  const home = await homeWith();
  const words = ['download', '-p', 'twilio', '--since', '20d', '--status', 'in_progress,processing'];
  const { code, err } = await home.run([...words, '--dir', join(home.folder, 'out')], {
    columns: 100,
    showsErrors: true,
  });
  expect(code).toBe(0);
  expect(err).toMatch(/pending \d+\s+Not ready yet: RE[\da-f]{32}\b[^;]*; a later run downloads/);
});
