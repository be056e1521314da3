import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyFolder } from '../support/cleanup.ts';
import { homeWith } from '../support/home.ts';

/** Each writes to a file or pipe, while a person sees the messages. */
const commands: readonly (readonly string[])[] = [
  ['list', '-o', 'csv'],
  ['list', '-o', 'json', '--all'],
  ['export'],
  ['export', '-o', 'csv', '--sort', 'duration'],
  ['export', '--out', 'FOLDER/calls.csv'],
  ['download', '--dir', 'FOLDER', '--dry-run'],
];

/** A run whose messages are on a terminal, but not its output. */
const seen = async (words: readonly string[], more: readonly string[] = []) => {
  const { run } = await homeWith();
  const folder = emptyFolder();
  const all = [...words.map((word) => word.replace('FOLDER', folder)), '-p', 'twilio', ...more];
  return run(all, { showsErrors: true });
};

const PERIOD = /^from \d{4}-\d\d-01 00:00 to now, at least 10s long$/m;
const CALLERS = 'Callers and names of twilio are read with --with-calls';

describe.concurrent.each(commands)('a person sees at the end of %s %s %s %s', (...words) => {
  test('which time and length were meant, and how to get the callers', async () => {
    const { code, err } = await seen(words, ['--since', 'last month', '--min-duration', '10']);
    expect(code).toBe(0);
    expect(err).toMatch(PERIOD);
    expect(err).toContain(CALLERS);
  });

  test('no way to callers that are there', async () => {
    expect((await seen(words, ['--since', '7d', '--with-calls'])).err).not.toContain('--with-calls');
  });
});

test.concurrent.each([
  [['--since', 'last month'], /^from \d{4}-\d\d-01 00:00 to now\nFor that time alone add --until 'last month'$/m],
  [['--since', '2026-01'], /^from 2026-01-01 00:00 to now\nFor that time alone add --until 2026-01$/m],
  [['--since', 'last week', '--until', 'last week'], /^from \S+ 00:00 to the end of \d{4}-\d\d-\d\d$/m],
  [['--since', 'yesterday'], /^from \S+ 00:00 to now\n(?!For)/m],
  [['--since', new Date().toISOString().slice(0, 7)], /^from \S+-01 00:00 to now\n(?!For)/m],
  [['--until', 'today'], /^before the end of \d{4}-\d\d-\d\d$/m],
])('the time of %j is told without doubt where it ends', async (words, text) => {
  const { run } = await homeWith();
  expect((await run(['list', '-p', 'twilio', ...words], { showsErrors: true })).err).toMatch(text);
});

test.concurrent.each([['list'], ['export']])('whoever names fields in %s sees no way to others', async (name) => {
  const { err } = await seen([name, '--fields', 'id,status', '--since', '7d']);
  expect(err).toMatch(/^from .* to now$/m);
  expect(err).not.toContain('--with-calls');
  expect((await seen([name, '--fields', 'all', '--since', '7d'])).err).toContain(CALLERS);
});

test.concurrent('whoever gets a recording at Relay sees where the numbers are that its call dialled', async () => {
  const { run } = await homeWith();
  const { out } = await run(['list', '-p', 'relay', '--all', '--with-calls', '-o', 'json']);
  const dialled = JSON.parse(out).find((row: { dialed_to: readonly string[] | null }) => row.dialed_to?.length);
  const { err } = await run(['get', dialled.id, '-p', 'relay', '--with-calls'], { showsErrors: true });
  expect(err).toContain(`recx list --call ${dialled.call_id} --with-calls`);
  const words = ['list', '-p', 'relay', '--call', dialled.call_id, '--with-calls', '-o', 'json'];
  expect(JSON.parse((await run(words)).out)[0].dialed_to).toEqual(dialled.dialed_to);
});

test.concurrent.each(commands)('a script sees nothing at the end of %s %s %s %s', async (...words) => {
  const { run } = await homeWith();
  const folder = emptyFolder();
  const all = words.map((word) => word.replace('FOLDER', folder));
  const { code, err } = await run([...all, '-p', 'twilio', '--since', 'last month']);
  // A list with the default limit says that there are more.
  expect({ code, err: err.replace(/^recx: showing the first 50 recordings\n.*\n/, '') }).toEqual({ code: 0, err: '' });
});

test.concurrent.each([
  [['list', '--all', '-o', 'csv']],
  [['list', '-n', '5']],
  [['export']],
  [['stats', '-o', 'json']],
])('a person sees the time and the callers of an incomplete %s, too', async (words) => {
  const { run } = await homeWith({
    intercept: ({ url }, response) => {
      if (!url.pathname.startsWith('/v1/')) return false;
      response.writeHead(500).end('{}');
      return true;
    },
  });
  const { code, err } = await run([...words, '-p', 'twilio,plivo', '--since', '30d', '--retries', '0'], {
    showsErrors: true,
  });
  expect(code).toBe(3);
  expect(err).toMatch(/^from .* to now$/m);
  if (words[0] !== 'stats') expect(err).toContain(CALLERS);
  expect(err).toMatch(/the list is incomplete\n$/);
});

test.concurrent('a person sees that the default limit has cut a list, also with --quiet', async () => {
  const { run } = await homeWith();
  const words = ['list', '-q', '-p', 'twilio', '-o', 'csv'];
  expect((await run(words, { showsErrors: true })).err).toBe(
    'recx: showing the first 50 recordings\nUse --all or --limit <n> to see more\n',
  );
  expect((await run(words)).err).toBe('');
  expect((await run([...words, '--all'], { showsErrors: true })).err).toBe('');
});

test.concurrent('a person sees that an output became JSON which nobody named', async () => {
  const { run } = await homeWith();
  const text = 'wrote JSON, since the output is not a terminal; -o table, -o csv and -o tsv are lines of text';
  for (const name of ['list', 'export', 'stats']) {
    const words = [name, '-p', 'twilio', '--since', '3d'];
    expect((await run(words, { showsErrors: true })).err).toContain(text);
    const chosen = await run([...words, '-o', 'json'], { showsErrors: true });
    expect(chosen.err).not.toContain(text);
    expect(chosen.err).toContain('keys are those of recx help fields, such as duration_seconds and created_at');
    expect((await run([...words, '-o', 'csv'], { showsErrors: true })).err).not.toContain('keys are');
    expect((await run([...words, '-o', 'json'], { showsErrors: true, columns: 90 })).err).not.toContain('keys are');
    expect((await run(words)).err).toBe('');
  }
});

test.concurrent('a person sees how the caller of one recording is read, in any format and for its sidecar', async () => {
  const { run } = await homeWith();
  const { out } = await run(['list', '-p', 'twilio', '--kind', 'call', '-n', '1', '-o', 'json']);
  const [{ id }] = JSON.parse(out);
  for (const words of [
    ['get', id, '-o', 'json'],
    ['download', id, '--dir', emptyFolder(), '--sidecar'],
  ])
    expect((await run([...words, '-p', 'twilio'], { showsErrors: true })).err).toMatch(/^Callers of twilio are read/m);
});

test.concurrent('a person sees the format of media that go to a pipe', async () => {
  const { run } = await homeWith();
  const { out } = await run(['list', '-p', 'twilio', '--kind', 'call', '-n', '1', '-o', 'json']);
  const words = ['download', JSON.parse(out)[0].id, '-p', 'twilio', '--output', '-'];
  expect((await run(words, { showsErrors: true })).err).toMatch(/^wrote wav, .*; --media chooses another format$/m);
  expect((await run([...words, '--media', 'mp3'], { showsErrors: true })).err).not.toContain('wrote');
  expect((await run(words)).err).toBe('');
});

test.concurrent('a person sees in which zone hours are counted', async () => {
  const { run } = await homeWith();
  const words = ['stats', '-p', 'twilio', '--by', 'hour', '--tz', 'Asia/Tokyo'];
  expect((await run(words, { showsErrors: true })).err).toContain('Times are those of created_at, in Asia/Tokyo\n');
  expect((await run(words)).err).toBe('');
});

test.concurrent('a person sees that a caller and a called number must both match', async () => {
  const { run } = await homeWith();
  const words = ['list', '-p', 'plivo', '--from', '+12025550142', '--to', '+12025550142', '--since', '7d'];
  expect((await run(words, { showsErrors: true })).err).toMatch(/; both --from and --to must match\n/);
});

test.concurrent('a person sees why a list by the called number has others', async () => {
  const { run } = await homeWith();
  const words = ['list', '-p', 'twilio', '--to', '+1312555012*', '--since', '30d'];
  const text = 'Where To is another number, the call dialled one of --to';
  expect((await run(words, { columns: 100, showsErrors: true })).err).toContain(text);
  expect((await run([...words, '--with-calls'], { columns: 100, showsErrors: true })).err).not.toContain(text);
  expect((await run(words, { columns: 100 })).err).not.toContain(text);
});

test.concurrent('a list that failed says nothing of its time', async () => {
  const { run } = await homeWith({
    intercept: (_, response) => {
      response.writeHead(500).end('{}');
      return true;
    },
  });
  const { code, err } = await run(['list', '-p', 'twilio', '--since', '30d', '--retries', '0'], { showsErrors: true });
  expect(code).not.toBe(0);
  expect(err).not.toMatch(/^from /m);
});

test.concurrent('a person, but no script, sees that names of conferences are compared as they are written', async () => {
  const { run } = await homeWith();
  const words = ['list', '-p', 'twilio', '--conference', 'STANDUP', '--since', '30d', '-o', 'json'];
  const { out, err } = await run(words, { showsErrors: true });
  expect({ out, text: err.split('\n')[0] }).toEqual({
    out: '[]\n',
    text: 'recx: --conference "STANDUP" is a complete id or name, in upper and lower case as given',
  });
  expect((await run(words)).err).toBe('');
});

test.concurrent('an export to files by time names them, and its counts have their number', async () => {
  const { run } = await homeWith();
  const folder = emptyFolder();
  const summary = join(folder, 'summary.json');
  const words = ['export', '-p', 'twilio', '--out', join(folder, 'c-{year}-{month}-{day}.csv'), '--since', '7d'];
  const { err } = await run([...words, '--summary', summary], { showsErrors: true });
  const [, count = '', first, last] =
    /exported \d+ recordings to (\d+) files, \S*(c-[\d-]+\.csv) to \S*(c-[\d-]+\.csv)$/m.exec(
      err.replaceAll(/\n(?! )/g, '\n'),
    ) ?? [];
  const written = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  expect(Number(count)).toBe(written.length);
  expect([first, last]).toEqual([written.at(0), written.at(-1)]);
  expect(Object.keys(JSON.parse(readFileSync(summary, 'utf8'))).slice(0, 2)).toEqual(['rows', 'files']);
  expect(JSON.parse(readFileSync(summary, 'utf8')).files).toBe(written.length);
});

test.concurrent('a person sees which file was saved, in which zone names are, and that formats were added', async () => {
  const { run } = await homeWith();
  const { out } = await run(['list', '-p', 'plivo', '--status', 'completed', '-n', '1', '-o', 'json']);
  const [{ id, formats }] = JSON.parse(out);
  const other = formats[0] === 'mp3' ? 'wav' : 'mp3';
  const dir = emptyFolder();
  const words = ['download', id, '-p', 'plivo', '--dir', dir];
  const { err } = await run([...words, '--name', `{date}_{id}.${other}`, '--tz', 'Asia/Tokyo'], { showsErrors: true });
  const [name = ''] = readdirSync(dir).filter((file) => file !== 'manifest.ndjson');
  expect(name.endsWith(`.${other}.${formats[0]}`)).toBe(true);
  expect(err).toContain(`1 downloaded to ${join(dir, name)} (`);
  expect(err).toContain(
    `files of another format have it added to their names, as in ${name}; for one format alone use`,
  );
  expect(err).toContain('Times in the names of files are in UTC\n');
  const again = await run([...words, '--name', '{id}', '--tz', 'UTC'], { showsErrors: true });
  expect(again.err).not.toMatch(/UTC|another format/);
});
