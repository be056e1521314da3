import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  accountIdOf,
  expectFiles,
  type MediaAccount,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  partOf,
  type ServedRecording,
  sizeKey,
  withExtensions,
} from '../support/media-account.ts';
import {
  completeFile,
  cut,
  inSequence,
  type MediaHandler,
  reply,
  stalled,
  status,
  typeOf,
} from '../support/media-faults.ts';
import { expectPromptly, timeoutFor } from '../support/timing.ts';
import { type WireFormat, wireFormats } from '../support/wire-formats.ts';

const ETAG = '"version-1"';
const CONCURRENCY = ['--concurrency', '32'];

/** Leaves a partial file, and the note that is needed to resume it. */
const leavePart = (out: string, { part, note }: ReturnType<typeof partOf>, bytes: Buffer, text?: string): void => {
  writeFileSync(join(out, part), bytes, { mode: 0o600 });
  if (text !== undefined) writeFileSync(join(out, note), text, { mode: 0o600 });
};

const downloading = (account: MediaAccount, wire: WireFormat): readonly string[] => [
  'download',
  ...wire.args,
  '--since',
  '7d',
  '--dir',
  account.out,
  ...CONCURRENCY,
];

/** Kills a run once a part of each file is on disk. */
const killOnceStarted = async (
  account: MediaAccount,
  wire: WireFormat,
  ids: readonly string[],
  signal: 'TERM' | 'KILL',
): Promise<void> => {
  const there = `while :; do [ $(find ${account.out} -name '*.part' -size +0 | wc -l) -ge ${ids.length} ] && break; sleep 0.02; done`;
  const script = `$RECX ${downloading(account, wire).join(' ')} 2>/dev/null & ${there}; kill -${signal} $!; wait $!; true`;
  expect(await account.shell(script)).toMatchObject({ code: 0, out: '' });
  const found = readdirSync(account.out).filter((name) => name !== '.recx.lock');
  const names = ids.flatMap((id) => [`.${id}.${nativeFormat(wire)}.part`, `.${id}.${nativeFormat(wire)}.part.json`]);
  expect(found.map((name) => name.replace(/\.[0-9a-f]{8}\.part/, '.part')).sort()).toEqual(names.sort());
};

describe.concurrent.each(wireFormats)('a partial file that a killed run of $profile left', (wire) => {
  const bytes = nativeFile(wire, 6);
  const type = typeOf(nativeFormat(wire));
  const half = Math.floor(bytes.length / 2);
  const good = completeFile(bytes, { type, etag: ETAG });
  const stalledHalfway = stalled(bytes, half, { type, etag: ETAG });
  const other = nativeFile(wire, 6);
  other.fill(0x55, 4000, 5000);
  const changed = completeFile(other, { type, etag: '"version-2"' });
  /** A 206 response that can misstate its range. */
  const part = (first: number, body: Buffer, total: number | '*' = bytes.length, headers = {}): MediaHandler =>
    reply(206, body, type, {
      etag: ETAG,
      'content-range': `bytes ${first}-${first + body.length - 1}/${total}`,
      ...headers,
    });
  const rest = bytes.subarray(half);

  /** The responses of the next run, by ids that describe them. */
  const next = (): Readonly<Record<string, MediaHandler>> => ({
    'proper-part': good,
    'no-total': part(half, rest, '*'),
    'range-ignored': completeFile(bytes, { type }),
    'range-ignored-and-cut': inSequence(cut(bytes, 100, 'length', { type }), completeFile(bytes, { type })),
    'starts-before': inSequence(part(half - 7, bytes.subarray(half - 7)), good),
    'starts-behind': inSequence(part(half + 7, bytes.subarray(half + 7)), good),
    'no-range': inSequence(reply(206, rest, type, { etag: ETAG }), good),
    'other-unit': inSequence(part(half, rest, '*', { 'content-range': `items ${half}-9/10` }), good),
    'other-total': inSequence(part(half, rest, bytes.length + 1), good),
    'many-parts': inSequence(reply(206, rest, 'multipart/byteranges; boundary=x', { etag: ETAG }), good),
    'no-such-range': inSequence(status(416, { 'content-range': `bytes */${half}` }), good),
    'less-than-asked': inSequence(part(half, bytes.subarray(half, half + 1000)), good),
    'trouble-first': inSequence(status(503), cut(bytes, 100, 'length', { type, etag: ETAG }), good),
  });
  const nextOther = (): Readonly<Record<string, MediaHandler>> => ({
    changed,
    'changed-in-spite-of-if-range': inSequence(
      part(half, other.subarray(half), other.length, { etag: '"version-2"' }),
      changed,
    ),
  });

  test.each(['TERM', 'KILL'] as const)(
    'after SIG%s is resumed or downloaded from scratch, and the file is complete',
    async (signal) => {
      const all = { ...next(), ...nextOther() };
      const ids = Object.keys(all);
      const recordings: ServedRecording[] = ids.map((id) => ({ id, media: stalledHalfway }));
      const account = await openMediaAccount(wire, recordings);
      await killOnceStarted(account, wire, ids, signal);
      const before = account.mediaRequests.length;
      recordings.splice(0, recordings.length, ...Object.entries(all).map(([id, media]) => ({ id, media })));
      const { code, err } = await account.run(['--timeout', timeoutFor(2), ...downloading(account, wire)]);
      for (const id of ids) {
        const asked = account.mediaRequests.slice(before).filter(({ url }) => url.pathname.includes(`/${id}.`));
        const { range, 'if-range': version } = asked[0]?.headers ?? {};
        expect({ id, range, version }).toEqual({ id, range: `bytes=${half}-`, version: ETAG });
        if (id === 'proper-part' || id === 'no-total') expect(asked).toHaveLength(1);
      }
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const right = [
        ...Object.keys(next()).map((id) => [id, bytes]),
        ...Object.keys(nextOther()).map((id) => [id, other]),
      ];
      expectFiles(account.out, withExtensions(wire, Object.fromEntries(right)));
    },
  );

  test('without a note, or with an invalid note, is downloaded from scratch', async () => {
    const notes: readonly ((of: string) => string | undefined)[] = [
      () => undefined,
      () => '',
      () => '{',
      () => '{}',
      (of) => JSON.stringify({ of, validator: 7 }),
      (of) => JSON.stringify({ of, validator: '' }),
      () => 'null',
      (of) => JSON.stringify({ of, validator: 'a\nb' }),
      // Without a recording, as earlier versions wrote it, or of another one.
      () => JSON.stringify({ validator: ETAG }),
      (of) => JSON.stringify({ of: of.replace('id-', 'ID-'), validator: ETAG }),
      // Of this one, but of another length, if its row has one.
      ...(sizeKey(wire) === undefined
        ? []
        : [(of: string) => JSON.stringify({ of, validator: ETAG, totalBytes: bytes.length + 1 })]),
    ];
    const size = sizeKey(wire);
    const account = await openMediaAccount(
      wire,
      notes.map(
        (_, index): ServedRecording => ({
          id: `id-${index}`,
          media: good,
          ...(size === undefined ? {} : { more: { [size]: bytes.length } }),
        }),
      ),
    );
    const accountId = await accountIdOf(wire, account);
    mkdirSync(account.out, 0o700);
    for (const [index, noteOf] of notes.entries()) {
      const names = partOf(wire, `id-${index}`, accountId);
      leavePart(account.out, names, other.subarray(0, half), noteOf(names.of));
    }
    const before = account.mediaRequests.length;
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expect(account.mediaRequests.slice(before).map(({ headers }) => headers.range)).toEqual(notes.map(() => undefined));
    expectFiles(account.out, withExtensions(wire, Object.fromEntries(notes.map((_, index) => [`id-${index}`, bytes]))));
  });

  test('is downloaded from scratch without delay when the server closes the connection while the file is truncated', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `id-${index}`);
    const hangsUp = (): MediaHandler => inSequence(cut(bytes, 100, 'length', { type }), completeFile(bytes, { type }));
    const account = await openMediaAccount(
      wire,
      ids.map((id): ServedRecording => ({ id, media: hangsUp() })),
    );
    const accountId = await accountIdOf(wire, account);
    mkdirSync(account.out, 0o700);
    for (const id of ids) {
      const names = partOf(wire, id, accountId);
      leavePart(account.out, names, bytes.subarray(0, half), JSON.stringify({ of: names.of, validator: ETAG }));
    }
    const { code, took } = await account.run(['--timeout', '1m', ...downloading(account, wire)]);
    expect(code).toBe(0);
    await expectPromptly(took, 20_000);
    expectFiles(account.out, withExtensions(wire, Object.fromEntries(ids.map((id) => [id, bytes]))));
  });

  test('with an unexpected length ends as a complete file', async () => {
    const lefts: Readonly<Record<string, Buffer>> = {
      empty: Buffer.alloc(0),
      whole: bytes,
      'too-long': Buffer.concat([bytes, bytes]),
      'one-byte': bytes.subarray(0, 1),
      'one-missing': bytes.subarray(0, -1),
    };
    const account = await openMediaAccount(
      wire,
      Object.keys(lefts).map((id): ServedRecording => ({ id, media: good })),
    );
    const accountId = await accountIdOf(wire, account);
    mkdirSync(account.out, 0o700);
    for (const [id, left] of Object.entries(lefts)) {
      const names = partOf(wire, id, accountId);
      leavePart(account.out, names, left, JSON.stringify({ of: names.of, validator: ETAG }));
    }
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, withExtensions(wire, Object.fromEntries(Object.keys(lefts).map((id) => [id, bytes]))));
  });
});
