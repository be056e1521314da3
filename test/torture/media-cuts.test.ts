import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archiveOf, complete, converge, good, look, type Tape, tapeOf } from '../support/archive.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { cut, type Fault, framed, framings, gzipped, inTurn, sha256 } from '../support/media-faults.ts';
import { expectPromptly } from '../support/pace.ts';

const SIZE = 3000;
/** The retry budget of a run without any success. */
const BUDGET = 50;

/** Offsets from before the first byte to before the last: every byte of the header, then about thirty bytes apart. */
const offsets = [
  ...Array.from({ length: 48 }, (_, index) => index),
  ...Array.from({ length: 102 }, (_, index) => 48 + Math.floor((index * (SIZE - 49)) / 101)),
];

const recordingAt = (place: number): Tape => tapeOf(`cut-at-${place}`, SIZE);

type CutFault = (tape: Tape, place: number) => Fault;

const given = ({ bytes }: Tape) => ({ type: 'audio/x-wav', etag: `"${sha256(bytes)}"` });

const cutVariants: readonly (readonly [framing: string, cutting: CutFault])[] = [
  ...framings.map(
    (framing) => [framing, (tape: Tape, place: number) => cut(tape.bytes, place, framing, given(tape))] as const,
  ),
  // Without an ETag, or compressed: such a partial file must not be resumed.
  ['content length without an ETag', ({ bytes }, place) => cut(bytes, place, 'length')],
  ['gzip', (tape, place) => gzipped(tape.bytes, given(tape), place)],
];

describe.concurrent.each(cutVariants)('media cut under the framing %s', (framing, cutting) => {
  const encoded = framing === 'gzip';

  test.runIf(!encoded)(`is complete after a retry within the run, for ${offsets.length} cut positions`, async () => {
    for (let start = 0; start < offsets.length; start += BUDGET) {
      const some = offsets.slice(start, start + BUDGET);
      const media = (tape: Tape) => inTurn(cutting(tape, some[every.indexOf(tape)] ?? 0), good(tape));
      const every = some.map(recordingAt);
      const archive = await archiveOf(every, { media });
      const { code, err } = await archive.download('--concurrency', '50');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(look(archive)).toEqual(complete(archive));
    }
  });

  test(`is resumed by the next run, for ${offsets.length} cut positions`, async () => {
    const every = offsets.map(recordingAt);
    // Complete files in between keep the circuit breaker from stopping the run.
    const whole = offsets.map((place) => tapeOf(`whole-${place}`, 600));
    const mixed = every.flatMap((tape, index) => [tape, ...whole.slice(index, index + 1)]);
    const media = (tape: Tape) => {
      const place = offsets[every.indexOf(tape)];
      return place === undefined ? good(tape) : inTurn(cutting(tape, place), good(tape));
    };
    const archive = await archiveOf(mixed, { media });
    const { code, err } = await archive.run(['--retries', '0', ...archive.words()]);
    expect(code).toBe(3);
    const { files } = look(archive);
    expect(files).toEqual(whole.map(({ id }) => id).sort());
    expect(err.match(/^recx: cut-at-/gm)).toHaveLength(offsets.length);
    await converge(archive);
  });

  test(`leaves no file if it is always cut, for ${offsets.length} cut positions`, async () => {
    const every = offsets.map(recordingAt);
    const whole = offsets.map((place) => tapeOf(`whole-${place}`, 600));
    const mixed = every.flatMap((tape, index) => [tape, ...whole.slice(index, index + 1)]);
    const media = (tape: Tape) => {
      const place = offsets[every.indexOf(tape)];
      return place === undefined ? good(tape) : cutting(tape, place);
    };
    const archive = await archiveOf(mixed, { media });
    for (const retries of ['0', '1']) {
      const { code } = await archive.run(['--retries', retries, ...archive.words('--concurrency', '20')]);
      expect([3, 5]).toContain(code);
      expect(look(archive).files).toEqual(whole.map(({ id }) => id).sort());
    }
  });
});

test('a connection that closes during a slow disk operation is detected', async () => {
  const slow = join(emptyFolder(), 'slow.cjs');
  const text = `
    const fs = require('node:fs');
    const real = fs.ftruncate;
    const own = Object.getOwnPropertyDescriptors(real);
    fs.ftruncate = (...words) => setTimeout(() => real(...words), 100);
    Object.defineProperties(fs.ftruncate, own);`;
  writeFileSync(slow, text);
  // The partial file belongs to another version: it is truncated while the response is cut off.
  const media = ({ bytes }: Tape) =>
    inTurn(cut(bytes, SIZE / 2, 'length', { etag: '"one"' }), cut(bytes, SIZE / 2, 'length', { etag: '"two"' }));
  const archive = await archiveOf([recordingAt(0)], { media });
  expect((await archive.download('--retries', '0')).code).toBe(3);
  const env = { NODE_OPTIONS: `--require ${slow}` };
  const words = ['--retries', '0', '--timeout', '1m', ...archive.words()];
  const { code, took } = await archive.begin(words, env).ended;
  expect(code).toBe(3);
  await expectPromptly(took, 10_000);
});

test('a complete file is downloaded under every framing', async () => {
  const every = framings.map((framing) => tapeOf(framing, SIZE));
  const media = (tape: Tape) => framed(tape.bytes, framings[every.indexOf(tape)] ?? 'length', given(tape));
  await converge(await archiveOf(every, { media }));
});
