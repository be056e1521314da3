import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openExportAccount, readIds } from '../../support/export-account.ts';
import { relay } from '../../support/wire-formats.ts';

const done = { code: 0, out: '', err: '' };
const words = ['--incremental', '--fields', 'id,created_at'];

/** A file of one array and its state as versions wrote them that had the brackets on lines of their own. */
const makeEarlier = (path: string, { pending = false, extra = '' } = {}): void => {
  const zipped = path.endsWith('.gz');
  const bytes = readFileSync(path);
  const rows = (zipped ? gunzipSync(bytes) : bytes).toString().slice(1, -2);
  const part = (text: string): Buffer => (zipped ? gzipSync(text) : Buffer.from(text));
  const durable = part(`[\n${rows}`);
  writeFileSync(path, Buffer.concat([durable, extra === '' ? part('\n]\n') : Buffer.from(extra)]));
  const statePath = `${path}.state.json`;
  const state = JSON.parse(readFileSync(statePath, 'utf8'));
  const tail = createHash('sha256').update(durable.subarray(-4096)).digest('hex');
  writeFileSync(
    statePath,
    JSON.stringify({ ...state, written: { ...state.written, size: durable.length, tail, pending } }),
  );
};

const textOf = (path: string): string => {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
};

describe.concurrent.each(['calls.json', 'calls.json.gz'])('an array of an earlier version in %s', (name) => {
  test.each([0, 3])('of %d recordings stays as it is until there are new ones, and is continued', async (count) => {
    const account = await openExportAccount(relay, count);
    const path = join(account.folder, name);
    expect(await account.run(name, ...words)).toEqual(done);
    makeEarlier(path);
    const before = readFileSync(path);
    expect(await account.run(name, ...words)).toEqual(done);
    expect(readFileSync(path)).toEqual(before);
    for (const round of [1, 2]) {
      account.add(2, 1 / round);
      expect(await account.run(name, ...words)).toEqual(done);
      expect(JSON.parse(textOf(path))).toHaveLength(count + 2 * round);
      expect(textOf(path).split('\n')).toHaveLength(1 + count + 2 * round + 1);
    }
  });

  test.each([
    ['before it wrote', ''],
    ['while it wrote', ',\n{"id":"to'],
    ['before it wrote the end', '\n'],
  ])('of a run that was killed %s is repaired', async (_, extra) => {
    const account = await openExportAccount(relay, 3);
    const path = join(account.folder, name);
    expect(await account.run(name, ...words)).toEqual(done);
    makeEarlier(path, { pending: true, extra });
    account.add(1, 0.5);
    expect(await account.run(name, ...words)).toEqual(done);
    expect([...readIds(path)]).toHaveLength(4);
  });

  test('that was changed is refused', async () => {
    const account = await openExportAccount(relay, 3);
    const path = join(account.folder, name);
    expect(await account.run(name, ...words)).toEqual(done);
    makeEarlier(path);
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('\n')]));
    expect((await account.run(name, ...words)).code).toBe(7);
  });

  test('is taken up without a state and with --reset-state', async () => {
    const account = await openExportAccount(relay, 3);
    const path = join(account.folder, name);
    expect(await account.run(name, ...words)).toEqual(done);
    makeEarlier(path);
    account.add(1, 0.5);
    expect(await account.run(name, ...words, '--reset-state')).toEqual(done);
    expect(JSON.parse(textOf(path))).toHaveLength(4);
    account.add(1, 0.25);
    expect(await account.run(name, ...words)).toEqual(done);
    expect(JSON.parse(textOf(path))).toHaveLength(5);
  });
});

test('files by time of an earlier version are merged, and stay as they are if nothing changes', async () => {
  const account = await openExportAccount(relay, 3);
  const name = 'calls-{year}.json';
  expect(await account.run(name, ...words)).toEqual(done);
  const year = new Date().getUTCFullYear();
  const path = join(account.folder, `calls-${year}.json`);
  const earlier = `[\n${textOf(path).slice(1, -2)}\n]\n`;
  writeFileSync(path, earlier);
  expect(await account.run(name, ...words)).toEqual(done);
  expect(textOf(path)).toBe(earlier);
  account.add(1, 0.5);
  expect(await account.run(name, ...words)).toEqual(done);
  expect(JSON.parse(textOf(path))).toHaveLength(4);
  expect(textOf(path).trimEnd().split('\n')).toHaveLength(4);
});
