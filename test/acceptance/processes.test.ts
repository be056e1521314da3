import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  acceptanceTest,
  downloadArgs,
  intactResponse,
  mediaBytes,
  type Workspace,
  type WorkspaceRecording,
} from '../support/acceptance.ts';
import { seededRandom } from '../support/download-account.ts';
import { MANIFEST, manifestEntries } from '../support/media-account.ts';
import { type MediaHandler, stalled } from '../support/media-faults.ts';
import { isExecutable, recxInShell } from '../support/paths.ts';
import { withSeed } from '../support/thoroughness.ts';
import { expectPromptly, waitUntil } from '../support/timing.ts';
import { listArgs, relay, serveRows } from '../support/wire-formats.ts';

const wav = mediaBytes(relay);
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const recordingsOf = (count: number, media?: (index: number) => MediaHandler): readonly WorkspaceRecording[] =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${index}`, ...(media && { media: media(index) }) }));
const startWithRows = (workspace: Workspace, count: number, more = {}) =>
  workspace.startProviders(
    serveRows(relay, { count, at: (place) => relay.row(`row-${place}`, more, Date.now() - 3_600_000 - place) }),
  );

const filesIn = ({ out }: Workspace): readonly string[] =>
  (existsSync(out) ? readdirSync(out) : []).filter((name) => name.endsWith('.wav') && !name.startsWith('.')).sort();
const namesOf = (count: number): readonly string[] =>
  recordingsOf(count)
    .map(({ id }) => `${id}.wav`)
    .sort();

acceptanceTest(
  'H01 CSV of 100,000 rows piped to head ends with SIGPIPE at once and stops paging',
  async (workspace) => {
    const sandbox = await startWithRows(workspace, 100_000);
    const { out, err, took } = await workspace.shell(
      `$RECX list -p relay --all -o csv | head -1; echo "\${PIPESTATUS[@]}"`,
    );
    expect(out).toMatch(/^id,provider,[^\n]+\n141 0\n$/);
    expect(err).toBe('');
    await expectPromptly(took, 2000);
    expect(sandbox.requests.length).toBeLessThan(30);
  },
);

acceptanceTest(
  'H02 a full device behind standard output is an error in every output format and for help',
  async (workspace) => {
    await startWithRows(workspace, 30);
    const list = listArgs(relay).join(' ');
    for (const words of [
      ...['csv', 'json', 'ndjson', 'table'].map((format) => `${list} -o ${format}`),
      'list --help',
    ]) {
      const { code, err } = await workspace.shell(`$RECX ${words} >/dev/full`);
      expect({ words, code }).toEqual({ words, code: 7 });
      expect(err).toMatch(/^recx: [^\n]*no space left[^\n]*\n/);
    }
  },
);

acceptanceTest('H03 five megabytes of output reach a slow reader completely', async (workspace) => {
  await startWithRows(workspace, 200, { padding: 'x'.repeat(30_000) });
  const file = workspace.allowWrites(join(workspace.cwd, 'read'));
  const slowly = `sleep 0.3; while head -c 65536 >part && test -s part; do cat part >>${file}; sleep 0.004; done; rm part`;
  const words = listArgs(relay, '--raw', '-o', 'json').join(' ');
  const { out, err } = await workspace.shell(`$RECX ${words} | { ${slowly}; }; echo "\${PIPESTATUS[@]}"`);
  const text = readFileSync(file, 'utf8');
  expect({ out, err }).toEqual({ out: '0 0\n', err: '' });
  expect(text.length).toBeGreaterThan(5_000_000);
  expect(JSON.parse(text)).toHaveLength(200);
});

/** Serves recordings that stall in the middle, except two, until `healed` is set. */
const serveStalling = async (workspace: Workspace) => {
  const state = { healed: false, halted: 0 };
  const media =
    (index: number): MediaHandler =>
    (request, response) => {
      if (state.healed || index < 2) return intactResponse(relay, index, `"${index}"`)(request, response);
      state.halted++;
      return stalled(mediaBytes(relay, index), wav.length >> 1, { etag: `"${index}"`, type: 'audio/x-wav' })(
        request,
        response,
      );
    };
  await workspace.serveRecordings(relay, recordingsOf(12, media));
  return state;
};

const signalTest = (title: string, ...names: readonly NodeJS.Signals[]): void =>
  acceptanceTest(title, async (workspace) => {
    for (const name of names) {
      const state = await serveStalling(workspace);
      const { child, ended } = workspace.start(downloadArgs(relay, '--overwrite'));
      await waitUntil(() => state.halted === 8 && filesIn(workspace).length === 2);
      const sent = performance.now();
      child.kill(name);
      const { signal, err } = await ended;
      expect({ signal, files: filesIn(workspace) }).toEqual({ signal: name, files: ['id-0.wav', 'id-1.wav'] });
      await expectPromptly(performance.now() - sent, 2000);
      expect(err).toMatch(/^stopped: 2 downloaded to \S+, 10 remaining/);
      state.healed = true;
      expect((await workspace.run(downloadArgs(relay))).code).toBe(0);
      expect(filesIn(workspace)).toEqual(namesOf(12));
      for (const file of [...filesIn(workspace), MANIFEST]) execFileSync('rm', [join(workspace.out, file)]);
    }
  });

acceptanceTest(
  'H05 SIGINT ends a download within two seconds with a summary, a second SIGINT ends it immediately, and a shell loop stops',
  async (workspace) => {
    const state = await serveStalling(workspace);
    const words = downloadArgs(relay).join(' ');
    const loop = workspace.startShell(`for round in 1 2 3; do $RECX ${words}; echo "round $round"; done`);
    await waitUntil(() => state.halted === 8 && filesIn(workspace).length === 2);
    const sent = performance.now();
    process.kill(-(loop.child.pid ?? Number.NaN), 'SIGINT');
    const { signal, out, err } = await loop.ended;
    expect({ signal, out, files: filesIn(workspace) }).toEqual({
      signal: 'SIGINT',
      out: '',
      files: ['id-0.wav', 'id-1.wav'],
    });
    await expectPromptly(performance.now() - sent, 2000);
    expect(err).toMatch(/^stopped: 2 downloaded to \S+, 10 remaining/);
    // A disk that does not respond keeps the next run from ending cleanly.
    const module = join(workspace.root, 'slow.cjs');
    const slow = "for (const name of ['close', 'fdatasync', 'unlink']) {";
    const own = 'const real = fs[name]; fs[name] = (...words) => setTimeout(() => real(...words), 9000);';
    writeFileSync(module, `const fs = require('node:fs'); ${slow} ${own} }`);
    const second = workspace.start(downloadArgs(relay, '--dir', workspace.allowWrites(join(workspace.cwd, 'more'))), {
      env: { NODE_OPTIONS: `--require ${module}` },
    });
    await waitUntil(() => state.halted >= 14);
    second.child.kill('SIGINT');
    await pause(200);
    const again = performance.now();
    second.child.kill('SIGINT');
    expect((await second.ended).signal).toBe('SIGINT');
    await expectPromptly(performance.now() - again, 400);
  },
  isExecutable && 'an executable ignores NODE_OPTIONS',
);

signalTest('H06 SIGTERM and SIGHUP end a download with that signal, and the next run resumes it', 'SIGTERM', 'SIGHUP');

acceptanceTest(
  'H07 after ten kills at random moments (the case demands 50) the final run leaves the same files and no leftovers',
  async (workspace) => {
    const roll = seededRandom(withSeed(7));
    await workspace.serveRecordings(relay, recordingsOf(20), async ({ url }) => {
      if (url.pathname.endsWith('.wav')) await pause(15);
      return false;
    });
    const words = downloadArgs(relay, '--concurrency', '2', '--wait', '1h');
    for (let kill = 0; kill < 10; kill++) {
      const { child, ended } = workspace.start(words);
      await pause(60 + roll(160));
      child.kill('SIGKILL');
      await ended;
    }
    expect(await workspace.run(words)).toMatchObject({ code: 0, out: '', err: '' });
    expect(filesIn(workspace)).toEqual(namesOf(20));
    expect(readdirSync(workspace.out).sort()).toEqual([...namesOf(20), MANIFEST].sort());
    expect(new Set(manifestEntries(workspace.out).map(({ path }) => path)).size).toBe(20);
  },
);

acceptanceTest('H08 a full disk ends a download without a retry', async (workspace) => {
  const asked = await workspace.serveRecordings(relay, recordingsOf(30));
  const { code, err } = await workspace.shell(
    `ulimit -f 8; exec $RECX ${downloadArgs(relay, '--concurrency', '1').join(' ')}`,
  );
  expect({ code, asked: asked.length, files: filesIn(workspace) }).toEqual({ code: 7, asked: 1, files: [] });
  expect(err).toMatch(/^recx: [^\n]*EFBIG/m);
});

acceptanceTest('H09 a full disk leaves the existing export file unchanged', async (workspace) => {
  const file = workspace.allowWrites(join(workspace.cwd, 'calls.csv'));
  const words = ['export', '-p', 'relay', '--since', '7d', '--out', file].join(' ');
  await startWithRows(workspace, 20);
  expect((await workspace.shell(`exec $RECX ${words}`)).code).toBe(0);
  const before = readFileSync(file, 'utf8');
  await startWithRows(workspace, 500);
  expect((await workspace.shell(`ulimit -f 20; exec $RECX ${words}`)).code).toBe(7);
  expect({ text: readFileSync(file, 'utf8') === before, names: readdirSync(workspace.cwd) }).toEqual({
    text: true,
    names: ['calls.csv'],
  });
});

acceptanceTest(
  'H10 without an environment, a terminal and a home folder a run is silent or prints one clear error line',
  async (workspace) => {
    const folder = workspace.allowWrites(join(workspace.root, 'settings'));
    const { origin } = await startWithRows(workspace, 30);
    workspace.storeProfiles(origin, undefined, join(folder, 'config.json'));
    const bare = (words: string, variables = '') =>
      workspace.shell(`env -i PATH=/usr/bin:/bin ${variables} ${recxInShell()} ${words} </dev/null`);
    const own = `RECX_CONFIG_DIR=${folder}`;
    for (const words of [
      'list -p relay --all',
      'list -p relay -o table',
      'export -p relay -o csv',
      'list -p demo -n 3',
    ])
      expect(await bare(words, own)).toMatchObject({ code: 0, err: '' });
    const wrong = [
      ['list', own, 4],
      ['list -p nobody', own, 6],
      ['profile add new --provider plivo --set auth_id=MA0123456789ABCDEFGH', own, 2],
      ['profile remove nobody', own, 6],
    ] as const;
    for (const [words, variables, ending] of wrong) {
      const { code, out, err } = await bare(words, variables);
      expect({ words, code, out }).toEqual({ words, code: ending, out: '' });
      expect(err).toMatch(/^recx: [^\n]+\n([^\n]+\n)?$/);
    }
  },
);

acceptanceTest(
  'H11 two concurrent runs in one folder exit as documented, and each file is downloaded once',
  async (workspace) => {
    const asked = await workspace.serveRecordings(relay, recordingsOf(12), async ({ url }) => {
      if (url.pathname.endsWith('.wav')) await pause(30);
      return false;
    });
    mkdirSync(workspace.out, { mode: 0o700 });
    const [one, two] = await Promise.all([workspace.run(downloadArgs(relay)), workspace.run(downloadArgs(relay))]);
    expect([one.code, two.code].sort()).toEqual([0, 10]);
    expect(asked).toHaveLength(12);
    const patient = [1, 2].map(() => workspace.run(downloadArgs(relay, '--overwrite', '--wait', '1h')));
    expect((await Promise.all(patient)).map(({ code }) => code)).toEqual([0, 0]);
    expect(readdirSync(workspace.out).sort()).toEqual([...namesOf(12), MANIFEST].sort());
  },
);
