// Draws docs/pictures from real runs on a terminal: the built program, the demo profile, a fixed clock. Requires `script` of
// util-linux. Optional arguments, another folder and another program: node scripts/pictures.mjs /tmp/pictures bin/recx.cjs
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { shown } from './screen.mjs';
import { isWide, picture } from './svg.mjs';

const here = import.meta.dirname;
const target = resolve(process.argv[2] ?? join(here, '../docs/pictures'));
const program = resolve(process.argv[3] ?? join(here, '../bin/recx.cjs'));

/** Each scene is one terminal session with its commands in order. */
const scenes = [
  {
    name: 'list',
    title: 'Three providers, one list',
    typed: [
      'recx list -p demo --kind call --since 2d --min-duration 20s --with-calls \\\n' +
        '    --fields created_at,provider,direction,from,to,dialed_to,duration_seconds',
    ],
  },
  { name: 'stats', title: 'Totals by month and kind', typed: ['recx stats -p demo --by month,kind'] },
  {
    name: 'get',
    title: 'All fields of one recording',
    typed: ['recx get -p demo 5b080672-6da2-3c2f-e89b-9607e8947678'],
  },
  {
    name: 'download',
    title: 'Complete and verified files',
    typed: ['recx download -p demo --kind call --since 2d', 'recx verify', 'recx report --check'],
  },
  {
    name: 'error',
    title: 'Error messages suggest a fix',
    typed: ['recx list -p demo --kind confrence', 'recx list -p demo --sinc 7d', 'recx stats'],
  },
  {
    name: 'browse',
    title: 'recx browse -p demo --kind call --since 2d',
    rows: 26,
    typed: ['recx browse -p demo --kind call --since 2d'],
    // The awaited screen text and the keys to press then.
    keys: [
      [/ · all /, 'jjj  '],
      [/2 marked.*r reload/s, 'q'],
    ],
  },
];
const COLUMNS = 100;

const play = async ({ name, title, typed, rows = 50, keys }) => {
  const home = mkdtempSync(join(tmpdir(), 'recx-picture-'));
  try {
    const lines = [];
    for (const command of typed) {
      const sent = await onTerminal(command.replace(/^recx/, ''), home, rows, keys);
      const screen = shown(sent, isWide);
      while (screen.at(-1)?.length === 0) screen.pop();
      if (keys === undefined) lines.push(...(lines.length > 0 ? [[]] : []), ...promptOf(command));
      lines.push(...screen);
    }
    writeFileSync(join(target, `${name}.svg`), picture(lines, { columns: COLUMNS, title }));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

/** A command as typed, on several lines if it has line breaks. */
const promptOf = (command) =>
  command
    .split('\n')
    .map((line, index) => [
      ...(index === 0 ? [{ text: '$', style: { prompt: true }, at: 0, cells: 1 }] : []),
      { text: line, style: { bold: true }, at: 2, cells: line.length },
    ]);

/** Terminal output, complete or up to the last key. */
const onTerminal = async (words, home, rows, keys = []) => {
  const recx = `${process.execPath} --require ${join(here, 'stubs/clock.cjs')} ${program}`;
  const child = spawn('script', ['-qec', `stty cols ${COLUMNS} rows ${rows}; exec ${recx}${words}`, '/dev/null'], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, SHELL: '/bin/sh', TERM: 'xterm-256color', LANG: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  const waiting = [...keys];
  let sent = '';
  let seen = 0;
  let kept;
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    sent += chunk;
    const [awaited, pressed] = waiting[0] ?? [];
    if (awaited === undefined || !awaited.test(sent.slice(seen))) return;
    waiting.shift();
    seen = sent.length;
    if (waiting.length === 0) kept = sent;
    child.stdin.write(pressed);
  });
  child.stdin.on('error', () => {});
  if (keys.length === 0) child.stdin.end();
  await new Promise((done, failed) => child.once('error', failed).once('close', done));
  if (waiting.length > 0) throw new Error(`recx${words}: ${waiting[0][0]} did not appear`);
  return kept ?? sent;
};

mkdirSync(target, { recursive: true });
for (const scene of scenes) await play(scene);
