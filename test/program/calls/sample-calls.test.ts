import { expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';

type Row = Readonly<Record<'id' | 'from' | 'to' | 'direction', string | null>> & {
  readonly dialed_to: readonly string[] | null;
};

test('a sample recording that two APIs of SignalWire list has one call, whichever API tells it', async () => {
  const { run } = await homeWith();
  const rowsOf = async (profile: string): Promise<readonly Row[]> =>
    JSON.parse((await run(['list', '-p', profile, '--all', '--with-calls', '-o', 'json'])).out);
  const facts = ({ from, to, direction, dialed_to }: Row) => ({ from, to, direction, dialed_to });
  const compatibility = new Map((await rowsOf('compatibility')).map((row) => [row.id, facts(row)]));
  const both = (await rowsOf('relay')).filter(({ id }) => compatibility.has(id));
  expect(both.length).toBeGreaterThan(20);
  expect(both.map(facts)).toEqual(both.map(({ id }) => compatibility.get(id)));
  expect(new Set(both.map(({ direction }) => direction))).toEqual(new Set(['inbound', 'outbound', null]));
});
