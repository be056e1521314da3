import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  expectFiles,
  manifestEntries,
  nativeFormat,
  openMediaAccount,
  type ServedRecording,
} from '../support/media-account.ts';
import { completeFile, numberedFile, typeOf } from '../support/media-faults.ts';
import { isExecutable, preload } from '../support/paths.ts';
import { type WireFormat, wireFormats } from '../support/wire-formats.ts';

const bytesOf = (wire: WireFormat, number: number): Buffer => numberedFile(nativeFormat(wire), number);

/** An account whose recordings have ids or fields that differ only in case, on a file system that ignores case. */
const openFolded = async (wire: WireFormat, ids: readonly string[]) => {
  const recordings = ids.map(
    (id, index): ServedRecording => ({
      id,
      media: completeFile(bytesOf(wire, index), { type: typeOf(nativeFormat(wire)) }),
      more: { [wire.textKey]: index === 0 ? 'R\u00e9union' : 'R\u00c9UNION' },
    }),
  );
  const account = await openMediaAccount(wire, recordings);
  const env = { NODE_OPTIONS: `--require ${preload('fold-names.cjs')}`, FOLD_FOLDER: dirname(account.out) };
  const run = (...words: readonly string[]) => account.runPacked(words, { env });
  const download = (...words: readonly string[]) =>
    account.runPacked(['download', ...wire.args, '--since', '7d', '--dir', account.out, ...words], { env });
  const downloadOnly = (id: string, ...words: readonly string[]) =>
    account.runPacked(['download', ...wire.args, '--dir', account.out, id, ...words], { env });
  return { account, run, download, downloadOnly };
};

test.skipIf(isExecutable).each(wireFormats)(
  'of two recordings of $profile whose ids differ only in case one is kept, and the other one fails',
  async (wire) => {
    const { account, download, downloadOnly } = await openFolded(wire, ['one', 'ONE']);
    const both = await download('--concurrency', '2');
    expect(both).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^recx: one|ONE: the name .* belongs to another/im),
    });
    const [kept] = manifestEntries(account.out);
    const index = kept?.id === 'one' ? 0 : 1;
    expectFiles(account.out, { [`${kept?.path}`]: bytesOf(wire, index) });
    const other = index === 0 ? 'ONE' : 'one';
    for (const more of [[], ['--no-manifest']]) {
      expect(await downloadOnly(other, ...more)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/differ in case/),
      });
      expectFiles(account.out, { [`${kept?.path}`]: bytesOf(wire, index) });
    }
    expect(await downloadOnly(`${kept?.id}`)).toMatchObject({ code: 0, err: '' });
  },
);

test.skipIf(isExecutable).each(wireFormats)(
  'names of $profile that differ only in case never share a file or a part',
  async (wire) => {
    const { account, download, downloadOnly } = await openFolded(wire, ['one', 'two']);
    const name = ['--name', `{${wire.textColumn}}`];
    expect(await download(...name)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/belongs to another recording/),
    });
    const [kept] = manifestEntries(account.out);
    const index = kept?.id === 'one' ? 0 : 1;
    expectFiles(account.out, { [`${kept?.path}`]: bytesOf(wire, index) });
    const other = await downloadOnly(index === 0 ? 'two' : 'one', ...name);
    expect(other).toMatchObject({
      code: 3,
      err: expect.stringMatching(/ is the recording (?:one|two); put \{id\} into --name/),
    });
    expectFiles(account.out, { [`${kept?.path}`]: bytesOf(wire, index) });
    expect(join(account.out, `${kept?.path}`)).toMatch(/union/i);
  },
);

test.skipIf(isExecutable).each(wireFormats)(
  'folders of $profile that differ only in case are one folder to verify',
  async (wire) => {
    const { account, download, run } = await openFolded(wire, ['one', 'two']);
    expect(await download('--name', `{${wire.textColumn}}/{id}`)).toMatchObject({ code: 0, err: '' });
    expect(new Set(manifestEntries(account.out).map(({ path }) => dirname(String(path)))).size).toBe(2);
    expect(await run('verify', account.out, '-o', 'json')).toMatchObject({ code: 0, out: '[]\n' });
    const remote = ['--remote', ...wire.args, '--since', '7d'];
    expect(await run('verify', account.out, ...remote, '-o', 'json')).toMatchObject({ code: 0, out: '[]\n' });
  },
);
