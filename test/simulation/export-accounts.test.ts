import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomFrom } from '../../src/sandbox/samples.ts';
import { emptyFolder } from '../support/cleanup.ts';
import { dataFiles, leftoversIn, readRows } from '../support/export-account.ts';
import { type ManyAccounts, openManyAccounts } from '../support/many-accounts.ts';
import { isExecutable, preload, program } from '../support/paths.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2027, 1, 1, 12);
const LOOKBACK = 72 * HOUR;
const RUNS = repetitions(300, 40);

/** Accounts with how long their provider keeps recordings and how many come in a day. */
const accounts = [
  { profile: 'busy', kind: 'plivo', account: 'MABUSY', keeps: 10 * DAY, daily: 6 },
  { profile: 'quiet', kind: 'plivo', account: 'MAQUIET', keeps: 8 * DAY, daily: 0.1 },
  { profile: 'other', kind: 'relay', account: 'project-other', keeps: 1000 * DAY, daily: 2 },
  { profile: 'short', kind: 'relay', account: 'project-short', keeps: 4 * DAY, daily: 3 },
] as const;
type Account = (typeof accounts)[number];

/** What the files must contain, by the contract alone: version by recording. */
interface Model {
  readonly rows: Map<string, string>;
  apply(now: number, taking: readonly Account[], world: ManyAccounts): void;
}

const textOf = (kind: Account['kind'], fields: Readonly<Record<string, unknown>>): string =>
  String(kind === 'plivo' ? fields.conference_uuid : fields.track);
const isFinal = ({ status = 'completed' }: Readonly<Record<string, unknown>>): boolean => status !== 'recording';

const openModel = (kind: 'partitions' | 'one file'): Model => {
  const rows = new Map<string, string>();
  const times = new Map<string, number>();
  const progress = new Map<string, { newest: number; ran: number }>();
  return {
    rows,
    apply: (now, taking, world) => {
      for (const { account, kind: api } of taking) {
        const before = progress.get(account);
        const entries = world.entriesOf(account);
        const readFrom = before === undefined ? Number.NEGATIVE_INFINITY : before.newest - LOOKBACK;
        const changesFrom = before === undefined ? now - LOOKBACK : Math.max(readFrom, before.ran - LOOKBACK);
        const present = new Set<string>();
        for (const { id, at, fields } of entries) {
          const key = `${account} ${id}`;
          present.add(key);
          if (at < readFrom) continue;
          const isNew = !times.has(key);
          const isDue = isFinal(fields) || at < now - LOOKBACK;
          if (kind === 'one file' ? isNew && isDue : isNew || at >= changesFrom) {
            rows.set(key, textOf(api, fields));
            times.set(key, at);
          }
        }
        if (kind === 'partitions') {
          for (const [key, at] of times) {
            if (!key.startsWith(`${account} `) || present.has(key) || at < Math.max(readFrom, now - LOOKBACK)) continue;
            rows.delete(key);
            times.delete(key);
          }
        }
        const newest = Math.max(before?.newest ?? Number.NEGATIVE_INFINITY, ...entries.map(({ at }) => at));
        // Without any recording there is no progress.
        if (newest > Number.NEGATIVE_INFINITY) progress.set(account, { newest, ran: now });
      }
    },
  };
};

/** Advances the accounts by some hours: recordings come, some late, change, end, and are deleted by age or by hand. */
const openAccounts = async (random: () => number) => {
  const profiles = accounts.map(({ profile, kind, account }) => [profile, { kind, account }] as const);
  const world = await openManyAccounts(Object.fromEntries(profiles), START);
  let count = 0;
  const version = (kind: Account['kind'], more = {}) =>
    kind === 'plivo' ? { conference_uuid: `c${++count}` } : { track: `v${++count}`, ...more };
  const advance = (hours: number): void => {
    world.clock.now += hours * HOUR;
    const { now } = world.clock;
    for (const { account, kind, keeps, daily } of accounts) {
      for (let coming = (daily * hours) / 24 + random(); coming >= 1; coming--) {
        const age = random() < 0.1 ? random() * 70 * HOUR : random() * hours * HOUR;
        const more = random() < 0.2 ? { status: 'recording' } : {};
        world.put(account, `r-${++count}-abcdef`, Math.floor((now - age) / 1000) * 1000, version(kind, more));
      }
      for (const { id, at, fields } of [...world.entriesOf(account)]) {
        if (random() < 0.05) world.put(account, id, at, version(kind));
        else if (!isFinal(fields) && random() < 0.2) world.put(account, id, at, { ...fields, status: 'completed' });
      }
      world.purge(account, ({ at }) => at < now - keeps || random() < 0.01);
    }
  };
  return { world, advance };
};

/** Runs the packed program, whose clock is set by `CLOCK_OFFSET`, and kills it before its n-th file system change. */
const runKilled = async (words: readonly string[], env: Readonly<Record<string, string>>): Promise<void> => {
  const loaded = ['--require', preload('shift-clock.cjs'), '--require', preload('kill-at-call.cjs')];
  const child = spawn(process.execPath, [...loaded, program(), ...words], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('close', resolve));
};

test.skipIf(isExecutable).concurrent.each([
  ['partitions', 'calls-{year}-{month}-{day}.csv'],
  ['partitions', '{year}/{month}.json.gz'],
  ['partitions', 'calls-{year}.ndjson'],
  ['partitions', 'no-ids-{year}-{month}.csv'],
  ['one file', 'calls.csv'],
  ['one file', 'calls.json.gz'],
] as const)(
  'a merged export whose accounts join, leave, purge and are interrupted has the right rows after each of many runs: %s, %s',
  async (kind, out) => {
    const random = randomFrom(withSeed(out.length));
    const hasIds = !out.startsWith('no-ids');
    const { world, advance } = await openAccounts(random);
    const model = openModel(kind);
    const folder = emptyFolder();
    advance(20 * 24);
    let kills = 0;
    for (let run = 0; run < RUNS; run++) {
      // Sometimes no run for days.
      advance(random() < 0.1 ? 100 + random() * 200 : 1 + random() * 30);
      const chosen = accounts.filter(() => random() < 0.7);
      const taking = chosen.length === 0 ? [accounts[0]] : chosen;
      const words = [
        ...['export', ...taking.flatMap(({ profile }) => ['-p', profile]), '--incremental', '--since', '2026-12-01'],
        ...['--fields', `${hasIds ? 'id,' : ''}account_id,created_at,conference_id,track`, '--out', join(folder, out)],
      ];
      if (random() < 0.2) {
        kills++;
        const call = String(1 + Math.floor(random() * 60));
        const offset = String(world.clock.now - Date.now());
        await runKilled(words, { ...world.env, CLOCK_OFFSET: offset, KILL_FOLDER: folder, KILL_CALL: call });
      }
      expect(await world.run(words)).toMatchObject({ code: 0, err: '' });
      model.apply(world.clock.now, taking, world);
      const rows = dataFiles(folder).flatMap(readRows);
      const found = rows.map(
        ({ account_id, id, conference_id: text, track }) => `${account_id} ${hasIds ? id : ''} ${text || track}`,
      );
      const wanted = [...model.rows].map(([key, version]) => `${hasIds ? key : `${key.split(' ')[0]} `} ${version}`);
      expect(found.sort(), `run ${run}`).toEqual(wanted.sort());
      expect(leftoversIn(folder)).toEqual([]);
    }
    expect(kills).toBeGreaterThan(0);
  },
);
