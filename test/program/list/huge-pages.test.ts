import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, relay, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const pageOf = (wire: WireFormat, count: number): string => {
  const rows = Array.from({ length: count }, (_, index) => `{"${wire.keys.id}":"row-${index}"}`);
  return JSON.stringify(wire.page([], null)).replace('[]', `[${rows.join(',')}]`);
};

describe.concurrent.each(wireFormats)('a page of $profile', (wire) => {
  test('with 50,000 rows is rejected with an error', async () => {
    const { run } = await homeWith({ intercept: (_, response) => answer(response, pageOf(wire, 50_000)) });
    const { code, out, err } = await run(listArgs(wire, '-o', 'csv'));
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toMatch(/^recx: 127\.0\.0\.1:\d+ returned HTTP 200 [^\n]*50000 entries[^\n]*\n$/);
  });
});

describe.concurrent('a response', () => {
  test.each([
    ['json', []],
    ['ndjson', ['--fields', 'id,raw']],
  ])('nested too deeply is rejected with an error instead of written as %s', async (format, more) => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const text = JSON.stringify(relay.page([{ ...relay.row('deep'), extra: '@' }], null)).replace('"@"', deep);
    const { run } = await homeWith({ intercept: (_, response) => answer(response, text) });
    const { code, out, err } = await run(listArgs(relay, '--raw', '-o', format, ...more));
    expect(code).toBe(5);
    expect(out).not.toContain('deep');
    expect(err).toMatch(/^recx: [^\n]*nested too deep[^\n]*\n$/);
    const { out: plain } = await run(listArgs(relay, '-o', format, '--fields', 'id'));
    expect(plain).toContain('deep');
  });

  test.each([
    ['json', (out: string) => JSON.parse(out).map(({ id }: { readonly id: string }) => id)],
    ['ndjson', (out: string) => out.match(/row-\d+/g)],
    ['csv', (out: string) => out.trimEnd().split('\n').slice(1)],
  ] as const)('with 15,000 rows on one page is listed as %s', async (format, read) => {
    const { run } = await homeWith({ intercept: (_, response) => answer(response, pageOf(relay, 15_000)) });
    const { code, out, err } = await run(listArgs(relay, '-o', format, '--fields', 'id'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(read(out)).toEqual(Array.from({ length: 15_000 }, (_, index) => `row-${index}`));
  });
});

describe.concurrent('a value of 100,000 characters', () => {
  test.each([
    ['text', relay.textKey, 'x'.repeat(100_000), []],
    ['spaces and words', relay.textKey, 'one two '.repeat(12_500), []],
    ['a URL', relay.keys.media, `https://media.example.com/${'x'.repeat(100_000)}.wav`, ['--urls']],
    ['escapes', relay.textKey, '\u001b'.repeat(100_000), ['--fields', `${relay.textColumn},id`]],
  ] as const)('of %s is truncated in a table without slowing it down', async (_, key, value, more) => {
    const rows = [relay.row('short'), relay.row('long', { [key]: value })];
    const { run } = await homeWith({
      intercept: ({ url }, response) =>
        answer(
          response,
          url.pathname === relay.listPath ? relay.page(rows, null) : relay.row('long', { [key]: value }),
        ),
    });
    for (const words of [
      listArgs(relay, '-o', 'table', '--fields', `${relay.textColumn},media_url,id`),
      ['get', 'long', '-p', 'relay', '-o', 'table', ...more],
    ]) {
      const { code, out } = await run(words);
      expect(code).toBe(0);
      expect(out).toContain('long');
      expect(out).toContain('…');
      expect(out.length).toBeLessThan(50_000);
    }
  });
});
