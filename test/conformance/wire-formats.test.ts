import { describe, expect, test } from 'vitest';
import { isRow } from '../../src/core/decode.ts';
import { DAY } from '../../src/core/time/duration.ts';
import { callFormats } from '../support/call-formats.ts';
import { expectedFieldsOf } from '../support/fuzz/expected-records.ts';
import { envelopePaths } from '../support/fuzz/malformed-lists.ts';
import { openOnSandbox, registry, sandboxApiOf } from '../support/open-provider.ts';
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

test('the formats of calls cover every list of every API exactly once', async () => {
  const lists = await Promise.all(
    registry.map(async ([, definition]) => {
      const { provider } = await openOnSandbox(definition);
      return (provider.calls ?? []).map(
        ({ title, key }) => `${definition.vendor.name}/${definition.api} ${title} ${key}`,
      );
    }),
  );
  const covered = callFormats.map(
    ({ name, related, title, key }) => `${name.replace(`/${related}`, '')} ${title} ${key}`,
  );
  expect(covered.sort()).toEqual(lists.flat().sort());
});

describe.each(callFormats)('the format of $name', (format) => {
  test('has the path that its adapter requests, and the keys of the sandbox', async () => {
    const definition = registry.find(
      ([, { vendor, api }]) => format.name === `${vendor.name}/${api}/${format.related}`,
    )?.[1];
    if (definition === undefined) throw new Error(`no API for ${format.name}`);
    const { provider, sandbox } = await openOnSandbox(definition);
    const list = provider.calls?.find(({ key }) => key === format.key);
    const { now } = sandboxApiOf(definition).answerKey;
    for await (const _ of list?.pages({ since: new Date(now - 10 * DAY).toISOString() }) ?? []);
    expect(sandbox.requests.map(({ url }) => url.pathname)).toContain(format.listPath);
    const [sample] = sandboxApiOf(definition).related?.(now)[format.related ?? ''] ?? [];
    const own = format.row('one');
    expect(Object.keys(own).filter((key) => !Object.hasOwn(sample?.row ?? {}, key))).toEqual([]);
  });

  test('puts rows, link and paging fields at the paths that the fuzz tests mutate', () => {
    const { rows, link, parent } = envelopePaths(format);
    const page = format.page([format.row('one')], '/next');
    expect(at(page, rows)).toMatchObject([{ [format.keys.id]: 'one' }]);
    expect(at(page, link)).toBe('/next');
    expect(at(page, parent)).toBeDefined();
  });
});
