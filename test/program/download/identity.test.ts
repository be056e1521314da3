import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  accountIdOf,
  expectFiles,
  listTree,
  MANIFEST,
  type MediaAccount,
  manifestEntries,
  nativeFormat,
  openMediaAccount,
  partOf,
  type ServedRecording,
  sizeKey,
} from '../../support/media-account.ts';
import { completeFile, type MediaHandler, numberedFile, sha256, typeOf } from '../../support/media-faults.ts';
import { relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const bytesOf = (wire: WireFormat, number: number): Buffer => numberedFile(nativeFormat(wire), number);
const mediaOf = (wire: WireFormat, bytes: Buffer, headers = {}): MediaHandler =>
  completeFile(bytes, { type: typeOf(nativeFormat(wire)), ...headers });

/** Recordings whose files differ in a few bytes only, and not in their size. */
const recordingsOf = (wire: WireFormat, ids: readonly string[]): ServedRecording[] =>
  ids.map((id, index) => {
    const size = sizeKey(wire);
    const bytes = bytesOf(wire, index);
    return { id, media: mediaOf(wire, bytes), ...(size === undefined ? {} : { more: { [size]: bytes.length } }) };
  });

const problems = (out: string): readonly string[] =>
  (JSON.parse(out) as readonly Record<string, unknown>[]).map(({ problem, id }) => `${problem} ${id}`);

describe.concurrent.each(wireFormats)('a file of another recording of $profile under the same name', (wire) => {
  const name = `${wire.provider}.${nativeFormat(wire)}`;
  const named = ['--name', '{provider}'];
  const withFirst = async (...words: readonly string[]): Promise<MediaAccount> => {
    const account = await openMediaAccount(wire, recordingsOf(wire, ['one', 'two']));
    expect(await account.downloadOnly('one', ...named, ...words)).toMatchObject({ code: 0, err: '' });
    return account;
  };

  test('is never taken for the wanted one', async () => {
    const account = await withFirst();
    const { code, err } = await account.downloadOnly('two', ...named);
    expect(code).toBe(3);
    expect(err).toContain(`recx: two: ${name} is the recording one; put {id} into --name\n`);
    expect(err).not.toMatch(/overwrite/);
    expectFiles(account.out, { [name]: bytesOf(wire, 0) });
    expect(await account.downloadOnly('one', ...named)).toMatchObject({ code: 0, err: '' });
  });

  test('without a line in the manifest is a name taken, also if it is the wanted one', async () => {
    const account = await withFirst('--no-manifest');
    const asked = account.mediaRequests.length;
    for (const id of ['two', 'one']) {
      for (const more of [[], ['--no-manifest']]) {
        const { code, err } = await account.downloadOnly(id, ...named, ...more);
        expect({ code, err }).toMatchObject({ code: 3, err: expect.stringMatching(/^recx: \w+: .* already exists/m) });
        expect(err).not.toMatch(/overwrite/);
      }
    }
    expect(account.mediaRequests).toHaveLength(asked);
    expect(readFileSync(join(account.out, name))).toEqual(bytesOf(wire, 0));
  });

  test('whose line a killed run did not write is known by the receipt that it left', async () => {
    const account = await withFirst();
    const accountId = await accountIdOf(wire, account);
    for (const id of ['two', 'one']) {
      const { of, note } = partOf(wire, id, accountId);
      const receipt = sha256(bytesOf(wire, 0));
      // Not even a receipt makes it the file of another recording.
      const text = JSON.stringify({ of: id === 'two' ? of.replace('two', 'one') : of, receipt });
      writeFileSync(join(account.out, note.replace(id, wire.provider)), text, { mode: 0o600 });
      writeFileSync(join(account.out, MANIFEST), '');
      const { code } = await account.downloadOnly(id, ...named);
      expect({ id, code }).toEqual({ id, code: id === 'one' ? 0 : 3 });
    }
    expectFiles(account.out, { [name]: bytesOf(wire, 0) });
    expect(manifestEntries(account.out).map(({ id }) => id)).toEqual(['one']);
  });

  test('is replaced by --overwrite, after which verify names the recording that has no file', async () => {
    const account = await withFirst();
    expect(await account.downloadOnly('two', ...named, '--overwrite')).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, { [name]: bytesOf(wire, 1) });
    const verified = await account.run(['verify', account.out, '-o', 'json']);
    expect({ code: verified.code, found: problems(verified.out) }).toEqual({ code: 3, found: ['missing one'] });
    const remote = await account.run(['verify', account.out, '-o', 'json', '--remote', ...wire.args, '--since', '7d']);
    expect({ code: remote.code, found: problems(remote.out) }).toEqual({ code: 3, found: ['missing one'] });
    const first = await account.downloadOnly('one', ...named);
    expect({ code: first.code, err: first.err }).toMatchObject({
      code: 3,
      err: expect.stringContaining('recording two'),
    });
    expect(await account.downloadOnly('one', '--name', '{id}')).toMatchObject({ code: 0 });
    expect(await account.run(['verify', account.out])).toMatchObject({ code: 0 });
  });

  test('does not lend its sidecar', async () => {
    const account = await withFirst('--sidecar');
    const [stem] = name.split('.');
    renameSync(join(account.out, name), join(account.out, 'moved-away'));
    const { code, err } = await account.downloadOnly('two', ...named, '--sidecar');
    expect({ code, err }).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^recx: two: no sidecar was written: /m),
    });
    const sidecar = (): unknown => JSON.parse(readFileSync(join(account.out, `${stem}.json`), 'utf8')).id;
    expect(sidecar()).toBe('one');
    expect((await account.downloadOnly('two', ...named, '--sidecar')).code).toBe(3);
    expect(await account.downloadOnly('two', ...named, '--sidecar', '--overwrite')).toMatchObject({ code: 0, err: '' });
    expect(sidecar()).toBe('two');
    expect(await account.downloadOnly('two', ...named, '--sidecar')).toMatchObject({ code: 0, err: '' });
  });

  test('does not lend its partial file, even if the server says the same of both', async () => {
    const same = { headers: { 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT' } };
    const account = await openMediaAccount(wire, [
      { id: 'one', media: mediaOf(wire, bytesOf(wire, 0), same) },
      { id: 'two', media: mediaOf(wire, bytesOf(wire, 1), same) },
    ]);
    const accountId = await accountIdOf(wire, account);
    mkdirSync(account.out, 0o700);
    // The note of one beside the part of two, as if their hashes were equal.
    const [of, { part, note }] = [partOf(wire, 'one', accountId).of, partOf(wire, 'two', accountId)];
    for (const [path, content] of [
      [part.replace('two', wire.provider), bytesOf(wire, 0).subarray(0, 2000)],
      [note.replace('two', wire.provider), JSON.stringify({ of, validator: same.headers['last-modified'] })],
    ] as const)
      writeFileSync(join(account.out, path), content, { mode: 0o600 });
    expect(await account.downloadOnly('two', ...named)).toMatchObject({ code: 0, err: '' });
    expect(account.mediaRequests.map(({ headers }) => headers.range)).toEqual([undefined]);
    expectFiles(account.out, { [name]: bytesOf(wire, 1) });
  });
});

describe.concurrent.each(wireFormats)('a finished file of $profile', (wire) => {
  const file = `one.${nativeFormat(wire)}`;

  test('has the hashes of its bytes and the fields of its recording in the manifest', async () => {
    const account = await openMediaAccount(wire, recordingsOf(wire, ['one']));
    expect(await account.download()).toMatchObject({ code: 0 });
    const { out } = await account.run(['get', 'one', ...wire.args, '-o', 'json']);
    const { kind, call_id, from, to, duration_seconds } = JSON.parse(out);
    const bytes = bytesOf(wire, 0);
    expect(manifestEntries(account.out)).toMatchObject([
      {
        sha256: sha256(bytes),
        md5: md5(bytes),
        account_id: await accountIdOf(wire, account),
        format: nativeFormat(wire),
        ...{ kind, call_id, from, to, duration_seconds },
      },
    ]);
  });

  test('with a line of an earlier version, without an account, is not requested again', async () => {
    const account = await openMediaAccount(wire, recordingsOf(wire, ['one']));
    expect(await account.download()).toMatchObject({ code: 0 });
    shortenManifest(account.out);
    const asked = account.mediaRequests.length;
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expect(account.mediaRequests).toHaveLength(asked);
    const remote = ['--remote', ...wire.args, '--since', '7d'];
    expect(await account.run(['verify', account.out, ...remote, '-o', 'json'])).toMatchObject({ code: 0, out: '[]\n' });
    // Under another profile of the same account as well.
    const config = join(account.folder, 'config.json');
    const stored = JSON.parse(readFileSync(config, 'utf8'));
    stored.profiles.other = stored.profiles[wire.profile];
    writeFileSync(config, JSON.stringify(stored));
    const other = wire.args.map((word, index) => (wire.args[index - 1] === '-p' ? 'other' : word));
    expect(await account.run(['download', ...other, '--since', '7d', '--dir', account.out])).toMatchObject({
      code: 0,
      err: '',
    });
    expect(account.mediaRequests).toHaveLength(asked);
    expect(manifestEntries(account.out)).toHaveLength(1);
  });

  test('without a line is compared by its bytes when HEAD reports another length', async () => {
    const bytes = bytesOf(wire, 0);
    for (const length of [0, 777]) {
      const media: MediaHandler = (request, response) => {
        if (request.method !== 'HEAD') return mediaOf(wire, bytes)(request, response);
        response.writeHead(200, { 'content-length': length }).end();
        return true;
      };
      const account = await openMediaAccount(wire, [{ id: 'one', media }]);
      mkdirSync(account.out, 0o700);
      writeFileSync(join(account.out, file), bytes, { mode: 0o600 });
      const { code, err, out } = await account.download('--summary', '-');
      expect({ code, err, ...JSON.parse(out) }).toMatchObject({ code: 0, err: '', skipped: 1, done: 0 });
      expectFiles(account.out, { [file]: bytes });
    }
  });
});

test('two accounts may have the same id: both are listed and downloaded, and the file of one is never taken for the other', async () => {
  const serve = (project: string, number: number): Promise<MediaAccount> =>
    openMediaAccount(relay, [
      { id: 'one', media: mediaOf(relay, bytesOf(relay, number)), more: { project_id: project } },
    ]);
  const [account, other] = await Promise.all([serve('P1', 0), serve('P2', 1)]);
  const config = join(account.folder, 'config.json');
  const stored = JSON.parse(readFileSync(config, 'utf8'));
  stored.profiles.twin = stored.profiles.relay;
  stored.profiles.other = { ...stored.profiles.relay, base_url: other.sandbox.origin };
  writeFileSync(config, JSON.stringify(stored));
  const run = async (command: string, profiles: string, ...words: readonly string[]) =>
    account.run([command, ...profiles.split(',').flatMap((name) => ['-p', name]), '--since', '7d', ...words]);
  const listed = async (profiles: string): Promise<readonly unknown[]> =>
    JSON.parse((await run('list', profiles, '-o', 'json')).out).map((row: Record<string, unknown>) => row.account_id);
  expect(await listed('relay,twin')).toEqual(['P1']);
  expect((await listed('relay,twin,other')).toSorted()).toEqual(['P1', 'P2']);

  const into = ['--dir', account.out];
  expect(await run('download', 'relay', ...into)).toMatchObject({ code: 0, err: '' });
  expect(await run('download', 'twin', ...into)).toMatchObject({ code: 0, err: '' });
  const taken = await run('download', 'other', ...into);
  expect(taken).toMatchObject({
    code: 3,
    err: expect.stringMatching(
      /one\.wav is the recording one of signalwire profile relay; put \{provider\} and \{account_id\} into --name/,
    ),
  });
  expectFiles(account.out, { 'one.wav': bytesOf(relay, 0) });
  const both = ['--dir', account.folderNamed('both'), '--name', '{account_id}/{id}'];
  // Their credentials name the same account, unlike the rows.
  expect(await run('download', 'relay,twin,other', ...both)).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^recx: profiles .* belong to the same account.*\n.*\n$/),
  });
  expectFiles(account.folderNamed('both'), { 'P1/one.wav': bytesOf(relay, 0), 'P2/one.wav': bytesOf(relay, 1) });
  const met = await run('download', 'relay,other', '--dir', account.folderNamed('met'));
  expect(met).toMatchObject({ code: 3, err: expect.stringMatching(/the name one belongs to another recording/) });
  expect(listTree(account.folderNamed('met'))).toEqual(['manifest.ndjson', 'one.wav']);

  // A list names the account of each row.
  const list = join(account.folder, 'list.json');
  writeFileSync(list, (await run('list', 'relay,other', '-o', 'json')).out);
  const ids = [
    'download',
    '-p',
    'relay',
    '-p',
    'other',
    '--ids',
    list,
    '--dir',
    account.folderNamed('list'),
    '--name',
    '{account_id}-{id}',
  ];
  expect(await account.run(ids)).toMatchObject({ code: 0, err: '' });
  expectFiles(account.folderNamed('list'), { 'P1-one.wav': bytesOf(relay, 0), 'P2-one.wav': bytesOf(relay, 1) });

  // The other account's recording has no file here, and --overwrite would take the first one's.
  const remote = await run('verify', 'relay,other', account.out, '--remote', '-o', 'json');
  expect({ code: remote.code, found: problems(remote.out) }).toEqual({ code: 3, found: ['not downloaded one'] });
  expect(await run('download', 'other', ...into, '--overwrite')).toMatchObject({ code: 0, err: '' });
  const after = await run('verify', 'relay,other', account.out, '--remote', '-o', 'json');
  expect({ code: after.code, found: problems(after.out) }).toEqual({ code: 3, found: ['missing one'] });
});

describe.concurrent.each(wireFormats)('a download from $profile while other programs work in its folder', (wire) => {
  const file = `one.${nativeFormat(wire)}`;
  const bytes = bytesOf(wire, 0);
  const partIn = (folder: string): string | undefined => listHidden(folder).find((name) => name.endsWith('.part'));

  /** Media that arrives in two halves, between which something happens in the folder, each time or only the first. */
  const betweenHalves = (happens: (attempt: number) => Promise<void> | void): MediaHandler => {
    let attempt = 0;
    return (request, response) => {
      if (request.method === 'HEAD') return mediaOf(wire, bytes)(request, response);
      const own = ++attempt;
      const half = bytes.length / 2;
      response.writeHead(200, { 'content-type': typeOf(nativeFormat(wire)), 'content-length': bytes.length });
      response.write(bytes.subarray(0, half));
      setTimeout(async () => {
        await happens(own);
        response.end(bytes.subarray(half));
      }, 700); // longer than the interval at which received bytes are written
      return true;
    };
  };

  test('fetches a file again, once, whose part was taken away, and fails only that one if it happens again', async () => {
    const lost: string[] = [];
    const takeAway = (): void => {
      for (const name of listHidden(account.out).filter((one) => one.endsWith('.part'))) {
        lost.push(name);
        rmSync(join(account.out, name));
      }
    };
    const recordings: ServedRecording[] = [
      { id: 'one', media: betweenHalves((attempt) => (attempt === 1 ? takeAway() : undefined)) },
    ];
    const account = await openMediaAccount(wire, recordings);
    expect(await account.download()).toMatchObject({ code: 0, err: '' });
    expect(lost).toHaveLength(1);
    expectFiles(account.out, { [file]: bytes });
    recordings.splice(0, 1, { id: 'two', media: betweenHalves(takeAway) }, { id: 'three' });
    const { code, err } = await account.download();
    expect({ code, err }).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^recx: two: .*part was removed by another program$/m),
    });
    expect(lost).toHaveLength(3);
    expect(existsSync(join(account.out, `three.${nativeFormat(wire)}`))).toBe(true);
    expect(partIn(account.out)).toBe(undefined);
  });

  test('does not replace a file that appears meanwhile, unless it is to', async () => {
    const recordings: ServedRecording[] = [
      { id: 'one', media: betweenHalves(() => writeFileSync(join(account.out, file), 'mine', { mode: 0o600 })) },
    ];
    const account = await openMediaAccount(wire, recordings);
    expect(await account.download()).toMatchObject({
      code: 3,
      err: expect.stringMatching(/already exists with a different content/),
    });
    expect(readFileSync(join(account.out, file), 'utf8')).toBe('mine');
    expect(listTree(account.out).filter((name) => name !== MANIFEST)).toEqual([file]);
    expect(await account.download('--overwrite')).toMatchObject({ code: 0, err: '' });
    expectFiles(account.out, { [file]: bytes });
  });

  test('does not take a file for its own that another run downloads meanwhile', async () => {
    const download = (): void => {
      writeFileSync(join(account.out, file), bytes, { mode: 0o600 });
      const line = { id: 'other', provider: wire.provider, path: file, bytes: bytes.length, sha256: sha256(bytes) };
      appendFileSync(join(account.out, MANIFEST), `${JSON.stringify({ ...line, account_id: 'x' })}\n`, { mode: 0o600 });
    };
    const account = await openMediaAccount(wire, [{ id: 'one', media: betweenHalves(download) }]);
    const { code, err } = await account.download();
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringMatching(/is the recording other; put/) });
    expect(manifestEntries(account.out)).toHaveLength(1);
  });

  test('does not follow a link that takes the place of a folder', async () => {
    const swap = (): void => {
      const below = join(account.out, 'sub');
      renameSync(below, account.folderNamed('moved'));
      symlinkSync(account.folderNamed('moved'), below);
    };
    const account = await openMediaAccount(wire, [{ id: 'one', media: betweenHalves(swap) }]);
    const { code, err } = await account.download('--name', 'sub/{id}');
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringMatching(/sub was replaced by a link/) });
    expect(readdirSync(account.folderNamed('moved')).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});

const listHidden = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('.'));

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

/** Rewrites a manifest as an earlier version wrote it. */
const shortenManifest = (folder: string): void => {
  const lines = manifestEntries(folder).map((entry) => {
    const keys = Object.keys(entry);
    return JSON.stringify(
      Object.fromEntries(keys.slice(0, keys.indexOf('account_id')).map((key) => [key, entry[key]])),
    );
  });
  writeFileSync(join(folder, MANIFEST), lines.map((line) => `${line}\n`).join(''));
};
