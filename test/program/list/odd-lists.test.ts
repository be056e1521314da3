import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, plivo, relay, serveRows, twilio, wireFormats } from '../../support/wire-formats.ts';

const HOUR = 3_600_000;
const rowAt = (id: string, hoursAgo: number) => relay.row(id, {}, Date.now() - hoursAgo * HOUR);

describe.each(wireFormats)('a list of $profile with one new recording on each page, for ever', (wire) => {
  test('ends with exit code 3 at --max-pages, and names the flag', async () => {
    const at = (place: number) => (place % 20 === 0 ? wire.row(`row-${place}-of-the-list`) : undefined);
    const home = await homeWith({ intercept: serveRows(wire, { count: Number.POSITIVE_INFINITY, at }) });
    const { code, err, out } = await home.run(listArgs(wire, '--max-pages', '30', '-o', 'csv', '--fields', 'id'));
    expect(code).toBe(3);
    expect(err).toMatch(/more than 30 pages had fewer than 10 new recordings[^\n]*\n[^\n]*--max-pages/);
    expect(out.split('\n').length).toBeGreaterThan(30);
    expect(home.sandbox.requests.length).toBeLessThan(80);
  });
});

describe.each(wireFormats)('a list of $profile with new recordings on each page, for ever', (wire) => {
  test('ends with exit code 3 at --max-pages, and names the flag', async () => {
    const at = (place: number) => wire.row(`row-${place}-of-the-list`);
    const home = await homeWith({ intercept: serveRows(wire, { count: Number.POSITIVE_INFINITY, at }) });
    const { code, err, out } = await home.run(listArgs(wire, '--max-pages', '30', '-o', 'csv', '--fields', 'id'));
    expect(code).toBe(3);
    expect(err).toMatch(/the list has more than 30 pages\n[^\n]*--max-pages/);
    expect(out.split('\n').length).toBeGreaterThan(300);
    expect(home.sandbox.requests.length).toBeLessThan(80);
  });
});

test('a list with as many pages as --max-pages allows is complete', async () => {
  const at = (place: number) => twilio.row(`row-${place}-of-the-list`);
  const home = await homeWith({ intercept: serveRows(twilio, { count: 45, at }) });
  const words = listArgs(twilio, '-o', 'csv', '--fields', 'id');
  const before = home.sandbox.requests.length;
  const { out } = await home.run(words);
  const pages = home.sandbox.requests.length - before;
  expect(await home.run([...words, '--max-pages', String(pages)])).toMatchObject({ code: 0, err: '', out });
});

describe('a list that is not newest first', () => {
  const oldestFirst = (_: unknown, response: Parameters<typeof answer>[0]) =>
    answer(response, relay.page([rowAt('old', 9), rowAt('middle', 5), rowAt('new', 1)], null));

  test('is said to be so with --limit', async () => {
    const home = await homeWith({ intercept: oldestFirst });
    const { code, err, out } = await home.run(['list', '-p', 'relay', '-n', '1', '-o', 'csv', '--fields', 'id']);
    expect({ code, out }).toEqual({ code: 0, out: 'id\nold\n' });
    expect(err).toMatch(/signalwire relay of profile "relay" does not list its recordings newest first/);
    expect(home.sandbox.requests).toHaveLength(1);
  });

  test('is not mentioned where its order does not matter', async () => {
    const home = await homeWith({ intercept: oldestFirst });
    for (const words of [listArgs(relay), ['list', '-p', 'relay'], ['list', '-p', 'relay', '-n', '4']])
      expect(await home.run([...words, '-o', 'csv', '--fields', 'id'])).toMatchObject({
        code: 0,
        out: 'id\nold\nmiddle\nnew\n',
        err: '',
      });
  });
});

test('a few recordings beside an empty Plivo account take a request or two of it', async () => {
  const entries = [1, 2, 3, 4].map((hours) => {
    const at = Date.now() - hours * HOUR;
    return { id: `row-${hours}`, at, row: twilio.row(`row-${hours}`, {}, at) };
  });
  const home = await homeWith({ entries: { [twilio.name]: entries, [plivo.name]: [] } });
  const words = ['list', '-p', 'twilio', '-p', 'plivo', '-n', '3', '-o', 'csv', '--fields', 'id'];
  expect(await home.run(words)).toMatchObject({ code: 0, out: 'id\nrow-1\nrow-2\nrow-3\n', err: '' });
  expect(home.sandbox.requests.length).toBeLessThanOrEqual(3);
});

describe('get of several ids', () => {
  test('names every id that is not found', async () => {
    const home = await homeWith({});
    const ids = Array.from({ length: 10 }, (_, index) => `nobody-${index}-${'x'.repeat(40)}`);
    const { code, err } = await home.run(['get', ...ids, '-p', 'relay']);
    expect(code).toBe(6);
    for (const id of ids) expect(err).toMatch(new RegExp(`^recx: recordings?[^\n]* ${id}(,| not found$)`, 'm'));
  });

  test('writes a JSON array, also for the same id twice', async () => {
    const row = relay.row('row-1');
    const home = await homeWith({ entries: { [relay.name]: [{ id: 'row-1', at: Date.now() - HOUR, row }] } });
    const { code, out } = await home.run(['get', 'row-1', 'row-1', '-p', 'relay', '-o', 'json', '--fields', 'id']);
    expect({ code, rows: JSON.parse(out) }).toEqual({ code: 0, rows: [{ id: 'row-1' }] });
  });
});
