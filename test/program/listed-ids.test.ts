import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { answer, type Home, homeWith } from '../support/home.ts';
import { listTree, nativeFormat, openMediaAccount } from '../support/media-account.ts';
import { runHere } from '../support/run.ts';
import { signalwireAccount, signalwireApis } from '../support/signalwire-account.ts';
import { plivo, relay, twilio, type WireFormat, wireFormats } from '../support/wire-formats.ts';

const one = 'abcdef12-1111-x';
const two = 'abcdef12-2222-x';
const other = 'fedcba98-3333-x';
const uuid = '36bd291f-0000-4000-8000-000000000000';

const idsIn = (out: string): readonly string[] => [JSON.parse(out)].flat().map(({ id }: { readonly id: string }) => id);

/** Requests of lists so far. */
const lists = ({ sandbox }: Home, { listPath }: WireFormat): readonly URL[] =>
  sandbox.requests.map(({ url }) => url).filter(({ pathname }) => pathname === listPath);

describe.concurrent.each(wireFormats)('the start of an id of $profile that no terminal has shown', (wire) => {
  const account = (...ids: readonly string[]) =>
    openMediaAccount(
      wire,
      ids.map((id) => ({ id })),
    );
  const get = (home: Home, ...words: readonly string[]) => home.run(['get', ...words, ...wire.args, '-o', 'json']);

  test('names one of the newest recordings, which are listed once for all words', async () => {
    const home = await account(one, other);
    const got = await get(home, 'fedcba98', 'abcdef12…', one, 'FEDCBA98'.toLowerCase(), other);
    expect({ code: got.code, err: got.err, ids: idsIn(got.out) }).toEqual({ code: 0, err: '', ids: [other, one] });
    // The recordings of Plivo are searched for a year.
    expect(lists(home, wire).length).toBe(wire === plivo ? 13 : 1);
    expect(await home.downloadOnly('fedcba98')).toMatchObject({ code: 0, err: '' });
    expect(listTree(home.out)).toEqual([`${other}.${nativeFormat(wire)}`, 'manifest.ndjson']);
  });

  test('is refused with all candidates if it fits several', async () => {
    const home = await account(one, two);
    const { code, out, err } = await get(home, 'abcdef12', other);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    for (const id of [one, two]) expect(err).toContain(`abcdef12 may be ${id} (${wire.profile}, `);
    expect(err).toContain('Type more of the id');
  });

  test('gives way to a complete id, which is requested first and needs no list', async () => {
    const home = await account('abcdef12', one);
    expect(idsIn((await get(home, 'abcdef12')).out)).toEqual(['abcdef12']);
    expect(lists(home, wire)).toEqual([]);
  });

  test('causes a list only with 8 to 31 characters or as a cut id, and is requested once if nothing begins with it', async () => {
    const home = await account(one);
    for (const word of ['abcdef1', 'a'.repeat(32), uuid, `RE${'a'.repeat(32)}`])
      expect((await get(home, word)).code, word).toBe(6);
    expect(lists(home, wire)).toEqual([]);
    const before = home.sandbox.requests.length;
    expect((await get(home, '99999999')).code).toBe(6);
    const listed = lists(home, wire).length;
    expect(home.sandbox.requests.length - before - listed).toBe(1);
    const failed = await home.downloadOnly('99999999');
    expect({ code: failed.code, err: failed.err }).toEqual({
      code: 6,
      err: expect.stringContaining('recording 99999999 not found\nSearched the newest recordings of profile '),
    });
  });

  test('that lacks its last characters is that of the newest recordings', async () => {
    const id = wire.profile === 'twilio' ? `RE${'0123456789abcdef'.repeat(2)}` : uuid;
    const home = await account(id);
    for (const cut of [id.slice(0, 33), `${id.slice(0, 33)}…`])
      expect(await get(home, cut), cut).toMatchObject({ code: 0, out: expect.stringContaining(id) });
  });

  test('is not called unknown if the list fails', async () => {
    const home = await openMediaAccount(
      wire,
      [{ id: one }],
      ({ url }, response) => url.pathname === wire.listPath && answer(response, { message: 'no' }, 501),
    );
    const got = await get(home, 'abcdef12');
    expect({ code: got.code, err: got.err }).toEqual({
      code: 5,
      err: expect.stringContaining('could not be searched'),
    });
    expect(got.err).toContain('501');
    const downloaded = await home.downloadOnly('abcdef12');
    expect([downloaded.code, downloaded.err.includes('501')]).toEqual([3, true]);
  });
});

/** A home whose list of one API has this many recordings. */
const homeListing = (wire: WireFormat, count: number, age = 3_600_000): Promise<Home> => {
  const at = (index: number): number => Date.now() - age - index * 1000;
  const idOf = (index: number): string => `${String(index).padStart(8, '0')}-x`;
  const entries = Array.from({ length: count }, (_, index) => {
    const id = idOf(index);
    return { id, at: at(index), row: wire.row(id, {}, at(index)), hidden: {} };
  });
  return homeWith({ entries: { [wire.name]: entries } });
};

test('no more than the newest 200 recordings are listed, and no more pages than these need', async () => {
  for (const [wire, pages] of [
    [relay, 1],
    [twilio, 1],
    [plivo, 11],
  ] as const) {
    const home = await homeListing(wire, 260);
    expect((await home.run(['get', '00000199', ...wire.args])).code, wire.name).toBe(0);
    expect(lists(home, wire).length, wire.name).toBe(pages);
    expect((await home.run(['get', '00000200', ...wire.args])).code, wire.name).toBe(6);
    expect(lists(home, wire).length, wire.name).toBe(2 * pages);
  }
});

test('windows of time are searched for a year, other lists as far as they go', async () => {
  const age = 400 * 86_400_000;
  const home = await homeListing(plivo, 1, age);
  expect((await home.run(['get', '00000000', ...plivo.args])).code).toBe(6);
  expect(lists(home, plivo).length).toBe(13);
  const old = await homeListing(twilio, 1, age);
  expect((await old.run(['get', '00000000', ...twilio.args])).code).toBe(0);
});

describe.concurrent('an API that refuses the token', () => {
  const missing = '99999999';

  test('is left out if it merely lacks the scope, also if only its list is requested', async () => {
    for (const word of [missing, `${missing}…`]) {
      const account = await signalwireAccount();
      account.refused.add('video');
      const got = await account.run(['get', word, '-p', 'sw']);
      expect([word, got.code, got.err.match(/left out/g)]).toEqual([word, 6, ['left out']]);
      expect(got.err).toContain('not found; signalwire video of profile "sw" could not be queried');
      const [first = ''] = idsIn((await account.run(['list', '-p', 'relay', '-n', '1', '-o', 'json'])).out);
      const found = await account.run(['get', word.replace(missing, first.slice(0, 8)), '-p', 'sw', '-o', 'json']);
      expect([found.code, idsIn(found.out)]).toEqual([0, [first]]);
    }
  });

  test('is reported if it is named or remembered, or if every API refuses', async () => {
    for (const word of [missing, `${missing}…`]) {
      const account = await signalwireAccount();
      account.refused.add('video');
      expect((await account.run(['get', word, '-p', 'sw', '--api', 'relay,video'])).code, word).toBe(4);
      account.remember(signalwireApis);
      const partial = await account.run(['get', word, '-p', 'sw']);
      expect([word, partial.code]).toEqual([word, 3]);
      expect(partial.err).toContain('signalwire video of profile "sw" could not be searched');
      for (const api of signalwireApis) account.refused.add(api);
      expect((await account.run(['get', word, '-p', 'sw'])).code, word).toBe(4);
    }
  });
});

describe('the hint for an id that was not found', () => {
  const hintOf = (err: string): string | undefined => err.trim().split('\n').at(-1);

  test('names the profile for which it was shown', async () => {
    const home = await homeWith();
    const [id = ''] = idsIn((await home.run(['list', '-p', 'plivo', '-n', '1', '-o', 'json'])).out);
    await home.onTerminal(['list', '-p', 'plivo', '-n', '3'], 80);
    for (const word of [id.slice(0, 8), `${id.slice(0, 9).toUpperCase()}…`, id]) {
      const start = word.replace('…', '');
      const got = await home.run(['get', word, '-p', 'relay']);
      const hint = `It was shown for profile "plivo": recx get ${start} -p plivo`;
      expect([got.code, hintOf(got.err)]).toEqual([6, hint]);
      const downloaded = await home.run(['download', word, '-p', 'relay', '--dir', join(home.folder, 'out')]);
      expect(downloaded.err).toContain(`recx download ${start} -p plivo`);
    }
  });

  test('says where was searched', async () => {
    const home = await homeWith();
    const missing = async (...words: readonly string[]) => hintOf((await home.run(['get', ...words])).err);
    const elsewhere = '; other profiles: --all-profiles or -p <name>';
    expect(await missing('99999999', '-p', 'relay')).toBe(
      `Searched the newest recordings of profile "relay"${elsewhere}`,
    );
    expect(await missing(uuid, '-p', 'relay,video')).toBe(`Searched profiles "relay", "video"${elsewhere}`);
    expect(await missing('99999999', '--all-profiles')).toBe(
      'Searched the newest recordings of profiles "relay", "video", "compatibility", "plivo", "twilio"',
    );
    const alone = { HOME: emptyFolder(), RECX_CONFIG_DIR: emptyFolder() };
    const demo = await runHere(['get', '99999999', '-p', 'demo'], { env: alone });
    expect(hintOf(demo.err)).toBe('Searched the newest recordings of profile "demo"');
  });

  test.each([
    [`recording/${uuid}`, uuid, 6],
    [`recordings/2026/${uuid}.mp3`, uuid, 2],
    [`RE${'a1'.repeat(16)}.mp3`, `RE${'a1'.repeat(16)}`, 2],
    [`call-${uuid}.wav`, uuid, 2],
    ['36bd291f….mp3', '36bd291f', 2],
    ['recordings/36bd291f…', '36bd291f', 6],
    ['36bd291f.json', '36bd291f', 6],
  ])('has the id alone for %s', async (word, id, code) => {
    const home = await homeWith();
    const got = await home.run(['get', word, '-p', 'twilio']);
    expect([got.code, hintOf(got.err)]).toEqual([code, `Type the id alone: recx get ${id}`]);
  });

  test.each(['f.mp3', 'recording.mp3'])('does not take %s for an id', async (word) => {
    const got = await (await homeWith()).run(['get', word, '-p', 'twilio']);
    expect([got.code, got.err.includes('To name the file')]).toEqual([2, true]);
  });
});

test('an address is refused without a request and without repeating it, with the id alone', async () => {
  const home = await homeWith();
  const id = `RE${'a1'.repeat(16)}`;
  const address = `https://api.twilio.com/2010-04-01/Accounts/AC${'b'.repeat(32)}/Recordings/${id}.json?signature=secret`;
  for (const command of ['get', 'download']) {
    const got = await home.run([command, address, '-p', 'twilio']);
    expect({ code: got.code, err: got.err }).toEqual({
      code: 2,
      err: `recx: a URL is not an id\nType the id alone: recx ${command} ${id}\n`,
    });
  }
  expect((await home.run(['get', 'https://example.com/', '-p', 'twilio'])).err).toContain('recx list');
  expect(home.sandbox.requests).toEqual([]);
});

test('a renamed profile keeps the ids it has shown', async () => {
  const home = await openMediaAccount(plivo, [{ id: one }, { id: other }]);
  await home.onTerminal(['list', '-p', 'plivo', '--since', '7d'], 80);
  expect((await home.run(['profile', 'rename', 'plivo', 'plv'])).code).toBe(0);
  const before = lists(home, plivo).length;
  expect(idsIn((await home.run(['get', 'fedcba98', '-p', 'plv', '-o', 'json'])).out)).toEqual([other]);
  expect(lists(home, plivo).length).toBe(before);
  const none = await homeWith();
  expect((await none.run(['profile', 'rename', 'plivo', 'plv'])).code).toBe(0);
  expect(existsSync(join(none.folder, 'recent.json'))).toBe(false);
});

describe('a filter on ids that matches nothing', () => {
  const list = (home: Home, ...words: readonly string[]) =>
    home.run(['list', ...words, '--since', '20d', '-o', 'json'], {});

  test('says how a room is found by its name', async () => {
    const { err } = await list(await homeWith(), '-p', 'video', '--room-session', 'standup');
    expect(err).toMatch(/\nA room by its name: --conference standup\n$/);
  });

  test('says that the value may be shortened, once, and does not claim that no recording has an id', async () => {
    const home = await homeWith();
    const warning = (flag: string): string =>
      `recx: ${flag} compares complete ids; "8aa6e9ed" may be shortened\n` +
      `Complete ones: recx list --fields id,${flag === '--call' ? 'call_id' : 'room_session_id'}\n`;
    for (const words of [
      ['-p', 'plivo', '--call', '8aa6e9ed'],
      ['-p', 'twilio', '--call', '8aa6e9ed'],
      ['-p', 'plivo,twilio', '--call', `8aa6e9ed,${uuid}`],
      ['-p', 'video', '--room-session', '8aa6e9ed'],
    ]) {
      const got = await list(home, ...words);
      expect({ words, code: got.code, out: got.out, err: got.err }).toEqual({
        words,
        code: 0,
        out: '[]\n',
        err: warning(words[2] ?? ''),
      });
    }
    expect((await list(home, '-p', 'twilio', '--call', uuid)).err).toBe('');
  });

  test('is silent if something matched', async () => {
    const home = await openMediaAccount(plivo, [{ id: 'a', more: { call_uuid: 'short' } }]);
    const got = await list(home, '-p', 'plivo', '--call', 'short');
    expect({ ids: idsIn(got.out), err: got.err }).toEqual({ ids: ['a'], err: '' });
  });
});
