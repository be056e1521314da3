import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { answer, type Home, homeWith } from '../support/home.ts';
import { listTree, nativeFormat, openMediaAccount } from '../support/media-account.ts';
import { runHere } from '../support/run.ts';
import { type WireFormat, wireFormats } from '../support/wire-formats.ts';

const one = 'abcdef12-1111-x';
const two = 'abcdef12-2222-x';
const other = 'fedcba98-3333-x';

/** Shows recordings in a table on a terminal, so that the starts of their ids can be typed. */
const show = (home: Home, wire: WireFormat) => home.onTerminal(['list', ...wire.args, '--since', '7d'], 80);

const idsIn = (out: string): readonly string[] => [JSON.parse(out)].flat().map(({ id }: { readonly id: string }) => id);

describe.concurrent.each(wireFormats)('the start of an id of $profile', (wire) => {
  const account = (...ids: readonly string[]) =>
    openMediaAccount(
      wire,
      ids.map((id) => ({ id })),
    );
  const get = (home: Home, ...words: readonly string[]) => home.run(['get', ...words, ...wire.args, '-o', 'json']);

  test('names the recording that a table has shown, with and without the mark of a shortened id', async () => {
    const home = await account(one, other);
    await show(home, wire);
    for (const word of ['fedcba98', 'fedcba98…', other]) {
      const { code, out, err } = await get(home, word);
      expect({ code, err, ids: idsIn(out) }).toEqual({ code: 0, err: '', ids: [other] });
    }
    const several = await get(home, 'fedcba98', one, 'abcdef12', other);
    expect(idsIn(several.out)).toEqual([other, one]);
    for (const words of [[`fedcba98,${one}`], ['fedcba98,', one], [`fedcba98, ${one},fedcba98`]])
      expect(idsIn((await get(home, ...words)).out)).toEqual([other, one]);
    expect(await home.downloadOnly('abcdef12,fedcba98-3333')).toMatchObject({ code: 0, err: '' });
    const files = [one, other].map((id) => `${id}.${nativeFormat(wire)}`);
    expect(listTree(home.out)).toEqual([...files, 'manifest.ndjson']);
  });

  test('names the recording that verify has shown', async () => {
    const recordings = [{ id: one }];
    const home = await openMediaAccount(wire, recordings);
    await home.download();
    rmSync(join(home.out, `${one}.${nativeFormat(wire)}`));
    recordings.push({ id: other });
    await home.onTerminal(['verify', home.out, '--remote', ...wire.args, '--since', '7d'], 80);
    expect(idsIn((await get(home, 'abcdef12', 'fedcba98')).out)).toEqual([one, other]);
  });

  test('gives way to a complete id, and is refused with all candidates if it fits several', async () => {
    const ids = ['abcdef12', 'abcdef1234567890', 'abcdef1234999999'];
    const home = await account(...ids, other);
    await show(home, wire);
    expect(idsIn((await get(home, 'abcdef12')).out)).toEqual(['abcdef12']);
    const before = home.mediaRequests.length;
    for (const words of [
      ['get', 'abcdef1234', other],
      ['download', other, 'abcdef1234', '--dir', home.out],
    ]) {
      const { code, out, err } = await home.run([...words, ...wire.args]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      for (const id of ids.slice(1))
        expect(err).toMatch(new RegExp(` ${id} \\(${wire.profile}, .*20\\d\\d-\\d\\d-\\d\\dT`));
      expect(err).not.toMatch(/ abcdef12 \(/);
      expect(err).toContain('Type more of the id');
    }
    expect([home.mediaRequests.length, existsSync(home.out)]).toEqual([before, false]);
  });

  test('is too short with seven characters, and fits only recordings of the selected profiles', async () => {
    const home = await account(other);
    await show(home, wire);
    const short = await get(home, 'fedcba9');
    expect({ code: short.code, err: short.err }).toEqual({
      code: 6,
      err: expect.stringMatching(/^recx: recording fedcba9 not found\nAt least 8 characters of an id are needed/),
    });
    expect((await get(home, 'fedcba99')).err).toBe(
      `recx: recording fedcba99 not found\nSearched the newest recordings of profile "${wire.profile}"; other profiles: --all-profiles or -p <name>\n`,
    );
  });

  test('is looked for after a server that rejects it, and not after one that failed', async () => {
    const named = [one, two];
    let status = 422;
    const home = await openMediaAccount(
      wire,
      named.map((id) => ({ id })),
      ({ url }, response) =>
        url.pathname === wire.recordingPath('abcdef12-1') && answer(response, { message: 'no' }, status),
    );
    await show(home, wire);
    expect(idsIn((await get(home, 'abcdef12-1')).out)).toEqual([one]);
    if (wire.profile !== 'plivo') return; // the documented form of the other ids makes the request needless
    status = 501;
    const failed = await get(home, 'abcdef12-1');
    expect([failed.code, failed.err.includes('501')]).toEqual([5, true]);
    status = 401;
    expect((await get(home, 'abcdef12-1')).code).toBe(4);
  });

  test('of a recording that is gone is not found, and its complete id is named', async () => {
    const recordings = [{ id: one }, { id: other }];
    const home = await openMediaAccount(wire, recordings);
    await show(home, wire);
    recordings.pop();
    const run = await get(home, 'fedcba98');
    expect({ code: run.code, err: run.err }).toEqual({ code: 6, err: expect.stringContaining(`${other} not found`) });
  });
});

test('a start needs no request where the form of an id shows that it is not complete', async () => {
  for (const wire of wireFormats.filter(({ profile }) => profile !== 'plivo')) {
    const id = wire.provider === 'twilio' ? `RE${'a'.repeat(32)}` : '4781eddb-ffbb-4111-8a0d-7df24f213e0d';
    const home = await openMediaAccount(wire, [{ id }]);
    await show(home, wire);
    const before = home.sandbox.requests.length;
    expect((await home.run(['get', id.slice(0, 9), ...wire.args])).code).toBe(0);
    expect(home.sandbox.requests.length - before).toBe(1);
  }
});

test('the start of an id of the demo is found without a configuration folder', async () => {
  const folder = join(emptyFolder(), 'none');
  const env = { HOME: folder, RECX_CONFIG_DIR: folder };
  const listed = await runHere(['list', '-p', 'demo', '-o', 'json'], { env });
  const ids = idsIn(listed.out).slice(0, 6);
  const starts = ids.map((id) => id.slice(0, 8));
  const got = await runHere(['get', ...starts, '-p', 'demo', '-o', 'json'], { env });
  expect({ code: got.code, err: got.err, ids: idsIn(got.out) }).toEqual({ code: 0, err: '', ids });
  const out = emptyFolder();
  expect(await runHere(['download', ...starts, '-p', 'demo', '--dir', out], { env })).toMatchObject({
    code: 0,
    err: '',
  });
  expect(listTree(out)).toHaveLength(ids.length + 1);
  expect(existsSync(folder)).toBe(false);
});

test('ids in a list are complete ones', async () => {
  const [wire] = wireFormats;
  if (wire === undefined) throw new Error('no API');
  const home = await openMediaAccount(wire, [{ id: other }]);
  await show(home, wire);
  const list = home.folderNamed('ids.txt');
  writeFileSync(list, 'fedcba98\n');
  expect((await home.downloadOnly('--ids', list)).code).toBe(6);
});

test('without a default profile, the failure names those for which the ids were shown', async () => {
  const home = await homeWith();
  const own: Record<string, string> = {};
  for (const profile of ['plivo', 'twilio']) {
    own[profile] = idsIn((await home.run(['list', '-p', profile, '-n', '1', '-o', 'json'])).out)[0] ?? '';
    await home.onTerminal(['list', '-p', profile, '-n', '3'], 80);
  }
  const start = own.twilio?.slice(0, 8) ?? '';
  for (const command of ['get', 'download']) {
    const one = await home.run([command, start]);
    expect(one).toMatchObject({
      code: 4,
      out: '',
      err: `recx: no default profile is set\nIt was shown for profile "twilio": recx ${command} ${start} -p twilio\n`,
    });
    const both = await home.run([command, start, own.plivo ?? '', '00000000']);
    expect(both.err).toBe('recx: no default profile is set\nShown lately with twilio,plivo: add -p twilio,plivo\n');
    const unknown = await home.run([command, '00000000']);
    expect(unknown.err).toContain('\nChoose with -p: ');
  }
  expect((await home.run(['get', start, '-p', 'twilio'])).code).toBe(0);
});
