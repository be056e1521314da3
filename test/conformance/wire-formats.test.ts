import { describe, expect, test } from 'vitest';
import { isRow } from '../../src/core/decode.ts';
import { expectedFieldsOf } from '../support/fuzz/expected-records.ts';
import { envelopePaths } from '../support/fuzz/malformed-lists.ts';
import { registry } from '../support/open-provider.ts';
import { allWireFormats } from '../support/wire-formats.ts';

test('the wire formats cover every API of the registry exactly once', () => {
  const registered = registry.map(([, { vendor, api }]) => `${vendor.name}/${api}`);
  expect(allWireFormats.map(({ name }) => name).sort()).toEqual([...registered].sort());
});

const at = (body: unknown, path: string): unknown =>
  path.split('.').reduce((value, key) => (isRow(value) ? value[key] : undefined), body);

describe.each(allWireFormats)('the wire format of $name', (wire) => {
  test('passes --api only when its API is not the first of the provider', () => {
    const [provider, api] = wire.name.split('/');
    const first = registry.find(([, { vendor }]) => vendor.name === provider)?.[1].api;
    expect(wire.provider).toBe(provider);
    expect(wire.apiArgs).toEqual(api === first ? [] : ['--api', api]);
  });

  test('has the same id key as the expected fields of the fuzz tests', () => {
    expect(expectedFieldsOf(wire.name).id).toBe(wire.keys.id);
    expect(wire.row('one')[wire.keys.id]).toBe('one');
  });

  test('puts rows, link and paging fields at the paths that the fuzz tests mutate', () => {
    const { rows, link, parent } = envelopePaths(wire);
    const page = wire.page([wire.row('one')], '/next');
    expect(at(page, rows)).toMatchObject([{ [wire.keys.id]: 'one' }]);
    expect(at(page, link)).toBe('/next');
    expect(at(page, parent)).toBeDefined();
  });
});
