import { describe, expect, test } from 'vitest';
import { columns } from '../../src/core/columns.ts';
import { Failure } from '../../src/core/failure.ts';
import { type Recording, recording } from '../../src/core/recording.ts';
import { tableColumns, withTableWidths } from '../../src/core/table/table-columns.ts';
import type { View } from '../../src/core/view.ts';
import { table } from '../../src/formats/table/table.ts';
import { definitions } from '../../src/providers/index.ts';
import { gatherRows } from '../../src/system/terminal/gather-rows.ts';
import { plainView } from '../support/plain-view.ts';

async function* oneByOne<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (const row of rows) yield [row];
}

const id = 'a1b2c3d4-0000-4000-8000-000000000000';
/** Rows of several APIs, whose values grow. */
const rows: readonly Recording[] = [0, 1, 2, 3, 4, 5, 6, 7].map((place) => ({
  ...recording({
    id: id.slice(0, 29 + place),
    provider: place < 3 ? 'plivo' : 'signalwire',
    api: place < 4 ? 'voice' : 'compatibility',
    profile: 'p'.repeat(place + 1),
    kind: place < 2 ? 'call' : 'conference',
    status: place < 5 ? 'absent' : 'in_progress',
    raw: {},
  }),
  createdAt: '2026-11-20T09:00:00.000Z',
  durationSeconds: 10 ** place,
  from: place < 2 ? null : `+1202555${place}`,
  to: place < 4 ? null : `sip:${'x'.repeat(6 * place)}@phone.example.com`,
  callId: place < 3 ? null : id,
  conferenceName: place < 5 ? null : 'standup '.repeat(place),
  price: place < 3 ? null : `0.${'5'.repeat(place)}`,
  formats: place < 4 ? ['wav'] : ['wav', 'mp3'],
}));

const linesOf = async (view: Partial<View<Recording>>): Promise<readonly string[]> => {
  let text = '';
  for await (const chunk of table(oneByOne(rows), plainView(view.columns ?? [], { terminal: true, ...view })))
    text += chunk;
  return text.trimEnd().split('\n');
};

/** Every column of every line starts where its title does. */
const expectInLine = ([head = '', ...lines]: readonly string[], width: number): void => {
  expect(lines).toHaveLength(rows.length);
  const starts = [...head.matchAll(/(?<= {2})\S/g)].map(({ index }) => index);
  expect(starts.length).toBeGreaterThan(1);
  for (const line of lines) {
    expect(line.length).toBeLessThanOrEqual(width);
    for (const start of starts) expect(line.slice(start - 2, start).trim()).toBe('');
  }
};

const sources = definitions.map((definition) => ({ profile: definition.api, definition }));
const plivo = sources.filter(({ definition }) => definition.vendor.name === 'plivo');

describe.each([80, 120, 200])('rows that arrive one by one and get wider, at %d columns', (width) => {
  test('stay in line', async () => {
    for (const some of [sources, plivo, sources.slice(1, 3)])
      expectInLine(await linesOf({ columns: tableColumns(some), width }), width);
    expectInLine(await linesOf({ columns: tableColumns(sources, { sortedBy: ['price'] }), width }), width);
  });

  test.each([
    'created_at,from,to,duration_seconds',
    'id,from,to,kind',
    'to,created_at,id',
    'call_id,price,status,formats',
  ])('stay in line with --fields %s', async (fields) => {
    const chosen = fields.split(',').flatMap((key) => columns.filter((column) => column.key === key));
    expectInLine(await linesOf({ columns: withTableWidths(chosen), width, fieldsChosen: true }), width);
  });
});

test('a table with room for it has room for a long address before one comes', async () => {
  const [head = '', first = ''] = await linesOf({ columns: tableColumns(plivo), width: 200 });
  expect(head).toContain(`To${' '.repeat(29)}`);
  expect(first).toContain(id.slice(0, 29));
});

describe('the first rows', () => {
  const sizesOf = async (batches: AsyncIterable<readonly number[]>, ms = 50): Promise<readonly number[]> => {
    const sizes: number[] = [];
    for await (const batch of gatherRows(batches, { rows: 100, ms })) sizes.push(batch.length);
    return sizes;
  };

  test('are gathered until a hundred have come, and the others come as they arrive', async () => {
    expect(await sizesOf(oneByOne(Array.from({ length: 103 }, (_, index) => index)), 60_000)).toEqual([100, 1, 1, 1]);
  });

  test('are gathered until the list ends', async () => {
    expect(await sizesOf(oneByOne([1, 2, 3]), 60_000)).toEqual([3]);
    expect(await sizesOf(oneByOne([]), 60_000)).toEqual([]);
  });

  test('are shown while a slow search goes on', async () => {
    let hasShown = false;
    async function* slow(): AsyncGenerator<readonly number[]> {
      yield [1];
      yield [2];
      while (!hasShown) await new Promise((resolve) => setTimeout(resolve, 5));
      yield [3];
    }
    const sizes: number[] = [];
    for await (const batch of gatherRows(slow(), { rows: 100, ms: 50 })) {
      sizes.push(batch.length);
      hasShown = true;
    }
    expect(sizes).toEqual([2, 1]);
  });

  test('are shown before the failure that ends the list', async () => {
    async function* failing(): AsyncGenerator<readonly number[]> {
      yield [1];
      yield [2];
      throw new Failure('partial', 'a page failed');
    }
    const sizes: number[] = [];
    const read = async (): Promise<void> => {
      for await (const batch of gatherRows(failing())) sizes.push(batch.length);
    };
    await expect(read()).rejects.toThrow('a page failed');
    expect(sizes).toEqual([2]);
  });

  test.each([[[1, 2]], [[1]]])('close the list when the reader goes: %j', async (first) => {
    let isClosed = false;
    async function* open(): AsyncGenerator<readonly number[]> {
      try {
        yield first;
        await new Promise((resolve) => setTimeout(resolve, 40));
        yield [3];
        yield [4];
      } finally {
        isClosed = true;
      }
    }
    const wait = first.length === 2 ? { rows: 2, ms: 60_000 } : { rows: 100, ms: 5 };
    for await (const _ of gatherRows(open(), wait)) break;
    await expect.poll(() => isClosed).toBe(true);
  });
});

test('a SIP address is complete before the numbers that the call dialled', async () => {
  const one = { ...rows[0], to: 'sip:+442079460018@phone.example.com', from: '+12025550101' } as Recording;
  const dialled = { ...one, call: { dialedTo: ['+13125550120', '+13125550121'] } } as unknown as Recording;
  const ofCalls = ['from', 'to', 'direction', 'dialed_to'];
  const shown = tableColumns(
    sources.map((source) => ({ ...source, ofCalls })),
    { callFields: ofCalls },
  );
  const view = plainView(shown, { terminal: true, width: 130 });
  let text = '';
  for await (const chunk of table(oneByOne([dialled]), view)) text += chunk;
  expect(text).toContain(' sip:+442079460018@phone.example.com ');
  expect(text).toMatch(/ \+13125550120 .*…/);
});
