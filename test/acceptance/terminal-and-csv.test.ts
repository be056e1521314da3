import { expect } from 'vitest';
import { acceptanceTest, type Workspace, type WorkspaceOptions } from '../support/acceptance.ts';
import { answer } from '../support/home.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { listArgs, relay } from '../support/wire-formats.ts';

const controlTexts = [
  '\u001b[2Jcleared',
  '\u001b]52;c;ZXZpbA==\u0007',
  '\u001b]8;;http://b.test\u001b\\link\u001b]8;;\u001b\\',
  'bell\u0007',
  'back\b\bspace',
  'over\rwritten',
  '\u009b2Jcleared',
  'dele\u007fted',
  'two\nlines',
];
const invisibleTexts = [
  '\u202egpj.exe',
  '\u2066isolated\u2069',
  'zero\u200bwidth',
  '顧客会議',
  '👩\u200d👩\u200d👧 family',
  'e\u0301te\u0301',
];

/** Serves a list with a row for each text. */
const serveTexts = async (workspace: Workspace, every: readonly string[]): Promise<void> => {
  const rows = every.map((text, index) =>
    relay.row(`id-${index}`, { [relay.textKey]: text }, Date.now() - index * 1000),
  );
  await workspace.startProviders((_, response) => answer(response, relay.page(rows, null)));
};

const words = (format: string): readonly string[] =>
  listArgs(relay, '--fields', `${relay.textColumn},id`, '-o', format);
const onTerminal = (workspace: Workspace, given: readonly string[], columns = 200) =>
  // A terminal adds carriage returns, which are removed.
  workspace.shell(
    `script -qec 'stty cols ${columns}; exec $RECX ${given.join(' ')} 2>/dev/null' /dev/null </dev/null | tr -d '\\r'`,
    {
      env: { TERM: 'xterm', NO_COLOR: '1' },
    },
  );

const csvOf = async (
  workspace: Workspace,
  every: readonly string[],
  options?: WorkspaceOptions,
): Promise<readonly (readonly string[])[]> => {
  await serveTexts(workspace, every);
  const { code, err, bytes } = await workspace.run(words('csv'), { exact: true, ...options });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return parseCsv(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).slice(1);
};

acceptanceTest(
  'B01 terminal control sequences are shown as visible escapes in a table, on a pipe and on a terminal',
  async (workspace) => {
    await serveTexts(workspace, controlTexts);
    for (const { code, out } of [await workspace.run(words('table')), await onTerminal(workspace, words('table'))]) {
      expect(code).toBe(0);
      expect(out.trimEnd().split('\n')).toHaveLength(1 + controlTexts.length);
      for (const shown of ['\\u001b[2Jcleared', '\\u001b]52', '\\u009b2J', 'dele\\u007fted'])
        expect(out).toContain(shown);
    }
  },
);

acceptanceTest(
  'B02 JSON output escapes control sequences and parses back to the original values',
  async (workspace) => {
    const every = [...controlTexts, ...invisibleTexts, 'lone\ud800'];
    await serveTexts(workspace, every);
    for (const { code, out } of [await workspace.run(words('json')), await onTerminal(workspace, words('json'))]) {
      expect(code).toBe(0);
      const rows: readonly Record<string, string>[] = JSON.parse(out);
      expect(rows.map((row) => row[relay.textColumn])).toEqual(every);
    }
  },
);

acceptanceTest(
  'B03 an error message of the API is printed as one short line without control characters',
  async (workspace) => {
    const message = `first\u001b[2J\nsecond\r\u009b2J\u202e ${'and so on '.repeat(500)}`;
    await workspace.startProviders((_, response) => answer(response, { message, errors: [{ detail: message }] }, 422));
    const { code, err } = await workspace.run(listArgs(relay));
    expect(code).toBe(11);
    const [line = '', ...hint] = err.trimEnd().split('\n');
    expect(line).toMatch(/^recx: .*first\\u001b\[2J/);
    expect(line.length).toBeLessThanOrEqual(300);
    expect(hint).toEqual(['The same command will fail again: check its filters and the profile']);
  },
);

acceptanceTest(
  'B04 bidi and invisible characters are escaped, and wide characters keep columns aligned',
  async (workspace) => {
    await serveTexts(workspace, invisibleTexts);
    const segments = new Intl.Segmenter('en');
    const cells = (text: string): number =>
      [...segments.segment(text)].reduce(
        (sum, { segment }) => sum + (/[\u2e80-\u9fff\u{1f300}-\u{1faff}]/u.test(segment) ? 2 : 1),
        0,
      );
    const { out } = await workspace.run(words('table'), { exact: true });
    const starts = out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => cells(line.slice(0, line.lastIndexOf('id-'))));
    expect(starts).toHaveLength(invisibleTexts.length);
    expect(new Set(starts).size).toBe(1);
    expect(out).toMatch(/\\u202egpj[^\n]*\n[^\n]*\\u2066isolated[^\n]*\n[^\n]*zero\\u200bwidth/);
    expect(out.replaceAll('\u200d', '')).not.toMatch(/\p{Cf}/u);
  },
);

acceptanceTest('B05 CSV cells that a spreadsheet would run as a formula are neutralised', async (workspace) => {
  const formulas = ['=HYPERLINK("x")', '+1+1', '-2+3', '@SUM(1)', '=1+1\nnote', '＝1'];
  const cells = await csvOf(workspace, [...formulas, '\t=1', '\r=1']);
  // Some spreadsheets split lines at tabs and line breaks within quotes.
  const guarded = [...formulas.map((cell) => `'${cell}`), "'\t'=1", "'\r'=1"];
  expect(cells.map(([cell]) => cell)).toEqual(guarded);
});

acceptanceTest('B06 numbers, phone numbers and times are written to CSV byte for byte', async (workspace) => {
  const plain = ['+15551234567', '-12.5', '2026-11-22T10:00:00Z'];
  await serveTexts(workspace, plain);
  const { out } = await workspace.run(words('csv'));
  expect(out).toBe(['track,id', ...plain.map((cell, index) => `${cell},id-${index}`), ''].join('\n'));
});

acceptanceTest(
  'B07 CSV cells with quotes, commas, line breaks, lone surrogates, NUL and 100 kB parse back to the same values',
  async (workspace) => {
    const strange = [
      'with "quotes"',
      ',',
      'first\r\nsecond',
      'NUL\0inside',
      'x'.repeat(100_000),
      '"y",\n'.repeat(20_000),
    ];
    const cells = await csvOf(workspace, [...strange, 'half\ud800']);
    expect(cells.map(([cell]) => cell)).toEqual([...strange, 'half\ufffd']);
  },
);

acceptanceTest(
  'B09 a captive portal, an empty body, [], null or an error under status 200 is reported without printing the body',
  async (workspace) => {
    const portal = '<!doctype html><title>Guest network</title>';
    const bodies = [portal, '', '[]', 'null', '{"error":{"note":"Guest network"}}'];
    for (const [index, body] of bodies.entries()) {
      const type = index === 0 ? 'text/html' : 'application/json';
      await workspace.startProviders((_, response) => answer(response, body, 200, { 'content-type': type }));
      const { code, out, err } = await workspace.run(listArgs(relay, '-o', 'json'));
      expect({ body, code, out }).toEqual({ body, code: 5, out: '' });
      expect(err).toContain('200');
      expect(err).toContain(type);
      expect(err).not.toMatch(/[<{]|Guest/);
    }
  },
);
