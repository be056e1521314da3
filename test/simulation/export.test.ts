import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SandboxEntry } from '../../src/sandbox/api.ts';
import { randomFrom } from '../../src/sandbox/samples.ts';
import { runExpectingQuiet } from '../support/export-account.ts';
import { answer, type Home, homeWith } from '../support/home.ts';
import { isExecutable, program } from '../support/paths.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';
import { plivo, relay, type WireFormat } from '../support/wire-formats.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 20);
const RUNS = repetitions(400, 80);
/** A recording never changes later than this after its creation; the export looks back 72 hours. */
const MAX_DELAY = 60 * HOUR;

/** Simulates the changes of an account hour by hour, which an hourly export has to follow. */
const simulateAccount = async (wire: WireFormat, seed: number) => {
  const random = randomFrom(withSeed(seed));
  const entries: SandboxEntry[] = [];
  /** Every version that a recording ever had, by its id. */
  const revisions = new Map<string, Set<string>>();
  const conditions = { down: false, failing: 0, now: START };
  let count = 0;

  const put = (id: string, at: number, more: Readonly<Record<string, unknown>>): void => {
    const row = wire.row(id, more, at);
    const place = entries.findIndex((entry) => entry.at < at);
    entries.splice(place === -1 ? entries.length : place, 0, { id, at, row });
    const known = revisions.get(id) ?? new Set();
    revisions.set(id, known.add(String(more[wire.textKey])));
  };
  const recent = (): SandboxEntry | undefined => {
    const young = entries.filter(({ at }) => at > conditions.now - MAX_DELAY);
    return young[Math.floor(random() * young.length)];
  };
  const home = await homeWith({
    now: () => conditions.now,
    entries: { [wire.name]: entries },
    intercept: (_, response) => {
      if (conditions.down || (conditions.failing > 0 && --conditions.failing === 0))
        return answer(response, { error: 'down' }, 503);
      return false;
    },
  });

  /** Advances by an hour: recordings are added, some late, some change, some are deleted; the provider may be down. */
  const advanceHour = (): void => {
    conditions.now += HOUR;
    for (let coming = Math.floor(random() * 6); coming > 0; coming--) {
      put(`rec-${seed}-${++count}-abcdef012345`, conditions.now - Math.floor(random() * HOUR), {
        [wire.textKey]: `v0-${count}`,
      });
    }
    if (random() < 0.15) {
      put(`late-${seed}-${++count}-abcdef012345`, conditions.now - Math.floor(random() * MAX_DELAY), {
        [wire.textKey]: `v0-${count}`,
      });
    }
    const changing = random() < 0.25 ? recent() : undefined;
    if (changing !== undefined) {
      entries.splice(entries.indexOf(changing), 1);
      put(changing.id, changing.at, { [wire.textKey]: `v${++count}` });
    }
    const going = random() < 0.06 ? recent() : undefined;
    if (going !== undefined) entries.splice(entries.indexOf(going), 1);
    conditions.down = random() < 0.08;
    conditions.failing = random() < 0.08 ? 1 + Math.floor(random() * 3) : 0;
  };
  return { home, random, entries, revisions, conditions, advanceHour };
};

/** One run of the packed program, killed after some milliseconds, with a clock shifted by `offset` milliseconds. */
const runKilled = async (words: readonly string[], home: Home, offset: number, after: number): Promise<void> => {
  const clock = join(home.folder, 'clock.cjs');
  writeFileSync(clock, 'const real = Date.now; Date.now = () => real() + Number(process.env.CLOCK_OFFSET);');
  const child = spawn(process.execPath, ['--require', clock, program(), ...words], {
    env: { PATH: process.env.PATH, HOME: home.folder, RECX_CONFIG_DIR: home.folder, CLOCK_OFFSET: String(offset) },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), after);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
};

const linesIn = (path: string): readonly string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

describe.skipIf(isExecutable).each([
  ['Plivo', plivo, 11],
  ['Relay', relay, 23],
] as const)('an hourly incremental export of %s', (_, wire, seed) => {
  test.concurrent.each([
    ['partitions', 'calls-{year}-{month}-{day}.csv'],
    ['one file', 'calls.csv'],
  ] as const)(
    `misses no recording in ${RUNS} runs with kills, outages, late, changed and deleted recordings: %s`,
    async (kind, out) => {
      const account = await simulateAccount(wire, seed + (kind === 'one file' ? 1 : 0));
      const { home, random, conditions } = account;
      const folder = mkdtempSync(join(tmpdir(), 'recx-simulation-'));
      const fields = ['--fields', `id,created_at,${wire.textColumn}`];
      const words = ['export', ...wire.args, ...fields, '--incremental', '--retries', '0'];
      const target = ['--out', join(folder, out)];
      let kills = 0;
      let failures = 0;
      try {
        for (let hour = 0; hour < RUNS; hour++) {
          account.advanceHour();
          // The clock of this machine is sometimes wrong.
          const skew = random() < 0.05 ? (random() - 0.5) * 4 * HOUR : 0;
          if (random() < 0.1) {
            kills++;
            await runKilled([...words, ...target], home, conditions.now + skew - Date.now(), 60 + random() * 160);
          } else if ((await runExpectingQuiet([...words, ...target], home, () => conditions.now + skew, [3, 5])) !== 0)
            failures++;
        }
        Object.assign(conditions, { down: false, failing: 0 });
        expect(await runExpectingQuiet([...words, ...target], home, () => conditions.now)).toBe(0);
        expect(kills).toBeGreaterThan(0);
        expect(failures).toBeGreaterThan(0);

        const clean = mkdtempSync(join(tmpdir(), 'recx-simulation-clean-'));
        const whole = ['export', ...wire.args, ...fields, '--out', join(clean, out)];
        expect(await runExpectingQuiet(whole, home, () => conditions.now)).toBe(0);
        if (kind === 'partitions') {
          const files = readdirSync(clean).filter((name) => name.endsWith('.csv'));
          expect(files.length).toBeGreaterThan(RUNS / 24 - 1);
          for (const file of files) expect(linesIn(join(folder, file)), file).toEqual(linesIn(join(clean, file)));
          const others = readdirSync(folder).filter((name) => name.endsWith('.csv') && !existsSync(join(clean, name)));
          for (const file of others) expect(linesIn(join(folder, file))).toHaveLength(1);
        } else {
          const [header, ...rows] = linesIn(join(folder, out));
          expect(header).toBe(linesIn(join(clean, out))[0]);
          const ids = rows.map((row) => row.split(',')[0] ?? '');
          expect(new Set(ids).size).toBe(ids.length);
          for (const row of linesIn(join(clean, out)).slice(1)) expect(ids).toContain(row.split(',')[0]);
          for (const row of rows) {
            const [id = '', , value = ''] = row.split(',');
            expect(account.revisions.get(id)?.has(value), row).toBe(true);
          }
        }
        const left = readdirSync(folder).filter((name) => name.startsWith('.'));
        expect(left).toEqual([]);
        rmSync(clean, { recursive: true });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
