import { describe, expect, test } from 'vitest';
import { homeWith } from '../../support/home.ts';
import { plivo, sandboxEntries, serveRows } from '../../support/wire-formats.ts';

const titles = (out: string): readonly string[] => (out.split('\n')[0] ?? '').split(/ {2,}/);

describe('a table of recordings', () => {
  test.each([
    [80, ['Created', 'Duration', 'From', 'To', 'ID']],
    [120, ['Created', 'Duration', 'From', 'To', 'ID']],
    [130, ['Created', 'Duration', 'From', 'To', 'Kind', 'ID']],
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

describe('a table of several APIs', () => {
  test.each([
    [80, ['Created', 'Duration', 'From', 'To', 'Kind', 'ID'], '…'],
    [120, ['Created', 'Duration', 'From', 'To', 'Kind', 'ID'], '…'],
    [140, ['Created', 'Duration', 'From', 'To', 'Kind', 'API', 'ID'], ''],
    [
      200,
      ['Created', 'Duration', 'From', 'To', 'Kind', 'Status', 'Channels', 'Formats', 'Size', 'Provider', 'API', 'ID'],
      '',
    ],
  ])(
    'at %d columns says of every row what it is, and has complete ids before minor columns',
    async (width, expected, end) => {
      const { onTerminal } = await homeWith();
      const { out } = await onTerminal(['list', '-p', 'demo', '-n', '12'], width);
      expect(titles(out)).toEqual(expected);
      const [, ...lines] = out.trimEnd().split('\n');
      for (const line of lines) {
        expect(line.length).toBeLessThanOrEqual(width);
      }
      expect(lines.some((line) => line.endsWith('…'))).toBe(end !== '');
      expect(lines.some((line) => line.includes('sip:support@phone.example.com '))).toBe(width > 80);
      for (const kind of ['call', 'room', 'conf']) expect(lines.some((line) => line.includes(`  ${kind}`))).toBe(true);
    },
  );

  test.each([
    ['--kind', 'conference', 'Conference name'],
    ['--kind', 'room', 'Room session'],
    ['--sort', '-price', 'Price'],
  ])('with %s %s shows the %s after the duration', async (flag, value, title) => {
    const { onTerminal } = await homeWith();
    const { out } = await onTerminal(['list', '-p', 'demo', '-n', '5', flag, value], 80);
    expect(titles(out).slice(0, 3)).toEqual(['Created', 'Duration', title]);
  });

  test('prices of one column have the same number of decimals', async () => {
    const { onTerminal } = await homeWith();
    const { out } = await onTerminal(['list', '-p', 'demo', '-n', '9', '--fields', 'price,id'], 80);
    expect(new Set(out.match(/^0\.\d+/gm))).toEqual(new Set(['0.0500', '0.0100', '0.0025', '0.0050']));
  });

  test.each([
    ['all', 80, true],
    ['all', 330, false],
    ['id,from,to,kind,price,status', 80, false],
    ['id,from,to,kind,price,status', 50, true],
  ])('--fields %s at %d columns are cards: %s', async (fields, width, areCards) => {
    const { onTerminal } = await homeWith();
    const { out } = await onTerminal(['list', '-p', 'demo', '-n', '12', '--fields', fields], width);
    expect(out.split('\n\n')).toHaveLength(areCards ? 12 : 1);
    expect(/^ID +\S+$/m.test(out)).toBe(areCards);
  });
});

test('cards wrap long values between words', async () => {
  const { onTerminal } = await homeWith();
  const { out } = await onTerminal(['providers'], 80);
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(out).toMatch(/^Environment +TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_API_KEY\n {21}TWILIO_API_SECRET$/m);
});

test.each([
  [80, /^Provider +signalwire\nAPI +relay\n/],
  [
    120,
    /^Provider +API +Server-side filters +Page size +Formats +Filters on calls\nsignalwire +relay +1000 +wav mp3 mp4 +--from --to --direction\n/,
  ],
])('providers at %d columns is a table where it fits, else cards', async (width, expected) => {
  const { onTerminal } = await homeWith();
  const { out } = await onTerminal(['providers'], width);
  expect(out).toMatch(expected);
});

test.each([80, 120, 160, 200, 300])('providers at %d columns are never cut', async (width) => {
  const { onTerminal } = await homeWith();
  const { out } = await onTerminal(['providers'], width);
  expect(out).not.toContain('…');
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
});

test.each([
  [['--with-calls'], /^Created +Duration +Dir +From +To +ID\n(?:.*\n)*.* {2,}(?:standup|support) .*\n/],
  [['-p', 'twilio', '-p', 'relay', '--with-calls'], /^Created +Duration +From +To +Profile +ID\n/],
  [['--status', 'failed,absent'], /^Created +Duration +From +To +Status +ID\n/],
  [['--kind', 'call,room'], /^Created +Duration +From +To +Kind +ID\n/],
  [['--direction', 'inbound,outbound'], /^Created +Duration +Dir +From +To +ID\n/],
  [['--conference', 'standup', '--conference', 'support'], /^Created +Duration +From +Conference name +ID\n/],
])('list %j at 80 columns shows in what the rows differ', async (words, expected) => {
  const { onTerminal } = await homeWith();
  const profiles = words.includes('-p') ? [] : ['-p', 'demo'];
  const { out } = await onTerminal(['list', ...profiles, ...words, '-n', '12'], 80);
  expect(out).toMatch(expected);
  for (const line of out.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('two profiles at 80 columns: a long SIP address is truncated, not the time', async () => {
  const { onTerminal } = await homeWith();
  const { out } = await onTerminal(['list', '-p', 'plivo', '-p', 'twilio', '--since', '7d', '-n', '5'], 80);
  expect(titles(out)).toEqual(['Created', 'Duration', 'From', 'To', 'Profile', 'ID']);
  expect(out).toMatch(/ sip:\S+… /);
  for (const line of out.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /);
});
