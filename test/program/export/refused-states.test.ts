import { appendFileSync, existsSync, lstatSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { some } from '../../support/extent.ts';
import { adding } from '../../support/home.ts';
import { filesIn, idsIn, inside, type Ledger, ledgerOf, litterIn, snapshot } from '../../support/ledger.ts';
import { plivo, relay, wires } from '../../support/wires.ts';

const go = (ledger: Ledger, ...more: readonly string[]) => ledger.run('calls.csv', '--incremental', ...more);

const begun = async (wire = relay): Promise<Ledger> => {
  const ledger = await ledgerOf(wire, 30);
  expect(await go(ledger)).toEqual({ code: 0, out: '', err: '' });
  ledger.add(5, 1);
  return ledger;
};

/** Refused, with a hint that works. */
const refused = async (ledger: Ledger, ...more: readonly string[]): Promise<void> => {
  const before = snapshot(ledger.folder);
  const { code, out, err } = await go(ledger, ...more);
  expect({ code, out }).toEqual({ code: 7, out: '' });
  expect(err).toMatch(/^recx: [^\n]+\n[^\n]*--reset-state[^\n]*\n$/);
  expect(snapshot(ledger.folder)).toEqual(before);
  expect(await go(ledger, ...more, '--reset-state')).toEqual({ code: 0, out: '', err: '' });
  expect(litterIn(ledger.folder)).toEqual([]);
  expect(await go(ledger, ...more)).toEqual({ code: 0, out: '', err: '' });
};

describe.concurrent('an incremental export refuses', () => {
  test.each([
    ['other filters', ['--status', 'completed']],
    ['another filter', ['--min-duration', '1s']],
    ['other fields', ['--fields', 'id,created_at']],
    ['links', ['--urls']],
    ['no header', ['--no-header']],
    ['raw cells', ['--csv-raw']],
    ['cells for spreadsheets', ['--excel']],
    ['another format', ['-o', 'ndjson']],
  ])('%s', async (_name, more) => {
    const ledger = await begun();
    await refused(ledger, ...more);
  });

  test('the same fields in another order', async () => {
    const ledger = await ledgerOf(relay, 3);
    await go(ledger, '--fields', 'id,created_at');
    await refused(ledger, '--fields', 'created_at,id');
  });

  test('another account, and another API', async () => {
    const ledger = await begun();
    const out = join(ledger.folder, 'calls.csv');
    for (const who of [
      ['-p', 'plivo'],
      ['-p', 'relay', '--api', 'video'],
      ['-p', 'relay', '-p', 'twilio'],
    ]) {
      const before = snapshot(ledger.folder);
      const words = ['export', ...who, '--since', '6d', '--incremental', '--out', out];
      const { code, err } = await inside(words, ledger.home);
      expect({ code, hint: err.includes('--reset-state') }).toEqual({ code: 7, hint: true });
      expect(snapshot(ledger.folder)).toEqual(before);
    }
  });

  test.each([
    ['a header changed by hand', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('id', 'ID'))],
    ['a file truncated by hand', (path: string) => truncateSync(path, lstatSync(path).size - 100)],
    ['a file emptied by hand', (path: string) => truncateSync(path, 0)],
    ['a file appended to by hand', (path: string) => appendFileSync(path, 'x,y,z\n')],
    ['one more byte at its end', (path: string) => appendFileSync(path, '\n')],
    ['another file in its place', (path: string) => writeFileSync(path, 'id\n1\n')],
  ])('%s', async (_name, change) => {
    for (const wire of [relay, plivo]) {
      const ledger = await begun(wire);
      change(join(ledger.folder, 'calls.csv'));
      await refused(ledger);
      expect([...idsIn(join(ledger.folder, 'calls.csv'))].sort()).toEqual(
        ledger.rows.map((row) => row[wire.keys.id]).sort(),
      );
    }
  });

  test('a long file with a header changed by hand', async () => {
    const ledger = await ledgerOf(relay, 400);
    expect((await go(ledger)).code).toBe(0);
    const path = join(ledger.folder, 'calls.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace('id,provider', 'ID,provider'));
    ledger.add(5, 1);
    await refused(ledger);
  });

  test.each([
    '',
    'x',
    '[]',
    'null',
    '{}',
    '{"version":2}',
    '{"version":1,"of":{},"sources":{}}',
    '{"version":1,"of":{},"sources":{"a":{}}}',
    '\u0000'.repeat(300),
  ])('the state %j', async (text) => {
    const ledger = await begun();
    writeFileSync(join(ledger.folder, 'calls.csv.state.json'), text);
    await refused(ledger);
  });

  test.each(['written', 'sources', 'of', 'watermark', 'ids', 'size', 'tail', 'accounts', 'files'])(
    'a state whose %s has another type, or continues from it',
    async (key) => {
      for (const value of some<unknown>([null, 7, 'x', [], {}, -1, 1e300, true], [null, {}])) {
        const ledger = await begun();
        const path = join(ledger.folder, 'calls.csv.state.json');
        const state = JSON.parse(readFileSync(path, 'utf8'), (name, old) => (name === key ? value : old));
        writeFileSync(path, JSON.stringify(key === 'files' ? { ...state, files: value } : state));
        const before = snapshot(ledger.folder);
        const { code, err } = await go(ledger);
        expect({ key, value, code, err: code === 0 ? err : '' }).toEqual({ key, value, code: code && 7, err: '' });
        if (code === 7) expect(snapshot(ledger.folder)).toEqual(before);
        else expect(new Set(idsIn(join(ledger.folder, 'calls.csv'))).size).toBe(35);
      }
    },
  );

  test('an existing file without a state', async () => {
    const ledger = await ledgerOf(relay, 5);
    writeFileSync(join(ledger.folder, 'calls.csv'), 'mine\n');
    await refused(ledger);
  });

  test('the state of another name', async () => {
    const ledger = await begun();
    const state = ['--state', join(ledger.folder, 'calls.csv.state.json')];
    for (const out of ['others.csv', 'calls.ndjson', 'calls.csv.gz', 'calls-{year}.csv']) {
      const before = snapshot(ledger.folder);
      const { code, err } = await ledger.run(out, '--incremental', ...state);
      expect({ out, code, hint: err.includes('--reset-state') }).toEqual({ out, code: 7, hint: true });
      expect(snapshot(ledger.folder)).toEqual(before);
    }
  });

  test('the state of the same name in another folder', async () => {
    const ledger = await begun();
    const state = ['--state', join(ledger.folder, 'calls.csv.state.json')];
    const { code } = await ledger.run('elsewhere/calls.csv', '--incremental', ...state);
    const path = join(ledger.folder, 'elsewhere', 'calls.csv');
    // Either is right: refused, or a file with everything. A file that lacks rows is not.
    if (code === 0) expect(idsIn(path)).toHaveLength(35);
    else expect({ code, there: existsSync(path) }).toEqual({ code: 7, there: false });
  });

  test('the state of a template that differs only in its slashes', async () => {
    const ledger = await ledgerOf(relay);
    ledger.add(10, 24 * 40);
    ledger.add(10, 1);
    const words = (out: string) => ['export', '-p', 'relay', '--incremental', '--out', join(ledger.folder, out)];
    expect((await inside(words('{year}-{month}.csv'), ledger.home)).code).toBe(0);
    const { code } = await inside(words('{year}/{month}.csv'), ledger.home);
    const files = [...new Set(ledger.rows.map((row) => String(row.created_at).slice(0, 7).replace('-', '/')))];
    if (code === 0) for (const file of files) expect(existsSync(join(ledger.folder, `${file}.csv`)), file).toBe(true);
    else expect(code).toBe(7);
  });
  test('a file that was restored after a rotation that a killed run had started', async () => {
    const ledger = await begun();
    const path = join(ledger.folder, 'calls.csv');
    const state = JSON.parse(readFileSync(`${path}.state.json`, 'utf8'));
    const written = { size: 0, tail: '', pending: true, any: false };
    // The state that such a run leaves before the new file has its name.
    writeFileSync(`${path}.state.json`, JSON.stringify({ ...state, written }));
    await go(ledger);
    expect(new Set(idsIn(path)).size).toBeGreaterThanOrEqual(30);
  });

  test('a file that was empty and has been replaced by another', async () => {
    const ledger = await ledgerOf(relay);
    const path = join(ledger.folder, 'calls.ndjson');
    expect((await ledger.run('calls.ndjson', '--incremental')).code).toBe(0);
    writeFileSync(path, 'my own notes\n');
    expect((await ledger.run('calls.ndjson', '--incremental')).code).toBe(7);
    expect(readFileSync(path, 'utf8')).toBe('my own notes\n');
  });

  test('a state whose files lead out of the folder', async () => {
    const ledger = await ledgerOf(relay, 3);
    const out = 'in/c-{year}.csv';
    expect((await ledger.run(out, '--incremental')).code).toBe(0);
    const path = join(ledger.folder, `${out}.state.json`);
    const state = JSON.parse(readFileSync(path, 'utf8'));
    const files = { ...state.files, '../escaped.csv': '2099-01-01T00:00:00.000Z' };
    writeFileSync(path, JSON.stringify({ ...state, files }));
    await ledger.run(out, '--incremental');
    expect(existsSync(join(ledger.folder, 'escaped.csv'))).toBe(false);
  });

  test('a range that starts earlier, or exports all of it', async () => {
    for (const out of ['calls.csv', '{year}-{month}-{day}.csv']) {
      const ledger = await ledgerOf(relay, 400);
      const path = join(ledger.folder, out);
      const words = ['export', '-p', 'relay', '--incremental', '--out', path];
      expect((await inside([...words, '--since', '1d'], ledger.home)).code).toBe(0);
      const { code } = await inside(words, ledger.home);
      if (code !== 7) expect(filesIn(ledger.folder).flatMap(idsIn)).toHaveLength(400);
    }
  });
});

describe.concurrent('the same account under another profile', () => {
  test.each(wires)('continues from the state of $name', async (wire) => {
    const ledger = await begun(wire);
    const [words, input] = adding(wire.provider, 'second', ledger.home.sandbox.origin);
    expect((await ledger.home.run(words, { input })).code).toBe(0);
    const again = [...ledger.words('calls.csv', '--incremental')];
    again[again.indexOf('-p') + 1] = 'second';
    expect(await inside(again, ledger.home)).toEqual({ code: 0, out: '', err: '' });
    const both = [...again, '-p', wire.profile];
    expect(await inside(both, ledger.home)).toEqual({ code: 0, out: '', err: '' });
    const ids = idsIn(join(ledger.folder, 'calls.csv'));
    expect({ rows: ids.length, ids: new Set(ids).size }).toEqual({ rows: 35, ids: 35 });
  });
});

describe.concurrent('a rotation', () => {
  test.each(['calls.csv', 'calls.json', 'calls.ndjson', 'calls.csv.gz', 'calls.json.gz', 'calls.ndjson.gz'])(
    'of %s starts another file with only the new rows',
    async (out) => {
      const ledger = await ledgerOf(relay, 30);
      const path = join(ledger.folder, out);
      expect((await ledger.run(out, '--incremental')).code).toBe(0);
      for (const round of [1, 2, 3]) {
        renameSync(path, `${path}.${round}`);
        const fresh = round === 2 ? [] : ledger.add(4, 1);
        expect(await ledger.run(out, '--incremental')).toEqual({ code: 0, out: '', err: '' });
        expect([...idsIn(path)].sort()).toEqual([...fresh].sort());
        const more = ledger.add(2, 1);
        expect(await ledger.run(out, '--incremental')).toEqual({ code: 0, out: '', err: '' });
        expect([...idsIn(path)].sort()).toEqual([...fresh, ...more].sort());
      }
    },
  );
});
