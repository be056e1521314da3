import { describe, expect, test } from 'vitest';
import { answer, homeWith } from '../../support/home.ts';
import { SIGNATURE } from '../../support/run.ts';
import { listArgs, sandboxEntries, type WireFormat, wireFormats } from '../../support/wire-formats.ts';

/** Texts that could control a terminal, reorder the displayed text or hide in it. */
const hostile = [
  '\u001b[2Jcleared',
  '\u001b]52;c;ZXZpbA==\u0007clipboard',
  '\u001b]8;;http://b.test\u001b\\link\u001b]8;;\u001b\\',
  'bell\u0007',
  'back\b\b\b\bspace',
  'over\rwritten',
  '\u009b2Jcleared',
  '\u009d0;title\u009c',
  'dele\u007fted',
  'two\nlines',
  'tab\tbed',
  '\u202egpj.exe',
  '\u2066isolated\u2069',
  'zero\u200bwidth',
  'line\u2028separator',
  'lone\ud800surrogate',
  '\u{e0041}tag',
] as const;

/** Every character that must not be printed raw, except the end of a line. */
const rawCharacters = /[^\n\P{Cc}]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u;

const hostileHome = (wire: WireFormat) =>
  homeWith({
    entries: sandboxEntries(
      wire,
      hostile.map((text) => [`id ${text}`, { [wire.textKey]: text }]),
    ),
  });

describe.concurrent.each(wireFormats)('control characters in data of $profile are escaped', (wire) => {
  const words = listArgs(wire, '--fields', `${wire.textColumn},id`);

  test.each(['a pipe', 'a terminal'])('in a table on %s', async (place) => {
    const { run, onTerminal } = await hostileHome(wire);
    const { code, out } = place === 'a pipe' ? await run([...words, '-o', 'table']) : await onTerminal(words, 300);
    expect(code).toBe(0);
    expect(out).not.toMatch(rawCharacters);
    expect(out.trimEnd().split('\n')).toHaveLength(1 + hostile.length);
    for (const visible of ['\\u001b[2Jcleared', '\\u0007', '\\u009b2J', 'dele\\u007fted', '\\u202egpj', '\\ud800']) {
      expect(out).toContain(visible);
    }
  });

  test.each(['csv', 'json', 'ndjson', 'tsv'])('in %s output on a terminal', async (format) => {
    const { onTerminal } = await hostileHome(wire);
    const { code, out } = await onTerminal([...words, '-o', format], 80);
    expect(code).toBe(0);
    // Of a row of TSV only the tab between its two cells is raw.
    const cells = format === 'tsv' ? out.replaceAll(/^([^\t\n]*)\t/gm, '$1 ') : out;
    expect(cells).not.toMatch(rawCharacters);
    expect(out).toContain('cleared');
  });

  test.each(['json', 'ndjson'])('in %s output, which parses back to the original values', async (format) => {
    const { run } = await hostileHome(wire);
    const { out } = await run([...words, '-o', format]);
    const rows =
      format === 'json'
        ? JSON.parse(out)
        : out
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line));
    expect(rows).toEqual(hostile.map((text) => ({ [wire.textColumn]: text, id: `id ${text}` })));
    expect(out).not.toMatch(rawCharacters);
  });

  test('in an error message of the API, which is printed as one short line', async () => {
    const said = `first\u001b[2J\nsecond\r\u009b2J\u202e ${'and so on '.repeat(500)}`;
    const { run } = await homeWith({
      intercept: (_, response) => answer(response, { message: said, error: said, errors: [{ detail: said }] }, 422),
    });
    const { code, err } = await run(listArgs(wire));
    expect(code).toBe(11);
    const [line = '', hint, ...more] = err.trimEnd().split('\n');
    expect(line).toMatch(/^recx: .*first\\u001b\[2J.*second/);
    expect(line.length).toBeLessThanOrEqual(300);
    expect(hint).toMatch(/^The same command/);
    expect(more).toEqual([]);
  });

  test('in the error for an id that is not found', async () => {
    const { run } = await homeWith();
    const { code, err } = await run(['get', 'no\u001b[2J\nsuch\u202e', ...wire.args]);
    expect(code).toBe(6);
    expect(err).toContain('no\\u001b[2J\\nsuch\\u202e');
  });

  test('in next-page links, whose signature --verbose does not show', async () => {
    const { run } = await homeWith({
      intercept: (_, response, count) =>
        answer(
          response,
          wire.page([wire.row(`row-${count}`)], count < 2 ? `${wire.pageLink(20)}&signature=${SIGNATURE}` : null),
        ),
    });
    const { code, err } = await run(['--verbose', ...listArgs(wire)]);
    expect(code).toBe(0);
    expect(err).toContain(wire.listPath);
  });
});

describe.concurrent.each(wireFormats)('table columns of $profile are aligned by display width', (wire) => {
  const names = [
    'plain',
    '顧客会議',
    'e\u0301te\u0301',
    'ｗｉｄｅ',
    '👩\u200d👩\u200d👧 family',
    '\u202eright\u2066',
    'a\u200bb',
    '🎧',
    '顧客会議'.repeat(6),
    'ไทย',
  ];

  test.each(['a pipe', 'a terminal of 60 columns', 'a terminal of 24 columns'])('on %s', async (place) => {
    const rows = names.map((text, index) => [`id-${index}`, { [wire.textKey]: text }] as const);
    const { run, onTerminal } = await homeWith({ entries: sandboxEntries(wire, rows) });
    const words = listArgs(wire, '--fields', `${wire.textColumn},id`, '-o', 'table');
    const columns = Number(/\d+/.exec(place)?.[0] ?? 1000);
    const { out } = place === 'a pipe' ? await run(words) : await onTerminal(words, columns);
    const lines = out.trimEnd().split('\n').slice(1);
    expect(new Set(lines.map((line) => cells(line.slice(0, line.lastIndexOf('id-')))))).toHaveProperty('size', 1);
    expect(lines).toHaveLength(names.length);
    for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
    expect(out).not.toMatch(rawCharacters);
    if (place === 'a pipe') expect(out).not.toContain('…');
  });
});

/** The display width of a text in terminal cells, computed by grapheme. */
const cells = (text: string): number =>
  [...new Intl.Segmenter('en').segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0);
const wide = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;
