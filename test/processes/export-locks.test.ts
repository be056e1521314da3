import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  folderSnapshot,
  leftoversIn,
  openExportAccount,
  readIds,
  shellQuote,
  startScript,
} from '../support/export-account.ts';
import type { Started } from '../support/packed.ts';
import { expectPromptly, sleepForRuns } from '../support/timing.ts';
import { plivo, relay } from '../support/wire-formats.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A list whose second page is sent once it is released. */
const heldExport = async () => {
  const account = await openExportAccount(relay, 50);
  const gate = { open: false, reached: 0 };
  account.fault = async ({ url }) => {
    if (relay.pageRange(url).first >= 20) {
      gate.reached++;
      while (!gate.open) await pause(5);
    }
    return false;
  };
  const start = (out: string, ...more: readonly string[]): Started =>
    startScript(account.home, `exec $RECX ${shellQuote(account.args(out, ...more))}`);
  const reached = async (count: number): Promise<void> => {
    while (gate.reached < count) await pause(5);
  };
  return { account, gate, start, reached };
};

const outs = ['calls.csv', 'calls-{year}-{month}-{day}.json.gz'];

describe.concurrent.each(outs)('two exports to %s', (out) => {
  test.each([[[]], [['--incremental']]])(
    'at the same time with %j: the second reports the first and exits with code 10, or waits with --wait',
    async (more) => {
      const { account, gate, start, reached } = await heldExport();
      const first = start(out, ...more);
      await reached(1);
      const second = await start(out, ...more).ended;
      expect({ code: second.code, out: second.out }).toEqual({ code: 10, out: '' });
      expect(second.err).toMatch(
        new RegExp(`^recx: another run \\(process ${first.child.pid} on [^\\n]+\\n[^\\n]*--wait[^\\n]*\\n$`),
      );
      const brief = await start(out, ...more, '--wait', '300ms').ended;
      expect(brief.code).toBe(10);
      expect(brief.took).toBeGreaterThan(300);
      await expectPromptly(brief.took, 3000);
      const patient = start(out, ...more, '--wait', '1h');
      await sleepForRuns(2);
      gate.open = true;
      const ok = { code: 0, out: '', err: '' };
      expect([await first.ended, await patient.ended]).toMatchObject([ok, ok]);
      expect(leftoversIn(account.folder)).toEqual([]);
    },
  );

  test('do not block each other when the first was killed', async () => {
    const { account, gate, start, reached } = await heldExport();
    const first = start(out, '--incremental');
    await reached(1);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(leftoversIn(account.folder)).not.toEqual([]);
    gate.open = true;
    expect(await start(out, '--incremental').ended).toMatchObject({ code: 0, out: '', err: '' });
    expect(leftoversIn(account.folder)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('keep the old files when a run is ended by %s', async (name) => {
    const { account, gate, start, reached } = await heldExport();
    gate.open = true;
    expect((await start(out, '--incremental').ended).code).toBe(0);
    account.add(30, 1);
    const before = folderSnapshot(account.folder);
    gate.open = false;
    for (const more of [['--incremental'], []]) {
      const count = gate.reached;
      const run = start(out, ...more);
      await reached(count + 1);
      const sent = performance.now();
      run.child.kill(name);
      const { signal, out: printed, err } = await run.ended;
      expect({ signal, printed, err }).toEqual({ signal: name, printed: '', err: `recx: stopped by ${name}\n` });
      await expectPromptly(performance.now() - sent, 2000);
      expect(folderSnapshot(account.folder)).toEqual(before);
    }
    gate.open = true;
    expect((await start(out, '--incremental').ended).code).toBe(0);
  });
});

test.concurrent('exports to different files run in parallel in one folder', async () => {
  const { account, gate, start, reached } = await heldExport();
  const names = ['a.csv', 'b.csv', 'a.ndjson', 'a-{year}.csv'];
  const runs: Started[] = [];
  for (const name of names) {
    runs.push(start(name, '--incremental'));
    await reached(runs.length);
  }
  gate.open = true;
  for (const run of runs) expect(await run.ended).toMatchObject({ code: 0, out: '', err: '' });
  expect(leftoversIn(account.folder)).toEqual([]);
});

test.concurrent('many exports at the same time exit with code 0 or 10 and export each recording once', async () => {
  const account = await openExportAccount(relay, 60);
  const words = (wait: string) => [
    ...account.args('calls.json.gz', '--incremental'),
    ...(wait === '' ? [] : ['--wait', wait]),
  ];
  const runs = ['', '1h', '', '1h', '1h', ''].map((wait) =>
    startScript(account.home, `exec $RECX ${shellQuote(words(wait))}`),
  );
  const endings = await Promise.all(runs.map(({ ended }) => ended));
  for (const [index, { code, err }] of endings.entries())
    expect([0, ...([1, 3, 4].includes(index) ? [] : [10])], err).toContain(code);
  expect(readIds(join(account.folder, 'calls.json.gz'))).toHaveLength(60);
  expect(leftoversIn(account.folder)).toEqual([]);
});

describe.concurrent('a stale lock file', () => {
  const planted: readonly (readonly [string, (path: string) => void])[] = [
    [
      'that is empty and dated tomorrow',
      (path) => {
        writeFileSync(path, '');
        utimesSync(path, Date.now() / 1000 + 86_400, Date.now() / 1000 + 86_400);
      },
    ],
    ['that is a folder', (path) => mkdirSync(path)],
    [
      'with invalid content and an old date',
      (path) => {
        writeFileSync(path, 'hello');
        utimesSync(path, 0, 0);
      },
    ],
    [
      'of a process that no longer exists',
      (path) => {
        writeFileSync(path, JSON.stringify({ pid: 99_999_999, host: 'elsewhere', space: 'x', began: '1' }));
        utimesSync(path, 0, 0);
      },
    ],
  ];
  test.each(planted)('%s does not block an export forever', async (_name, plant) => {
    const account = await openExportAccount(relay, 3);
    plant(join(account.folder, '.calls.csv.lock'));
    const run = startScript(account.home, `exec $RECX ${shellQuote(account.args('calls.csv'))}`);
    expect([0, 7, 8, 10]).toContain((await run.ended).code);
  });
});

describe.concurrent.each([relay, plivo])('a successful export of $name', (wire) => {
  test('prints nothing and writes its counts to the file given by --summary', async () => {
    const account = await openExportAccount(wire, 30);
    const summary = join(account.folder, 'last.json');
    const cron = async (...more: readonly string[]) => {
      const words = shellQuote(account.args('calls.csv', '--incremental', ...more));
      const env = 'env -i PATH=/usr/bin:/bin LANG=C RECX_CONFIG_DIR="$RECX_CONFIG_DIR"';
      const { code, out, err } = await startScript(account.home, `exec ${env} $RECX ${words} </dev/null`).ended;
      return { code, out, err };
    };
    const quiet = { code: 0, out: '', err: '' };
    expect(await cron('-q', '--summary', summary)).toEqual(quiet);
    const counts = { rows: 30, files: 1, since: expect.stringMatching(/^\d{4}-.*Z$/), exit_code: 0 };
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject(counts);
    expect(await cron()).toEqual(quiet);
    account.add(2, 1);
    const { out, err } = await cron('-q', '--summary', '-');
    expect({ ...JSON.parse(out), err }).toMatchObject({ rows: 2, files: 1, exit_code: 0, err: '' });
    expect(JSON.parse(out).since).toMatch(/^\d{4}-.*Z$/);
    account.fault = (_request, response) => {
      response.writeHead(500).end();
      return true;
    };
    expect((await cron('-q', '--retries', '0', '--summary', summary)).code).toBe(5);
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ exit_code: 5 });
  });
});
