import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { callColumns } from '../../src/core/call-columns.ts';
import { columns } from '../../src/core/columns.ts';
import { type FilterKey, filterKeys, filters } from '../../src/core/query.ts';
import { SUBACCOUNT } from '../../src/sandbox/plivo.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { homeWith } from '../support/home.ts';
import { compatibility, plivo, relay, twilio, video } from '../support/wire-formats.ts';

type Row = Readonly<Record<string, unknown>>;

/** The fields that a filter of several values compares. */
const fieldsOf: Partial<Record<FilterKey, readonly string[]>> = {
  call: ['call_id'],
  conference: ['conference_name', 'conference_id'],
  roomSession: ['room_session_id'],
  from: ['from'],
  to: ['to', 'dialed_to'],
  status: ['status'],
  kind: ['kind'],
  direction: ['direction'],
};

/** Numbers with and without `+` are the same. */
const isSame = (one: unknown, other: string): boolean => digits(String(one)) === digits(other);
const digits = (text: string): string => text.replace(/^\+(?=\d+$)/, '');

/** Every value of some fields, the rarest first. */
const valuesIn = (rows: readonly Row[], fields: readonly string[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const value of rows.flatMap((row) => fields.flatMap((field) => row[field])))
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => one - other).map(([value]) => value);
};

describe.each([relay, video, compatibility, plivo, twilio].map((wire) => [wire.name, wire] as const))(
  'several values at %s',
  (_, wire) => {
    test('of every filter, repeated or with commas, list, count and download what a plain comparison finds', async () => {
      const { run } = await homeWith();
      const words = [...wire.args, '--since', '30d'];
      const json = async (...more: readonly string[]) => JSON.parse((await run([...more, '-o', 'json'])).out);
      // The numbers of Plivo are those of its recordings, whatever its calls say.
      const calls = wire === plivo ? [] : ['--with-calls'];
      const all: readonly Row[] = await json('list', ...words, '--all', ...calls);
      let compared = 0;
      for (const [key, fields = []] of Object.entries(fieldsOf)) {
        const { flag, separate } = filters[key as FilterKey];
        const values = valuesIn(all, fields).slice(0, 4);
        if (values.length === 0) continue;
        compared++;
        const wanted = all.filter((row) =>
          fields.some((field) => [row[field]].flat().some((value) => values.some((wanted) => isSame(value, wanted)))),
        );
        const repeated = values.flatMap((value) => [flag, value]);
        const withCommas = separate?.('a,b').length === 2 ? [flag, values.toReversed().join(',')] : repeated;
        for (const filter of [repeated, withCommas]) {
          const listed: readonly Row[] = await json('list', ...words, '--all', ...filter);
          expect(listed.map(({ id }) => id).sort(), flag).toEqual(wanted.map(({ id }) => id).sort());
          expect(listed.map(({ created_at: at }) => at)).toEqual(wanted.map(({ created_at: at }) => at));
        }
        const groups: readonly Row[] = await json('stats', ...words, '--by', 'provider', ...withCommas);
        expect(groups.map(({ recordings }) => recordings)).toEqual([wanted.length]);
        const summary = join(emptyFolder(), 'summary.json');
        await run(['download', ...words, ...withCommas, '--dry-run', '--summary', summary]);
        expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ listed: wanted.length });
      }
      expect(compared).toBeGreaterThan(2);
    });
  },
);

test('several subaccounts are asked one by one, since no row names its own', async () => {
  const { run, sandbox } = await homeWith();
  const count = async (...names: readonly string[]) => {
    const words = ['list', ...plivo.args, '--since', '20d', '--all', '-o', 'json', '--subaccount', names.join(',')];
    return JSON.parse((await run(words)).out).length;
  };
  const one = await count(SUBACCOUNT);
  expect(one).toBeGreaterThan(0);
  const others = Array.from({ length: 70 }, (_, index) => `SAOTHER${index}`);
  expect(await count('SAOTHER')).toBe(0);
  expect(await count('SAOTHER', SUBACCOUNT)).toBe(one);
  expect(await count(...others, SUBACCOUNT)).toBe(one);
  expect(sandbox.requests.every(({ url }) => url.searchParams.get('subaccount')?.startsWith('SA'))).toBe(true);
});

test('the filters of several values are all but the bounds, and compare fields that rows have', () => {
  const several = filterKeys.filter((key) => filters[key].separate !== undefined && key !== 'subaccount');
  expect(Object.keys(fieldsOf)).toEqual(several);
  const keys = [...columns, ...callColumns].map(({ key }) => key);
  expect(
    Object.values(fieldsOf)
      .flat()
      .filter((field) => !keys.includes(field)),
  ).toEqual([]);
});
