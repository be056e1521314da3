import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cut, fileBytes, numbered, typeOf, whole } from '../../support/media-faults.ts';
import {
  buildsLinks,
  expectKept,
  fileOf,
  kept,
  linesOf,
  nativeOf,
  type Piece,
  sizeKey,
  stocked,
} from '../../support/stock.ts';
import { relay, twilio, wires } from '../../support/wires.ts';

/** Serves the format that the path requests. */
const anyFormat: NonNullable<Piece['media']> = (request, response) => {
  const format = request.url.pathname.endsWith('.mp3') ? 'mp3' : request.url.pathname.endsWith('.mp4') ? 'mp4' : 'wav';
  return whole(fileBytes(format), { type: typeOf(format) })(request, response);
};

describe.concurrent.each(wires)('--media of $profile', (wire) => {
  test('downloads the first available format and reports when none is available', async () => {
    const stock = await stocked(wire, [{ id: 'one', media: anyFormat }]);
    const has = buildsLinks(wire) ? ['wav', 'mp3'] : [nativeOf(wire)];
    const wishes = [['mp3', 'wav'], ['wav', 'mp3'], ['mp4', 'mp3'], ['mp3'], ['wav'], ['mp4']] as const;
    for (const wished of wishes) {
      const folder = stock.folderOf(wished.join('-'));
      const { code, err } = await stock.download('--dir', folder, '--media', wished.join(','));
      const got = wished.find((format) => has.includes(format));
      expect({ wished, code }).toEqual({ wished, code: got === undefined ? 3 : 0 });
      if (got === undefined)
        expect(err).toMatch(
          new RegExp(`^recx: one: there is no ${wished.join(', no ')}, only ${has.join(' and ')}$`, 'm'),
        );
      expectKept(folder, got === undefined ? {} : { [`one.${got}`]: fileBytes(got) });
    }
  });
});

describe.concurrent.each(wires)('--name of $profile', (wire) => {
  const native = nativeOf(wire);
  const files = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`${name}.${native}`, fileOf(wire)]));

  test('builds file names and folders from fields', async () => {
    const stock = await stocked(wire, [{ id: 'one' }, { id: 'two' }]);
    expect(await stock.download('--name', '{provider}/{year}-{month}-{day}/{hour}_{id}')).toMatchObject({
      code: 0,
      err: '',
    });
    const paths = linesOf(stock.out).map(({ path }) => String(path));
    for (const path of paths)
      expect(path).toMatch(new RegExp(`^${wire.provider}/\\d{4}-\\d\\d-\\d\\d/\\d\\d_(?:one|two)\\.${native}$`));
    expectKept(stock.out, Object.fromEntries(paths.map((path) => [path, fileOf(wire)])));
  });

  test('keeps files inside the download folder whatever the fields contain', async () => {
    const values = ['../../x', '/etc/x', '..', 'a/b', 'CON', '.x', '', null, 'x'.repeat(300), '\u202ex\n'];
    const stock = await stocked(
      wire,
      values.map((value, index): Piece => ({ id: `id-${index}`, more: { [wire.key]: value } })),
    );
    expect(await stock.download('--name', `{${wire.column}}/{id}`)).toMatchObject({ code: 0, err: '' });
    const paths = linesOf(stock.out).map(({ path }) => String(path));
    for (const path of paths) expect(path).toMatch(/^[^/.~-][^/]{0,254}\/id-\d\.\w+$/);
    expectKept(stock.out, Object.fromEntries(paths.map((path) => [path, fileOf(wire)])));
  });

  test('that gives two recordings the same name is a usage error before anything is written', async () => {
    const stock = await stocked(wire, [{ id: 'one' }, { id: 'two' }]);
    for (const words of [[], ['--dry-run'], ['--overwrite']]) {
      const { code, err } = await stock.download('--name', '{provider}', ...words);
      expect({ code, media: stock.media.length, there: existsSync(stock.out) }).toEqual({
        code: 2,
        media: 0,
        there: false,
      });
      expect(err).toMatch(/two recordings .*name/);
    }
    const byId = await stock.fetch('--name', '{provider}', 'one', 'two');
    expect({ code: byId.code, there: existsSync(stock.out) }).toEqual({ code: 2, there: false });
    expect(await stock.fetch('--name', '{provider}', 'one')).toMatchObject({ code: 0 });
    expectKept(stock.out, files([wire.provider]));
  });
});

describe.concurrent.each(wires)('a download from $profile', (wire) => {
  test('writes a sidecar without links beside each file with --sidecar', async () => {
    const stock = await stocked(wire, [{ id: 'one' }, { id: 'two' }]);
    expect(await stock.download('--sidecar')).toMatchObject({ code: 0, err: '' });
    const beside = { others: ['one.json', 'two.json'] };
    const files = kept(wire, { one: fileOf(wire), two: fileOf(wire) });
    expectKept(stock.out, files, beside);
    const listed = await stock.run(['get', 'one', ...wire.asked, '-o', 'json']);
    const text = readFileSync(join(stock.out, 'one.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(JSON.parse(listed.out));
    expect(text).not.toMatch(/https?:/);
    expect(await stock.download('--sidecar')).toMatchObject({ code: 0, err: '' });
    expectKept(stock.out, files, beside);
  });

  test('only reports the number and size of files with --dry-run', async () => {
    const size = sizeKey(wire);
    const more = size === undefined ? {} : { [size]: 1_000_000 };
    const stock = await stocked(wire, [
      { id: 'one', more },
      { id: 'two', more },
    ]);
    const { code, out, err } = await stock.download('--dry-run');
    expect({ code, err, media: stock.media.length, there: existsSync(stock.out) }).toEqual({
      code: 0,
      err: '',
      media: 0,
      there: false,
    });
    expect(out).toMatch(
      new RegExp(`^would fetch 2 files \\(${size === undefined ? '2 of unknown size' : '2\\.0 MB'}\\) into .*free\\n$`),
    );
  });

  test('writes media to standard output with --stdout, and succeeds only if it is complete', async () => {
    const bytes = numbered(nativeOf(wire), 77);
    const pieces: Piece[] = [{ id: 'one', media: whole(bytes) }];
    const stock = await stocked(wire, pieces);
    const run = await stock.fetch('--stdout', 'one');
    expect({ code: run.code, err: run.err, same: run.bytes.equals(bytes) }).toEqual({ code: 0, err: '', same: true });
    expect(existsSync(stock.out)).toBe(false);
    pieces[0] = { id: 'one', media: cut(bytes, 1000, 'length') };
    const broken = await stock.run(['--retries', '1', 'download', ...wire.asked, '--stdout', 'one']);
    expect(broken.code).toBe(3);
    expect(broken.bytes.equals(bytes.subarray(0, broken.bytes.length))).toBe(true);
    pieces[0] = { id: 'one', media: whole(Buffer.from('<html>Log in'), { type: 'audio/mpeg' }) };
    const page = await stock.fetch('--stdout', 'one');
    expect({ code: page.code, out: page.out }).toEqual({ code: 3, out: '' });
    expect((await stock.fetch('--stdout', 'nowhere')).code).toBe(6);
  });

  test('by ids from a file or standard input downloads each id once', async () => {
    const ids = ['one', 'two', 'three'];
    const stock = await stocked(wire, [...ids.map((id) => ({ id })), { id: 'other' }]);
    const listed = await stock.run(['list', ...wire.asked, '--since', '7d', '--all', '-o', 'json']);
    const rows = (JSON.parse(listed.out) as readonly { readonly id: string }[]).filter(({ id }) => ids.includes(id));
    const forms = [
      `${ids.join('\n')}\none\n\n`,
      ids.join('\r\n'),
      JSON.stringify(rows),
      JSON.stringify(rows, null, 2),
      `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`,
      `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`,
      JSON.stringify([...ids, 'one']),
      `\ufeff${ids.join('\n')}`,
    ];
    const check = async (input: string, index: number): Promise<void> => {
      const folder = stock.folderOf(`form-${index}`);
      const file = stock.folderOf(`ids-${index}`);
      writeFileSync(file, input);
      const words = ['download', ...wire.asked, '--dir', folder, '--ids', index % 2 === 0 ? '-' : file];
      const { code, out, err } = await stock.run([...words, '--summary', '-'], { input });
      expect({ index, code, err }).toEqual({ index, code: 0, err: '' });
      expect(JSON.parse(out)).toMatchObject({ done: 3, listed: 3 });
      expectKept(folder, kept(wire, Object.fromEntries(ids.map((id) => [id, fileOf(wire)]))));
    };
    await Promise.all(forms.map(check));
  });
});

test.concurrent.each(['ogg', '', 'mp3,', 'wav;mp3'])('--media rejects the format %j', async (wrong) => {
  const stock = await stocked(relay, []);
  expect((await stock.fetch('--media', wrong)).code).toBe(2);
});

describe.concurrent('--name', () => {
  test.each([
    '../{id}',
    '/x/{id}',
    '{id}/..',
    'a//{id}',
    '',
    '.{id}',
    '{nothing}',
    '{id',
    'a\\{id}',
    './{id}',
    'x/../{id}',
    '{id}/',
  ])('rejects the template %j', async (template) => {
    const stock = await stocked(relay, [{ id: 'one' }]);
    const { code } = await stock.fetch('--name', template, 'one');
    expect({ code, requests: stock.sandbox.requests.length, there: existsSync(stock.out) }).toEqual({
      code: 2,
      requests: 0,
      there: false,
    });
  });
});

describe.concurrent('encrypted media', () => {
  test('is stored encrypted under a name ending in .enc', async () => {
    const wire = twilio;
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251));
    const secret: Piece = { id: 'one', media: whole(bytes), more: { encryption_details: { encryption_cek: 'x' } } };
    const stock = await stocked(wire, [secret]);
    const { code, err } = await stock.download();
    expect(code).toBe(0);
    expect(err).toMatch(/one\.wav\.enc is ciphertext/);
    expectKept(stock.out, { 'one.wav.enc': bytes });
    const cutOff = await stocked(wire, [{ ...secret, media: cut(bytes, 2000, 'length') }]);
    mkdirSync(cutOff.out, 0o700);
    expect((await cutOff.run(['--retries', '0', 'download', ...wire.asked, '--dir', cutOff.out, 'one'])).code).toBe(3);
    expectKept(cutOff.out, {});
  });
});
