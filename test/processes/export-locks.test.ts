import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { begin, idsIn, ledgerOf, litterIn, quoted, snapshot } from '../support/ledger.ts';
import { expectPromptly, sleepRuns } from '../support/pace.ts';
import type { Started } from '../support/packed.ts';
import { plivo, relay } from '../support/wires.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A list whose second page is sent once it is released. */
const heldExport = async () => {
  const ledger = await ledgerOf(relay, 50);
  const gate = { open: false, reached: 0 };
  ledger.fault = async ({ url }) => {
    if (relay.span(url).first >= 20) {
      gate.reached++;
      while (!gate.open) await pause(5);
    }
    return false;
  };
  const start = (out: string, ...more: readonly string[]): Started =>
    begin(ledger.home, `exec $RECX ${quoted(ledger.words(out, ...more))}`);
  const reached = async (count: number): Promise<void> => {
    while (gate.reached < count) await pause(5);
  };
  return { ledger, gate, start, reached };
};

const outs = ['calls.csv', 'calls-{year}-{month}-{day}.json.gz'];

describe.concurrent.each(outs)('two exports to %s', (out) => {
  test.each([[[]], [['--incremental']]])(
    'at the same time with %j: the second reports the first and exits with code 10, or waits with --wait',
    async (more) => {
      const { ledger, gate, start, reached } = await heldExport();
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
      await sleepRuns(2);
      gate.open = true;
      const ok = { code: 0, out: '', err: '' };
      expect([await first.ended, await patient.ended]).toMatchObject([ok, ok]);
      expect(litterIn(ledger.folder)).toEqual([]);
    },
  );

  test('do not block each other when the first was killed', async () => {
    const { ledger, gate, start, reached } = await heldExport();
    const first = start(out, '--incremental');
    await reached(1);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(litterIn(ledger.folder)).not.toEqual([]);
    gate.open = true;
    expect(await start(out, '--incremental').ended).toMatchObject({ code: 0, out: '', err: '' });
    expect(litterIn(ledger.folder)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('keep the old files when a run is ended by %s', async (name) => {
    const { ledger, gate, start, reached } = await heldExport();
    gate.open = true;
    expect((await start(out, '--incremental').ended).code).toBe(0);
    ledger.add(30, 1);
    const before = snapshot(ledger.folder);
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
      expect(snapshot(ledger.folder)).toEqual(before);
    }
    gate.open = true;
    expect((await start(out, '--incremental').ended).code).toBe(0);
  });
});

test.concurrent('exports to different files run in parallel in one folder', async () => {
  const { ledger, gate, start, reached } = await heldExport();
  const names = ['a.csv', 'b.csv', 'a.ndjson', 'a-{year}.csv'];
  const runs: Started[] = [];
  for (const name of names) {
    runs.push(start(name, '--incremental'));
    await reached(runs.length);
  }
  gate.open = true;
  for (const run of runs) expect(await run.ended).toMatchObject({ code: 0, out: '', err: '' });
  expect(litterIn(ledger.folder)).toEqual([]);
});

test.concurrent('many exports at the same time exit with code 0 or 10 and export each recording once', async () => {
  const ledger = await ledgerOf(relay, 60);
  const words = (wait: string) => [
    ...ledger.words('calls.json.gz', '--incremental'),
    ...(wait === '' ? [] : ['--wait', wait]),
  ];
  const runs = ['', '1h', '', '1h', '1h', ''].map((wait) => begin(ledger.home, `exec $RECX ${quoted(words(wait))}`));
  const endings = await Promise.all(runs.map(({ ended }) => ended));
  for (const [index, { code, err }] of endings.entries())
    expect([0, ...([1, 3, 4].includes(index) ? [] : [10])], err).toContain(code);
  expect(idsIn(join(ledger.folder, 'calls.json.gz'))).toHaveLength(60);
  expect(litterIn(ledger.folder)).toEqual([]);
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
    const ledger = await ledgerOf(relay, 3);
    plant(join(ledger.folder, '.calls.csv.lock'));
    const run = begin(ledger.home, `exec $RECX ${quoted(ledger.words('calls.csv'))}`);
    expect([0, 7, 8, 10]).toContain((await run.ended).code);
  });
});

describe.concurrent.each([relay, plivo])('a successful export of $name', (wire) => {
  test('prints nothing and writes its counts to the file given by --summary', async () => {
    const ledger = await ledgerOf(wire, 30);
    const summary = join(ledger.folder, 'last.json');
    const cron = async (...more: readonly string[]) => {
      const words = quoted(ledger.words('calls.csv', '--incremental', ...more));
      const env = 'env -i PATH=/usr/bin:/bin LANG=C RECX_CONFIG_DIR="$RECX_CONFIG_DIR"';
      const { code, out, err } = await begin(ledger.home, `exec ${env} $RECX ${words} </dev/null`).ended;
      return { code, out, err };
    };
    const quiet = { code: 0, out: '', err: '' };
    expect(await cron('-q', '--summary', summary)).toEqual(quiet);
    const counts = { rows: 30, files: 1, since: null, exit_code: 0 };
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject(counts);
    expect(await cron()).toEqual(quiet);
    ledger.add(2, 1);
    const { out, err } = await cron('-q', '--summary', '-');
    expect({ ...JSON.parse(out), err }).toMatchObject({ rows: 2, files: 1, exit_code: 0, err: '' });
    expect(JSON.parse(out).since).toMatch(/^\d{4}-.*Z$/);
    ledger.fault = (_request, response) => {
      response.writeHead(500).end();
      return true;
    };
    expect((await cron('-q', '--retries', '0', '--summary', summary)).code).toBe(5);
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ exit_code: 5 });
  });
});
