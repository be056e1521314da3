import { describe, expect, test } from 'vitest';
import { cut, type Fault, inTurn, sha256, stalled, status } from './faults.ts';
import { answer, type Run } from './harness.ts';
import { type Archive, archiveOf, complete, good, look, type Tape, tapes } from './torture.ts';
import { relay } from './wires.ts';

const SIZE = 40_000;
/** What makes waiting worth while, however short: no client may come back at once. */
const SHORTEST_WAIT = 200;

const gapsOf = ({ visits }: Archive, { id }: Tape): readonly number[] => {
  const times = visits.get(id) ?? [];
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
};

const visited = ({ visits }: Archive): number => [...visits.values()].reduce((sum, times) => sum + times.length, 0);

/** Headers may be there twice, which the faults' own do not. */
const refusal =
  (code: number, headers: Readonly<Record<string, string | readonly string[]>>): Fault =>
  (_, response) =>
    answer(response, { error: 'not today' }, code, headers);

/** Each tape's answers, before a good one. */
const refused = async (...faults: readonly (readonly Fault[])[]): Promise<Archive & { readonly outcome: Run }> => {
  const every = tapes(faults.length, SIZE);
  const media = (tape: Tape) => {
    const [first = good(tape), ...more] = faults[every.indexOf(tape)] ?? [];
    return inTurn(first, ...more, good(tape));
  };
  const archive = await archiveOf(every, { media });
  return { ...archive, outcome: await archive.download() };
};

/** The same answer to every request for media. */
const always = async (fault: Fault, count: number, ...words: readonly string[]) => {
  const archive = await archiveOf(tapes(count, SIZE), { media: () => fault });
  return { ...archive, outcome: await archive.download(...words) };
};

describe.concurrent('a request for media', () => {
  test('waits as long as Retry-After says in seconds', async () => {
    const archive = await refused([status(429, { 'retry-after': '2' })]);
    expect(archive.outcome.code).toBe(0);
    expect(look(archive)).toEqual(complete(archive));
    const [gap, ...more] = archive.tapes.flatMap((tape) => gapsOf(archive, tape));
    expect(more).toEqual([]);
    expect(gap).toBeGreaterThanOrEqual(2000);
    expect(gap).toBeLessThanOrEqual(4000);
  });

  test('waits until the date that Retry-After names, and so do the others', async () => {
    const due = Math.ceil(Date.now() / 1000) * 1000 + 3000;
    const dated = status(503, { 'retry-after': new Date(due).toUTCString() });
    const started = Date.now() - performance.now();
    const every = tapes(6, SIZE);
    const media = (tape: Tape) => (tape === every[0] ? inTurn(dated, good(tape)) : good(tape));
    const archive = await archiveOf(every, { media });
    expect((await archive.download('--concurrency', '1')).code).toBe(0);
    const times = [...archive.visits.values()].flat().sort((one, other) => one - other);
    expect(times).toHaveLength(7);
    for (const time of times.slice(1)) expect(started + time).toBeGreaterThanOrEqual(due - 5);
    expect(started + (times[1] ?? 0)).toBeLessThanOrEqual(due + 2500);
  });

  test('backs off as usual when Retry-After names no time to come', async () => {
    const values = ['Thu, 01 Jan 2015 00:00:00 GMT', '-1', '0', 'abc', '1e9', '', ['1', '1']];
    const archive = await refused(...values.map((value) => [refusal(429, { 'retry-after': value })]));
    expect(archive.outcome.code).toBe(0);
    for (const [index, tape] of archive.tapes.entries()) {
      const [gap, ...more] = gapsOf(archive, tape);
      expect(more).toEqual([]);
      expect(gap, `after ${values[index]}`).toBeGreaterThanOrEqual(SHORTEST_WAIT);
      expect(gap, `after ${values[index]}`).toBeLessThanOrEqual(2500);
    }
  });

  test.each([
    ['99999999', 1],
    ['99999999', 40],
    ['301', 40],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 40],
  ])('ends the run at once when Retry-After demands %s of %i files', async (value, count) => {
    const archive = await always(status(429, { 'retry-after': value }), count);
    const { code, err, took } = archive.outcome;
    expect(code).toBe(5);
    expect(took).toBeLessThan(5000);
    expect(visited(archive)).toBeLessThanOrEqual(count === 1 ? 2 : 8);
    expect(err).toMatch(/^\d+$/.test(value) ? new RegExp(`\\b${value} s`) : /\b\d{7,} s/);
    expect(look(archive)).toMatchObject({ files: [], hidden: [], entries: [] });
  });

  test('is made four times at most, with waits that grow and differ', async () => {
    const archive = await always(status(429), 6);
    expect(archive.outcome.code).toBe(3);
    expect(archive.outcome.err).toContain('429');
    const gaps = archive.tapes.map((tape) => gapsOf(archive, tape));
    for (const [first = 0, second = 0, third = 0, ...more] of gaps) {
      expect(more).toEqual([]);
      expect(first).toBeGreaterThanOrEqual(SHORTEST_WAIT);
      expect(second + third).toBeGreaterThan(2 * first);
      expect(third).toBeGreaterThan(first);
    }
    const spreads = [0, 1, 2].map((index) => {
      const waits = gaps.map((some) => some[index] ?? 0);
      return Math.max(...waits) - Math.min(...waits);
    });
    expect(Math.max(...spreads)).toBeGreaterThan(80);
    expect(look(archive)).toMatchObject({ files: [], hidden: [], entries: [] });
  });

  test('is repeated after each error that may pass', async () => {
    const statuses = [500, 502, 503, 504, 408, 425, 429];
    const archive = await refused(...statuses.map((code) => [status(code)]), [status(500), status(502), status(504)]);
    expect(archive.outcome.code).toBe(0);
    expect(archive.tapes.map((tape) => gapsOf(archive, tape).length)).toEqual([...statuses.map(() => 1), 3]);
    expect(Math.min(...archive.tapes.flatMap((tape) => gapsOf(archive, tape)))).toBeGreaterThanOrEqual(SHORTEST_WAIT);
    expect(look(archive)).toEqual(complete(archive));
  });

  test.each([400, 422, 501, 505, 402, 418])('is not repeated after %i, and the others go on', async (code) => {
    const archive = await refused([], [status(code)], [], []);
    expect(archive.outcome.code).toBe(3);
    expect(archive.outcome.err).toMatch(new RegExp(`^recx: tape-0001: [^\\n]*\\b${code}\\b`));
    expect(visited(archive)).toBe(4);
    expect(look(archive)).toMatchObject({ files: ['tape-0000', 'tape-0002', 'tape-0003'], hidden: [] });
  });

  test.each([401, 403])('is the last one when the API refuses the credentials with %i meanwhile', async (code) => {
    const every = tapes(60, SIZE);
    let refusals = 0;
    const archive = await archiveOf(every, {
      before: ({ url }, response) => {
        const place = every.findIndex(({ id }) => relay.one(id) === url.pathname);
        if (place < 20) return false;
        refusals++;
        return answer(response, { error: 'no more' }, code);
      },
    });
    const { code: ending, err } = await archive.download('--concurrency', '4', ...every.map(({ id }) => id));
    expect(ending).toBe(4);
    expect(err).toContain('"relay"');
    const { files } = look(archive);
    // Those that were under way end with the run.
    expect(files.length).toBeGreaterThanOrEqual(16);
    expect(files).toEqual(every.slice(0, 20).flatMap(({ id }) => (files.includes(id) ? [id] : [])));
    expect(err).toContain(`done ${files.length}, left ${60 - files.length}:`);
    expect(refusals).toBeLessThanOrEqual(4);
  });

  test('that is never answered is given up, and made again', { timeout: 30_000 }, async () => {
    const archive = await always(() => true, 3, '--timeout', '1s');
    const { code, err, took } = archive.outcome;
    expect(code).toBe(3);
    expect(err).toContain('no answer within 1 s');
    expect(visited(archive)).toBe(12);
    expect(took).toBeGreaterThan(4000);
    expect(took).toBeLessThan(12_000);
    expect(look(archive)).toMatchObject({ files: [], hidden: [], entries: [] });
  });

  test('whose answer stops half-way is given up, and gone on with', async () => {
    const every = tapes(2, SIZE);
    const ranges: (string | undefined)[] = [];
    const half = ({ bytes }: Tape) => stalled(bytes, SIZE / 2, { etag: `"${sha256(bytes)}"` });
    const archive = await archiveOf(every, {
      media: (tape) => inTurn(half(tape), good(tape)),
      before: ({ url, headers }) => {
        if (url.pathname.startsWith('/media/')) ranges.push(headers.range);
        return false;
      },
    });
    const { code, took } = await archive.download('--timeout', '1s');
    expect(code).toBe(0);
    expect(took).toBeLessThan(6000);
    expect(ranges).toEqual([undefined, undefined, `bytes=${SIZE / 2}-`, `bytes=${SIZE / 2}-`]);
    expect(look(archive)).toEqual(complete(archive));
  });

  test('whose answer always stops half-way leaves no file', { timeout: 30_000 }, async () => {
    const archive = await archiveOf(tapes(2, SIZE), { media: ({ bytes }) => stalled(bytes, SIZE / 2) });
    const { code, err, took } = await archive.download('--timeout', '1s');
    expect(code).toBe(3);
    expect(err).toContain('nothing came for 1 s');
    expect(visited(archive)).toBe(8);
    expect(took).toBeLessThan(12_000);
    expect(look(archive)).toMatchObject({ files: [], entries: [] });
  });

  test('whose answer is cut for ever leaves no file, and is made four times', async () => {
    const archive = await archiveOf(tapes(2, SIZE), { media: ({ bytes }) => cut(bytes, SIZE / 2, 'length') });
    const { code } = await archive.download();
    expect({ code, visits: visited(archive) }).toEqual({ code: 3, visits: 8 });
    expect(look(archive)).toMatchObject({ files: [], entries: [] });
  });
});
