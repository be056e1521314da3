import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../../support/cleanup.ts';
import { answer, homeWith } from '../../support/home.ts';
import { listArgs, sandboxEntries, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

const portal = '<!doctype html><title>Guest network</title><p>Please log in to the guest network';

/** Responses with status 200 that are not a list of recordings. */
const unreadable = [
  { name: 'a login page', type: 'text/html', body: portal },
  { name: 'a login page that claims to be JSON', type: 'application/json', body: portal },
  { name: 'an empty body', type: 'text/plain', body: '' },
  { name: 'an empty array', type: 'application/json', body: '[]' },
  { name: 'null', type: 'application/json', body: 'null' },
  { name: 'an error object', type: 'application/json', body: '{"error":{"code":7},"note":"Guest network"}' },
  { name: 'a truncated object', type: 'application/json', body: '{"data":[{"id":"Guest network"}' },
] as const;

/** JSON values that the providers do not document. */
const unexpectedValues = [
  'null',
  '[]',
  '{}',
  '{"a":[1]}',
  'true',
  '-1',
  '0',
  '""',
  '" "',
  '"x"',
  '1e300',
  '-0.5',
  '9007199254740993123',
];

describe.concurrent.each(wireFormats)('a response from $profile', (wire) => {
  test.each(unreadable)('that is $name is reported as an error without printing the body', async ({ type, body }) => {
    const { run } = await homeWith({
      intercept: (_, response) => answer(response, body, 200, { 'content-type': `${type}; charset=utf-8` }),
    });
    const { code, out, err } = await run(listArgs(wire, '-o', 'json'));
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toContain('200');
    expect(err).toContain(type);
    expect(err).not.toMatch(/[<{]|Guest/);
  });

  test.each(['[]', '{}', portal])('that is not a recording is reported as an error: %s', async (body) => {
    const { run } = await homeWith({ intercept: (_, response) => answer(response, body) });
    const { code, out, err } = await run(['get', 'some-id', ...wire.args]);
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toMatch(/200 with application\/json/);
    expect(err).not.toMatch(/[<{]|Guest/);
  });

  test('that is another recording than the one requested is never shown or stored as it', async () => {
    const { run } = await homeWith({ intercept: (_, response) => answer(response, wire.row('another-one')) });
    const dir = join(emptyFolder(), 'out');
    for (const words of [['get'], ['download', '--dir', dir], ['download', '--stdout']]) {
      const { code, out, err } = await run([...words, 'some-id', ...wire.args]);
      expect({ words, code: code === 0, out }).toEqual({ words, code: false, out: '' });
      expect(err).toContain('another recording');
    }
  });

  test.each(['json', 'csv', 'table'])('with an unexpected value in any field is still listed as %s', async (format) => {
    const keys = Object.keys(wire.row('x')).filter((key) => key !== wire.keys.id);
    const rows = [
      ...keys.flatMap((key) => unexpectedValues.map((text) => rowWithValue(wire, key, text))),
      ...keys.map((key) => rowWithoutKey(wire, key)),
    ];
    const body = JSON.stringify(wire.page([], null)).replace('[]', `[${rows.map(({ text }) => text).join(',')}]`);
    const { run } = await homeWith({ intercept: (_, response) => answer(response, body) });
    const { code, err, out } = await run(listArgs(wire, '-o', format));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const dated = rows.filter(({ id }) => !id.startsWith(`${wire.keys.time}-`));
    expect(dated.length).toBeGreaterThan(100);
    for (const { id } of dated) expect(out).toContain(id);
  });

  test('with a row without a time is listed when there is no time filter, and unknown fields appear in raw', async () => {
    const { run } = await homeWith({
      entries: sandboxEntries(wire, [['timeless', { [wire.keys.time]: null, brand_new: { deep: [1, null] } }]]),
    });
    const { code, out } = await run(['list', ...wire.args, '--raw', '-n', '1']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { id: 'timeless', created_at: null, raw: { brand_new: { deep: [1, null] } } },
    ]);
  });

  test('with numbers too large for a float and unknown status words keeps every digit and word', async () => {
    const { call, status } = wire.keys;
    const row = {
      ...wire.row('huge'),
      [wire.keys.id]: 'ID',
      ...(call === undefined ? {} : { [call]: 'CALL' }),
      [wire.textKey]: 12025550101,
      ...(status === undefined ? {} : { [status]: 'sealed' }),
    };
    const text = JSON.stringify(wire.page([row], null))
      .replace('"ID"', '9007199254740993001')
      .replace('"CALL"', '-9007199254740993002');
    const { run } = await homeWith({ intercept: (_, response) => answer(response, text) });
    const { code, out } = await run(listArgs(wire, '-o', 'json'));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      {
        id: '9007199254740993001',
        call_id: call === undefined ? null : '-9007199254740993002',
        [wire.textColumn]: '12025550101',
        ...(status === undefined ? {} : { status: 'unknown', provider_status: 'sealed' }),
      },
    ]);
  });

  test('with entries without an id lists the others and is reported as incomplete', async () => {
    const rows = [wire.row('good'), { ...wire.row('x'), [wire.keys.id]: null }, null, 'text', wire.row('also good')];
    const { run } = await homeWith({ intercept: (_, response) => answer(response, wire.page(rows, null)) });
    const { code, out, err } = await run(listArgs(wire, '-o', 'ndjson', '--fields', 'id'));
    expect(out).toBe('{"id":"good"}\n{"id":"also good"}\n');
    expect(code).toBe(3);
    expect(err).toContain('3 entries');
  });

  test('with a raw control character names its place, and no login page', async () => {
    const text = JSON.stringify(wire.page([wire.row('one')], null)).replace('one', 'o\tne');
    const { run } = await homeWith({ intercept: (_, response) => answer(response, text) });
    const { code, out, err } = await run(listArgs(wire));
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toContain(`the body is not JSON (position ${text.indexOf('\t')}: control character)`);
    expect(err).not.toContain('login');
  });

  test.each(['text/html', 'application/json'])('with a login page as %s says so', async (type) => {
    const { run } = await homeWith({
      intercept: (_, response) => answer(response, portal, 200, { 'content-type': type }),
    });
    const { code, err } = await run(listArgs(wire));
    expect(code).toBe(5);
    expect(err).toContain('login page');
  });

  test('in the charset that it declares is read, and other bytes are reported once', async () => {
    const pages = ['application/json; charset=iso-8859-1', 'application/json'].map((type) => ({ type, warnings: 0 }));
    for (const page of pages) {
      const { run } = await homeWith({
        intercept: ({ url }, response) => {
          const isFirst = wire.pageRange(url).first === 0;
          const row = wire.row(isFirst ? 'one' : 'two', { [wire.textKey]: 'Müller' });
          response.writeHead(200, { 'content-type': page.type });
          response.end(Buffer.from(JSON.stringify(wire.page([row], isFirst ? wire.pageLink(20) : null)), 'latin1'));
          return true;
        },
      });
      const { code, out, err } = await run(listArgs(wire, '-o', 'csv', '--fields', wire.textColumn, '--no-header'));
      expect({ code, out }).toEqual({
        code: 0,
        out: (page.type.includes('8859') ? 'Müller\n' : 'M\ufffdller\n').repeat(2),
      });
      expect(err.match(/not UTF-8/g) ?? []).toHaveLength(page.type.includes('8859') ? 0 : 1);
    }
  });
});

/** A row with one field replaced by this JSON text. */
const rowWithValue = (wire: WireFormat, key: string, text: string) => {
  const id = `${key}-${unexpectedValues.indexOf(text)}.`;
  return { id, text: JSON.stringify({ ...wire.row(id), [key]: '@' }).replace('"@"', text) };
};

const rowWithoutKey = (wire: WireFormat, key: string) => {
  const { [key]: _, ...rest } = wire.row(`${key}-none.`);
  return { id: `${key}-none.`, text: JSON.stringify(rest) };
};
