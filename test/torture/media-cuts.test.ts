import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import {
  completeContents,
  downloadUntilComplete,
  inspectFolder,
  intactMedia,
  openDownloadAccount,
  type WavRecording,
  wavRecording,
} from '../support/download-account.ts';
import { cut, framed, framings, gzipped, inSequence, type MediaHandler, sha256 } from '../support/media-faults.ts';
import { isExecutable } from '../support/paths.ts';
import { expectPromptly } from '../support/timing.ts';

const SIZE = 3000;
/** The retry budget of a run without any success. */
const BUDGET = 50;

/** Offsets from before the first byte to before the last: every byte of the header, then about thirty bytes apart. */
const offsets = [
  ...Array.from({ length: 48 }, (_, index) => index),
  ...Array.from({ length: 102 }, (_, index) => 48 + Math.floor((index * (SIZE - 49)) / 101)),
];

const recordingAt = (place: number): WavRecording => wavRecording(`cut-at-${place}`, SIZE);

type CutFault = (recording: WavRecording, place: number) => MediaHandler;

const given = ({ bytes }: WavRecording) => ({ type: 'audio/x-wav', etag: `"${sha256(bytes)}"` });

const cutVariants: readonly (readonly [framing: string, cutting: CutFault])[] = [
  ...framings.map(
    (framing) =>
      [
        framing,
        (recording: WavRecording, place: number) => cut(recording.bytes, place, framing, given(recording)),
      ] as const,
  ),
  // Without an ETag, or compressed: such a partial file must not be resumed.
  ['content length without an ETag', ({ bytes }, place) => cut(bytes, place, 'length')],
  ['gzip', (recording, place) => gzipped(recording.bytes, given(recording), place)],
];

describe.concurrent.each(cutVariants)('media cut under the framing %s', (framing, cutting) => {
  const encoded = framing === 'gzip';

  test.runIf(!encoded)(`is complete after a retry within the run, for ${offsets.length} cut positions`, async () => {
    for (let start = 0; start < offsets.length; start += BUDGET) {
      const some = offsets.slice(start, start + BUDGET);
      const media = (recording: WavRecording) =>
        inSequence(cutting(recording, some[every.indexOf(recording)] ?? 0), intactMedia(recording));
      const every = some.map(recordingAt);
      const account = await openDownloadAccount(every, { media });
      const { code, err } = await account.download('--concurrency', '50');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(inspectFolder(account)).toEqual(completeContents(account));
    }
  });

  test(`is resumed by the next run, for ${offsets.length} cut positions`, async () => {
    const every = offsets.map(recordingAt);
    // Complete files in between keep the circuit breaker from stopping the run.
    const whole = offsets.map((place) => wavRecording(`whole-${place}`, 600));
    const mixed = every.flatMap((recording, index) => [recording, ...whole.slice(index, index + 1)]);
    const media = (recording: WavRecording) => {
      const place = offsets[every.indexOf(recording)];
      return place === undefined
        ? intactMedia(recording)
        : inSequence(cutting(recording, place), intactMedia(recording));
    };
    const account = await openDownloadAccount(mixed, { media });
    const { code, err } = await account.run(['--retries', '0', ...account.args()]);
    expect(code).toBe(3);
    const { files } = inspectFolder(account);
    expect(files).toEqual(whole.map(({ id }) => id).sort());
    expect(err.match(/^recx: cut-at-/gm)).toHaveLength(offsets.length);
    await downloadUntilComplete(account);
  });

  test(`leaves no file if it is always cut, for ${offsets.length} cut positions`, async () => {
    const every = offsets.map(recordingAt);
    const whole = offsets.map((place) => wavRecording(`whole-${place}`, 600));
    const mixed = every.flatMap((recording, index) => [recording, ...whole.slice(index, index + 1)]);
    const media = (recording: WavRecording) => {
      const place = offsets[every.indexOf(recording)];
      return place === undefined ? intactMedia(recording) : cutting(recording, place);
    };
    const account = await openDownloadAccount(mixed, { media });
    for (const retries of ['0', '1']) {
      const { code } = await account.run(['--retries', retries, ...account.args('--concurrency', '20')]);
      expect([3, 5]).toContain(code);
      expect(inspectFolder(account).files).toEqual(whole.map(({ id }) => id).sort());
    }
  });
});

test.skipIf(isExecutable)('a connection that closes during a slow disk operation is detected', async () => {
  const slow = join(emptyFolder(), 'slow.cjs');
  const text = `
    const fs = require('node:fs');
    const real = fs.ftruncate;
    const own = Object.getOwnPropertyDescriptors(real);
    fs.ftruncate = (...words) => setTimeout(() => real(...words), 100);
    Object.defineProperties(fs.ftruncate, own);`;
  writeFileSync(slow, text);
  // The partial file belongs to another version: it is truncated while the response is cut off.
  const media = ({ bytes }: WavRecording) =>
    inSequence(cut(bytes, SIZE / 2, 'length', { etag: '"one"' }), cut(bytes, SIZE / 2, 'length', { etag: '"two"' }));
  const account = await openDownloadAccount([recordingAt(0)], { media });
  expect((await account.download('--retries', '0')).code).toBe(3);
  const env = { NODE_OPTIONS: `--require ${slow}` };
  const words = ['--retries', '0', '--timeout', '1m', ...account.args()];
  const { code, took } = await account.start(words, env).ended;
  expect(code).toBe(3);
  await expectPromptly(took, 10_000);
});

test('a complete file is downloaded under every framing', async () => {
  const every = framings.map((framing) => wavRecording(framing, SIZE));
  const media = (recording: WavRecording) =>
    framed(recording.bytes, framings[every.indexOf(recording)] ?? 'length', given(recording));
  await downloadUntilComplete(await openDownloadAccount(every, { media }));
});
