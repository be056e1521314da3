import { describe, expect, test } from 'vitest';
import { isRow } from '../../src/core/decode.ts';
import { meaningOf } from '../support/fuzz/meaning.ts';
import { placesOf } from '../support/fuzz/mutations.ts';
import { registry } from '../support/open-provider.ts';
import { allWires } from '../support/wires.ts';

test('the fuzz and program tests try every API of the registry, each once', () => {
  const registered = registry.map(([, { vendor, api }]) => `${vendor.name}/${api}`);
  expect(allWires.map(({ name }) => name).sort()).toEqual([...registered].sort());
});

const at = (body: unknown, path: string): unknown =>
  path.split('.').reduce((value, key) => (isRow(value) ? value[key] : undefined), body);

describe.each(allWires)('the wire of $name', (wire) => {
  test('selects its API, unless that is the first of the provider', () => {
    const [provider, api] = wire.name.split('/');
    const first = registry.find(([, { vendor }]) => vendor.name === provider)?.[1].api;
    expect(wire.provider).toBe(provider);
    expect(wire.api).toEqual(api === first ? [] : ['--api', api]);
  });

  test('has a meaning for the fuzz tests, with the same key of the id', () => {
    expect(meaningOf(wire.name).id).toBe(wire.keys.id);
    expect(wire.row('one')[wire.keys.id]).toBe('one');
  });

  test('has the envelope that the fuzz tests mutate', () => {
    const { rows, link, whole } = placesOf(wire);
    const page = wire.page([wire.row('one')], '/next');
    expect(at(page, rows)).toMatchObject([{ [wire.keys.id]: 'one' }]);
    expect(at(page, link)).toBe('/next');
    expect(at(page, whole)).toBeDefined();
  });
});
