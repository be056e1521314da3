import { describe, expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';
import { plivo, sandboxEntries, serveRows } from '../../support/wire-formats.ts';

const titles = (out: string): readonly string[] => (out.split('\n')[0] ?? '').split(/ {2,}/);

describe('a table of recordings', () => {
  test.each([
    [80, ['Created', 'Duration', 'From', 'To', 'ID']],
    [120, ['Created', 'Duration', 'From', 'To', 'Conference name', 'ID']],
  ])('at %d columns shows who called whom at Plivo, whatever the first page has', async (width, expected) => {
    const someone = await homeWith({ entries: sandboxEntries(plivo, [['a', {}]]) });
    expect(titles((await someone.onTerminal(['list', ...plivo.args, '--since', '7d'], width)).out)).toEqual(expected);
    const nobody = { from_number: null, to_number: null };
    const { onTerminal } = await homeWith({
      intercept: serveRows(plivo, { count: 40, at: (place) => plivo.row(`id-${place}`, place < 20 ? nobody : {}) }),
    });
    const { out } = await onTerminal(['list', ...plivo.args, '--since', '7d', '--all'], width);
    expect(titles(out)).toEqual(expected);
    const [head = '', ...lines] = out.trimEnd().split('\n');
    const called = lines.filter((line) => line.includes('+12025550101'));
    expect(called.length).toBeGreaterThan(10);
    for (const line of called) expect(line.indexOf('+12025550101')).toBe(head.indexOf('From'));
  });

  test.each([80, 120, 200])('at %d columns shows the profile of each row when several are asked', async (width) => {
    const { onTerminal } = await homeWith();
    for (const other of ['twilio', 'relay'])
      expect(titles((await onTerminal(['list', '-p', 'plivo', '-p', other], width)).out)).toContain('Profile');
    expect(titles((await onTerminal(['list', '-p', 'plivo'], width)).out)).not.toContain('Profile');
  });

  test('shows media links in full beside the same columns', async () => {
    const { onTerminal } = await homeWith();
    const { out } = await onTerminal(['list', '-p', 'plivo', '-n', '2', '--urls'], 80);
    expect(titles(out).at(-1)).toBe('Media URL');
    expect(out.split('\n')[1]).toMatch(/https?:\/\/\S+$/);
  });
});

test.each([
  [80, /^Provider +signalwire\nAPI +relay\n/],
  [120, /^Provider +API +Server-side filters +Page size +Formats\nsignalwire +relay +1000 +wav mp3 mp4\n/],
])('providers at %d columns is a table where it fits, else cards', async (width, expected) => {
  const { onTerminal } = await homeWith();
  const { out } = await onTerminal(['providers'], width);
  expect(out).toMatch(expected);
});

test('two profiles at 80 columns: a long SIP address is truncated, not the time', async () => {
  const { onTerminal } = await homeWith();
  const { out } = await onTerminal(['list', '-p', 'plivo', '-p', 'twilio', '--since', '7d', '-n', '5'], 80);
  expect(titles(out)).toEqual(['Created', 'Duration', 'From', 'To', 'Profile', 'ID']);
  expect(out).toMatch(/ sip:\S+… /);
  for (const line of out.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /);
});
