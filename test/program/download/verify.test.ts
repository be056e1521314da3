import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../support/run.ts';
import { fileOf, MANIFEST, nativeOf, type Piece, type Stock, stocked } from '../../support/stock.ts';
import { type Wire, wires } from '../../support/wires.ts';

const ids = ['same', 'longer', 'altered', 'missing', 'linked'];
const differences = ({ out }: Run): readonly string[] =>
  (JSON.parse(out) as readonly { readonly problem: string; readonly path: string; readonly id: string | null }[])
    .map(({ problem, path, id }) => `${problem} ${path} ${id}`)
    .sort();

const verify = (stock: Stock, ...words: readonly string[]): Promise<Run> =>
  stock.run(['verify', stock.out, '-o', 'json', ...words]);
const downloaded = async (wire: Wire, pieces: Piece[]): Promise<Stock> => {
  const stock = await stocked(wire, pieces);
  expect(await stock.download('--sidecar')).toMatchObject({ code: 0, err: '' });
  return stock;
};

describe.concurrent.each(wires)('verify of a download folder of $profile', (wire) => {
  const path = (stock: Stock, id: string): string => join(stock.out, `${id}.${nativeOf(wire)}`);

  test('reports no difference for an intact folder and makes no request', async () => {
    const stock = await downloaded(
      wire,
      ids.map((id) => ({ id })),
    );
    const before = stock.sandbox.requests.length;
    expect(await verify(stock)).toMatchObject({ code: 0, out: '[]\n', err: '' });
    expect(stock.sandbox.requests).toHaveLength(before);
  });

  test('reports missing, changed and extra files', async () => {
    const stock = await downloaded(
      wire,
      ids.map((id) => ({ id })),
    );
    appendFileSync(path(stock, 'longer'), 'x');
    const altered = Buffer.from(fileOf(wire));
    altered.writeUInt8(altered.readUInt8(500) ^ 1, 500);
    writeFileSync(path(stock, 'altered'), altered);
    rmSync(path(stock, 'missing'));
    rmSync(path(stock, 'linked'));
    symlinkSync(path(stock, 'same'), path(stock, 'linked'));
    mkdirSync(join(stock.out, 'deep'));
    writeFileSync(join(stock.out, 'deep', 'extra.wav'), 'x');
    const run = await verify(stock);
    const name = (id: string): string => `${id}.${nativeOf(wire)} ${id}`;
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
    const pieces: Piece[] = [{ id: 'same' }];
    const stock = await downloaded(wire, pieces);
    expect(await verify(stock, '--remote', ...wire.asked, '--since', '7d')).toMatchObject({ code: 0, out: '[]\n' });
    pieces.unshift({ id: 'new' });
    if (status !== undefined) pieces.unshift({ id: 'later', more: { [status]: 'processing' } });
    const media = stock.media.length;
    const run = await verify(stock, '--remote', ...wire.asked, '--since', '7d');
    expect({ code: run.code, found: differences(run) }).toEqual({ code: 3, found: ['not downloaded  new'] });
    expect(stock.media).toHaveLength(media);
    expect((await verify(stock, ...wire.asked)).code).toBe(2);
    expect(await stock.download('--sidecar')).toMatchObject({ code: 0 });
    expect(await verify(stock, '--remote', ...wire.asked, '--since', '7d')).toMatchObject({ code: 0, out: '[]\n' });
  });

  test('reports unreadable manifest lines and reads no file outside the folder', async () => {
    const stock = await downloaded(wire, [{ id: 'same' }]);
    const manifest = join(stock.out, MANIFEST);
    const [line = ''] = readFileSync(manifest, 'utf8').split('\n');
    const outside = stock.folderOf('outside.wav');
    writeFileSync(outside, 'mine');
    const entry = JSON.parse(line) as Record<string, unknown>;
    const leading = ['../outside.wav', outside, 'a/../../outside.wav', '..\\outside.wav'];
    const lines = leading.map((to) => JSON.stringify({ ...entry, id: 'x', path: to, bytes: 4 }));
    writeFileSync(manifest, `\n{}\nnull\n[1]\nnot json\n${lines.join('\n')}\n${line}\n${line.slice(0, 40)}`);
    const run = await verify(stock);
    expect({ code: run.code, found: differences(run).map((text) => text.split(' ')[0]) }).toEqual({
      code: 3,
      found: [...leading.map(() => 'missing'), ...Array(5).fill('unreadable')],
    });
    // The next download removes the truncated line of a killed run, and no other line is lost.
    expect(await stock.download('--sidecar')).toMatchObject({ code: 0, err: '' });
    const after = differences(await verify(stock)).map((text) => text.split(' ')[0]);
    expect(after).toEqual([...leading.map(() => 'missing'), ...Array(4).fill('unreadable')]);
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });

  test.each(['cut off in the middle of the manifest', 'cut off at its end'])(
    'reports a manifest line that was %s',
    async (how) => {
      const stock = await downloaded(wire, [{ id: 'same' }, { id: 'other' }]);
      const manifest = join(stock.out, MANIFEST);
      const lines = readFileSync(manifest, 'utf8').trimEnd().split('\n');
      const cutOff = how.includes('middle') ? 0 : lines.length - 1;
      const { path } = JSON.parse(lines[cutOff] ?? '') as { readonly path: string };
      lines[cutOff] = (lines[cutOff] ?? '').slice(0, 50);
      writeFileSync(manifest, lines.join('\n') + (how.includes('middle') ? '\n' : ''));
      for (const lost of [path, path.replace(/\.\w+$/, '.json')]) rmSync(join(stock.out, lost));
      const run = await verify(stock);
      expect({ code: run.code, found: differences(run).map((text) => text.split(' ')[0]) }).toEqual({
        code: 3,
        found: ['unreadable'],
      });
    },
  );

  test('fails with one error line when the folder or its manifest does not exist', async () => {
    const stock = await stocked(wire, [{ id: 'same' }]);
    expect(await verify(stock)).toMatchObject({ code: 7, out: '' });
    mkdirSync(stock.out, 0o700);
    const { code, out, err } = await verify(stock);
    expect({ code, out }).toEqual({ code: 7, out: '' });
    expect(err).toContain(MANIFEST);
  });
});
