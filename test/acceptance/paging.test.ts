import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Row } from '../../src/core/decode.ts';
import { acceptanceTest, type Workspace } from '../support/acceptance.ts';
import { answer } from '../support/home.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { listArgs, plivo, relay, serveRows, type WireFormat, wireFormats } from '../support/wire-formats.ts';

const HOUR = 3_600_000;

/** A row with a number in its id; number 0 is the newest. */
const rowOf = (wire: WireFormat, number: number): Row =>
  wire.row(`row-${number}`, {}, Date.now() - HOUR - number * 1000);
const numbers = (first: number, end: number): readonly number[] =>
  Array.from({ length: end - first }, (_, index) => first + index);
const idsOf = (every: readonly number[]): readonly string[] => every.map((number) => `row-${number}`);

/** The ids of a complete list. */
const list = async (workspace: Workspace, wire: WireFormat, ...more: readonly string[]) => {
  const outcome = await workspace.run(['--retries', '0', ...listArgs(wire, '-o', 'ndjson', '--fields', 'id', ...more)]);
  const ids = outcome.out
    .split('\n')
    .slice(0, -1)
    .map((line): string => JSON.parse(line).id);
  return { ...outcome, ids };
};

/** Checks that an export fails and leaves an existing file unchanged, and that a JSON list does not look complete. */
const expectOldFileKept = async (workspace: Workspace, wire: WireFormat): Promise<void> => {
  const file = workspace.allowWrites(join(workspace.cwd, 'calls.json'));
  writeFileSync(file, 'old');
  const { code } = await workspace.run(['--retries', '0', 'export', ...wire.args, '--since', '7d', '--out', file]);
  expect({ code, text: readFileSync(file, 'utf8') }).toEqual({ code: 5, text: 'old' });
  const { code: ending, out } = await workspace.run(['--retries', '0', ...listArgs(wire, '-o', 'json')]);
  expect(ending).toBe(5);
  expect(() => JSON.parse(out)).toThrow();
};

acceptanceTest(
  'F01 a page that links to itself as the next page does not cause an endless listing',
  async (workspace) => {
    for (const wire of [relay, plivo]) {
      const sandbox = await workspace.startProviders(({ url }, response) =>
        answer(response, wire.page([rowOf(wire, 1)], `${url.pathname}${url.search}`)),
      );
      await expectOldFileKept(workspace, wire);
      expect(sandbox.requests.length).toBeLessThanOrEqual(6);
    }
  },
);

acceptanceTest(
  'F03 endless links to empty or repeated pages stop the listing after three pages without a new id',
  async (workspace) => {
    for (const at of [() => undefined, (place: number) => place % 20]) {
      const sandbox = await workspace.startProviders(
        serveRows(relay, {
          count: Number.POSITIVE_INFINITY,
          at: (place) => {
            const number = at(place);
            return number === undefined ? undefined : rowOf(relay, number);
          },
        }),
      );
      const { code } = await list(workspace, relay);
      expect(code).toBe(5);
      // Each page may be read once more to check whether the list has changed.
      expect(new Set(sandbox.requests.map(({ url }) => url.href)).size).toBeLessThanOrEqual(4);
      expect(sandbox.requests.length).toBeLessThanOrEqual(8);
      await expectOldFileKept(workspace, relay);
    }
  },
);

acceptanceTest('F04 rows inserted at the head while paging neither hide nor repeat other rows', async (workspace) => {
  for (const wire of [relay, plivo]) {
    const rows = numbers(0, 100).map((number) => rowOf(wire, number));
    await workspace.startProviders((request, response, count) => {
      if (count > 1) rows.unshift(...[1, 2, 3].map((one) => rowOf(wire, -3 * count - one)));
      return serveRows(wire, { count: rows.length, at: (place) => rows[place] })(request, response, count);
    });
    const { code, ids } = await list(workspace, wire);
    expect(code).toBe(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining([...idsOf(numbers(0, 100))]));
  }
});

acceptanceTest(
  'F05 rows deleted while paging hide no other rows, or the list is reported as changed',
  async (workspace) => {
    const at = Date.now() - HOUR;
    for (const wire of [relay, plivo]) {
      const rows = numbers(0, 100).map((number) => wire.row(`row-${number}`, {}, at - Math.floor(number / 10) * 1000));
      await workspace.startProviders((request, response, count) => {
        if (count > 1) rows.splice(0, 3);
        return serveRows(wire, { count: rows.length, at: (place) => rows[place] })(request, response, count);
      });
      const { code, ids, err } = await list(workspace, wire);
      expect(new Set(ids).size).toBe(ids.length);
      const missing = rows.map((row) => String(row[wire.keys.id])).filter((id) => !ids.includes(id));
      if (missing.length > 0) {
        expect({ api: wire.name, missing, code }).toEqual({ api: wire.name, missing, code: 3 });
        expect(err).toMatch(/changed while/);
      } else expect([0, 3]).toContain(code);
    }
  },
);

acceptanceTest('F07 short and empty pages in the middle do not end the listing', async (workspace) => {
  const sizes = [20, 3, 0, 20, 0, 2];
  for (const wire of [relay, plivo]) {
    const at = (place: number) => (place % 20 < (sizes[Math.floor(place / 20)] ?? 0) ? rowOf(wire, place) : undefined);
    await workspace.startProviders(serveRows(wire, { count: sizes.length * 20, at }));
    const { code, err, ids } = await list(workspace, wire);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(ids).toEqual(idsOf(sizes.flatMap((size, page) => numbers(page * 20, page * 20 + size))));
  }
});

acceptanceTest(
  'F08 duplicate and out-of-order rows are listed once, in the same order each time',
  async (workspace) => {
    const mixed = [5, 3, 9, 3, 1, 7, 5, 0, 2, 8, 9, 4, 6, 0];
    await workspace.startProviders((_, response) =>
      answer(
        response,
        relay.page(
          mixed.map((number) => rowOf(relay, number)),
          null,
        ),
      ),
    );
    const [first, second] = [await list(workspace, relay), await list(workspace, relay)];
    expect([...first.ids].sort()).toEqual(idsOf(numbers(0, 10)));
    expect(second.ids).toEqual(first.ids);
  },
);

acceptanceTest('F09 a third page that keeps failing leaves no output that looks complete', async (workspace) => {
  for (const wire of [relay, plivo]) {
    const pages = serveRows(wire, { count: 100, at: (place) => rowOf(wire, place) });
    await workspace.startProviders((request, response, count) => {
      const { first } = wire.pageRange(request.url);
      return first >= 40 && first < 60 ? answer(response, {}, 500) : pages(request, response, count);
    });
    await expectOldFileKept(workspace, wire);
    const { code, ids, err } = await list(workspace, wire);
    expect(code).toBe(5);
    expect(ids).not.toContain('row-60');
    expect(err).toMatch(/^recx: .*500/);
  }
});

acceptanceTest(
  'F10 Plivo is queried in windows of at most thirty days, back to the first recording',
  async (workspace) => {
    const DAY = 24 * HOUR;
    const now = Date.now();
    const entries = numbers(0, 100).map((number) => {
      const at = now - HOUR - number * DAY;
      return { id: `row-${number}`, at, row: plivo.row(`row-${number}`, {}, at) };
    });
    const statuses: number[] = [];
    const sandbox = await workspace.startProviders(undefined, {
      entries: { [plivo.name]: entries },
      alter: (reply) => {
        statuses.push(reply.status);
        return reply;
      },
    });
    for (const more of [['--since', '101d'], []]) {
      const { code, err, out } = await workspace.run([
        'list',
        '-p',
        'plivo',
        '--all',
        '--fields',
        'id',
        '-o',
        'csv',
        ...more,
      ]);
      expect({ code, err, rows: out.trimEnd().split('\n').slice(1) }).toEqual({
        code: 0,
        err: '',
        rows: idsOf(numbers(0, 100)),
      });
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    for (const { url } of sandbox.requests) {
      const times = Object.entries(Object.fromEntries(url.searchParams)).filter(([key]) => key.startsWith('add_time'));
      const [from = now - 7 * DAY, to = now] = times
        .map(([, value]) => Date.parse(`${value.replace(' ', 'T')}Z`))
        .sort();
      expect(to - from).toBeLessThanOrEqual(30 * DAY);
    }
  },
);

acceptanceTest('F12 missing, null, wrong-typed and extra fields lose no row and no value', async (workspace) => {
  const odd = ['null', '[]', '{"a":[1]}', 'true', '-1', '" "', '1e300', '9007199254740993123'];
  for (const wire of [relay, plivo, ...wireFormats.slice(-1)]) {
    const keys = Object.keys(wire.row('x')).filter((key) => ![wire.keys.id, wire.keys.time].includes(key));
    const rows = keys.flatMap((key) => odd.map((value) => [`${key}-${odd.indexOf(value)}`, key, value] as const));
    const texts = rows.map(([id, key, value]) =>
      JSON.stringify(wire.row(id, { [key]: '@', surprise: { deep: [1] } })).replace('"@"', value),
    );
    const bare = `{"${wire.keys.id}":"bare"}`;
    const body = JSON.stringify(wire.page([], null)).replace('[]', `[${[...texts, bare].join(',')}]`);
    await workspace.startProviders((_, response) => answer(response, body));
    const words = ['list', ...wire.args, '--all'];
    const { code, out } = await workspace.run([...words, '-o', 'csv', '--fields', 'id']);
    expect(code).toBe(0);
    expect(
      parseCsv(out)
        .slice(1)
        .map(([id]) => id),
    ).toEqual(expect.arrayContaining([...rows.map(([id]) => id), 'bare']));
    const raw = await workspace.run([...words, '--raw', '-o', 'ndjson']);
    expect(raw.code).toBe(0);
    expect(raw.out).toContain('9007199254740993123');
  }
  expect(existsSync(workspace.out)).toBe(false);
});
