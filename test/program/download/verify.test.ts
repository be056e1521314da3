import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanUp } from '../../support/cleanup.ts';
import {
  MANIFEST,
  type MediaAccount,
  nativeFile,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
} from '../../support/media-account.ts';
import type { Run } from '../../support/run.ts';
import { type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const ids = ['same', 'longer', 'altered', 'missing', 'linked'];
const differences = ({ out }: Run): readonly string[] =>
  (JSON.parse(out) as readonly { readonly problem: string; readonly path: string; readonly id: string | null }[])
    .map(({ problem, path, id }) => `${problem} ${path} ${id}`)
    .sort();

const verify = (account: MediaAccount, ...words: readonly string[]): Promise<Run> =>
  account.run(['verify', account.out, '-o', 'json', ...words]);
const downloaded = async (wire: WireFormat, recordings: ServedRecording[]): Promise<MediaAccount> => {
  const account = await openMediaAccount(wire, recordings);
  expect(await account.download('--sidecar')).toMatchObject({ code: 0, err: '' });
  return account;
};

describe.concurrent.each(wireFormats)('verify of a download folder of $profile', (wire) => {
  const path = (account: MediaAccount, id: string): string => join(account.out, `${id}.${nativeFormat(wire)}`);

  test('reports no difference for an intact folder and makes no request', async () => {
    const account = await downloaded(
      wire,
      ids.map((id) => ({ id })),
    );
    const before = account.sandbox.requests.length;
    expect(await verify(account)).toMatchObject({ code: 0, out: '[]\n', err: '' });
    expect(account.sandbox.requests).toHaveLength(before);
  });

  test('reports missing, changed and extra files', async () => {
    const account = await downloaded(
      wire,
      ids.map((id) => ({ id })),
    );
    appendFileSync(path(account, 'longer'), 'x');
    const altered = Buffer.from(nativeFile(wire));
    altered.writeUInt8(altered.readUInt8(500) ^ 1, 500);
    writeFileSync(path(account, 'altered'), altered);
    rmSync(path(account, 'missing'));
    rmSync(path(account, 'linked'));
    symlinkSync(path(account, 'same'), path(account, 'linked'));
    mkdirSync(join(account.out, 'deep'));
    writeFileSync(join(account.out, 'deep', 'extra.wav'), 'x');
    const run = await verify(account);
    const name = (id: string): string => `${id}.${nativeFormat(wire)} ${id}`;
    const found = [
      ...['altered', 'linked', 'longer'].map((id) => `changed ${name(id)}`),
      'extra deep/extra.wav null',
      `missing ${name('missing')}`,
    ];
    expect({ code: run.code, found: differences(run) }).toEqual({ code: 3, found });
    expect(run.err).toMatch(/5 differences/);
  });

  test('with --remote reports recordings that were never downloaded', async () => {
    const { status } = wire.keys;
    const recordings: ServedRecording[] = [{ id: 'same' }];
    const account = await downloaded(wire, recordings);
    expect(await verify(account, '--remote', ...wire.args, '--since', '7d')).toMatchObject({ code: 0, out: '[]\n' });
    recordings.unshift({ id: 'new' });
    if (status !== undefined) recordings.unshift({ id: 'later', more: { [status]: 'processing' } });
    const media = account.mediaRequests.length;
    const run = await verify(account, '--remote', ...wire.args, '--since', '7d');
    expect({ code: run.code, found: differences(run) }).toEqual({ code: 3, found: ['not downloaded  new'] });
    expect(account.mediaRequests).toHaveLength(media);
    expect((await verify(account, ...wire.args)).code).toBe(2);
    expect(await account.download('--sidecar')).toMatchObject({ code: 0 });
    expect(await verify(account, '--remote', ...wire.args, '--since', '7d')).toMatchObject({ code: 0, out: '[]\n' });
  });

  test('with --remote names --since if recordings older than every file are not downloaded', async () => {
    const recordings: ServedRecording[] = [{ id: 'new' }, { id: 'next' }, { id: 'old' }, { id: 'older' }];
    const account = await openMediaAccount(wire, recordings);
    expect(await account.download('-n', '2')).toMatchObject({ code: 0 });
    // Plivo is queried from its first year without --since.
    const { code, err } = await verify(account, '--remote', ...wire.args, '--until', '0h', '-q');
    expect(code).toBe(3);
    expect(err).toMatch(
      /2 differences\n2 recordings not downloaded are older than every file; .*--since 2\d{3}-\d\d-\d\d\n$/,
    );
    expect((await verify(account, '--remote', ...wire.args, '--since', '7d')).err).not.toContain('older');
    recordings.splice(2);
    recordings.unshift({ id: 'newest' });
    expect((await verify(account, '--remote', ...wire.args, '-q')).err).not.toContain('older');
  });

  test('shows the start of each id on a narrow terminal, with and without --remote', async () => {
    const named = ['first', 'other'].map((start) => ({ id: `${start}-${'0'.repeat(40)}` }));
    const account = await downloaded(wire, named.slice(0, 1));
    rmSync(path(account, named[0]?.id ?? ''));
    const local = await account.onTerminal(['verify', account.out], 80);
    expect(local.out).toMatch(/^Problem +Path +ID +Detail\nmissing +first-0.* first-00\S*… +\d+ bytes\n$/);
    const remote = openMediaAccount(wire, named);
    const words = ['verify', account.out, '--remote', ...wire.args, '--since', '7d'];
    const { out } = await (await remote).onTerminal(words, 80);
    expect(out).toMatch(/\nnot downloaded .* other-00\S*… +\w+/);
    const [title = '', ...rows] = out.split('\n');
    const start = title.indexOf('Detail');
    expect(rows.every((row) => row === '' || /^ (?! )/.test(row.slice(start - 1)))).toBe(true);
    for (const line of `${local.out}${out}`.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('reports unreadable manifest lines and reads no file outside the folder', async () => {
    const account = await downloaded(wire, [{ id: 'same' }]);
    const manifest = join(account.out, MANIFEST);
    const [line = ''] = readFileSync(manifest, 'utf8').split('\n');
    const outside = account.folderNamed('outside.wav');
    writeFileSync(outside, 'mine');
    const entry = JSON.parse(line) as Record<string, unknown>;
    const leading = ['../outside.wav', outside, 'a/../../outside.wav', '..\\outside.wav'];
    const lines = leading.map((to) => JSON.stringify({ ...entry, id: 'x', path: to, bytes: 4 }));
    writeFileSync(manifest, `\n{}\nnull\n[1]\nnot json\n${lines.join('\n')}\n${line}\n${line.slice(0, 40)}`);
    const run = await verify(account);
    expect({ code: run.code, found: differences(run).map((text) => text.split(' ')[0]) }).toEqual({
      code: 3,
      found: [...leading.map(() => 'missing'), ...Array(5).fill('unreadable')],
    });
    // The next download removes the truncated line of a killed run, and no other line is lost.
    expect(await account.download('--sidecar')).toMatchObject({ code: 0, err: '' });
    const after = differences(await verify(account)).map((text) => text.split(' ')[0]);
    expect(after).toEqual([...leading.map(() => 'missing'), ...Array(4).fill('unreadable')]);
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });

  test.each(['cut off in the middle of the manifest', 'cut off at its end'])(
    'reports a manifest line that was %s',
    async (how) => {
      const account = await downloaded(wire, [{ id: 'same' }, { id: 'other' }]);
      const manifest = join(account.out, MANIFEST);
      const lines = readFileSync(manifest, 'utf8').trimEnd().split('\n');
      const cutOff = how.includes('middle') ? 0 : lines.length - 1;
      const { path } = JSON.parse(lines[cutOff] ?? '') as { readonly path: string };
      lines[cutOff] = (lines[cutOff] ?? '').slice(0, 50);
      writeFileSync(manifest, lines.join('\n') + (how.includes('middle') ? '\n' : ''));
      for (const lost of [path, path.replace(/\.\w+$/, '.json')]) rmSync(join(account.out, lost));
      const run = await verify(account);
      expect({ code: run.code, found: differences(run).map((text) => text.split(' ')[0]) }).toEqual({
        code: 3,
        found: ['unreadable'],
      });
    },
  );

  test('accepts a folder in which nothing was ready, and one that a host or a synchronizer uses', async () => {
    const { status } = wire.keys;
    const later = status === undefined ? [] : [{ id: 'later', more: { [status]: 'processing' } }];
    const recordings: ServedRecording[] = [...later];
    const account = await openMediaAccount(wire, recordings);
    expect(await account.download()).toMatchObject({ code: 0 });
    expect(await verify(account)).toMatchObject({ code: 0, out: '[]\n', err: '' });
    expect((await account.run(['report', account.out])).code).toBe(0);
    recordings.push({ id: 'same' });
    expect(await account.download()).toMatchObject({ code: 0 });
    const folders = [
      '@eaDir',
      '@eadir',
      '#recycle',
      '$RECYCLE.BIN',
      'System Volume Information',
      'lost+found',
      '.Trash-1000',
    ];
    for (const name of [...folders, '.snapshot', '.stfolder']) {
      mkdirSync(join(account.out, name));
      writeFileSync(join(account.out, name, 'same.mp3'), 'x');
    }
    for (const name of ['Thumbs.db', 'THUMBS.DB', 'Desktop.ini', '.nfs0001', '.DS_Store', '._same.mp3'])
      writeFileSync(join(account.out, name), 'x');
    expect(await verify(account)).toMatchObject({ code: 0, out: '[]\n', err: '' });
    writeFileSync(join(account.out, 'thumbs.wav'), 'x');
    expect(differences(await verify(account))).toEqual(['extra thumbs.wav null']);
  });

  test('reports broken links, pipes and sockets as extra, and gives its verdict on the listed files', async () => {
    const account = await downloaded(wire, [{ id: 'same' }]);
    const at = (name: string): string => join(account.out, name);
    symlinkSync('nowhere', at('broken'));
    symlinkSync('circle', at('circle'));
    execFileSync('mkfifo', [at('pipe.html')]);
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    cleanUp(() => server.close());
    const found = ['broken', 'circle', 'pipe.html', 'socket'].map((name) => `extra ${name} null`);
    expect(differences(await verify(account))).toEqual(found);
    expect((await account.run(['report', account.out])).code).toBe(0);
  });

  test('with --remote gives its verdict on the files also when the provider cannot be reached', async () => {
    const account = await downloaded(wire, [{ id: 'same' }]);
    writeFileSync(path(account, 'extra'), 'x');
    await account.sandbox.close();
    const run = await verify(account, '--remote', ...wire.args, '--since', '7d', '--retries', '0');
    expect({ code: run.code, found: differences(run) }).toEqual({
      code: 5,
      found: [`extra extra.${nativeFormat(wire)} null`],
    });
  });

  test('reports a manifest line that is too long as unreadable, and the next download goes on', async () => {
    const recordings = [{ id: 'same' }];
    const account = await downloaded(wire, recordings);
    const manifest = join(account.out, MANIFEST);
    const before = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, `{"id":"${'x'.repeat(3e6)}"}\r\n${before.trimEnd()}\r\n{"id":"${'x'.repeat(2e6)}`);
    expect(differences(await verify(account))).toEqual(Array(2).fill('unreadable manifest.ndjson null'));
    recordings.push({ id: 'other' });
    expect(await account.download('--sidecar')).toMatchObject({ code: 0, err: '' });
    expect(differences(await verify(account))).toEqual(Array(2).fill('unreadable manifest.ndjson null'));
  });

  test('fails with one error line when the folder or its manifest does not exist', async () => {
    const account = await openMediaAccount(wire, [{ id: 'same' }]);
    expect(await verify(account)).toMatchObject({ code: 7, out: '' });
    mkdirSync(account.out, 0o700);
    const { code, out, err } = await verify(account);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toContain(MANIFEST);
  });
});
