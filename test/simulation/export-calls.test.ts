import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomFrom } from '../../src/sandbox/samples.ts';
import { callId, openCallsAccount, recordingId } from '../support/calls-account.ts';
import { dataFiles, readRows } from '../support/export-account.ts';
import { repetitions, withSeed } from '../support/thoroughness.ts';

const MINUTE = 60_000;

/** A call, by when it began, ended and is listed, in minutes of the simulation; undefined if it never is. */
interface Planned {
  readonly start: number;
  readonly end: number;
  readonly listed: number | undefined;
}

/* Whatever the order of things: each row once, and in the end with what its call says. */
test.each(['calls.csv', 'calls-{year}-{month}-{day}.ndjson'])(
  'an incremental export has what calls say although they go on, are listed late, or cannot be read at times: %s',
  async (out) => {
    for (let round = 0; round < repetitions(20, 2); round++) {
      const random = randomFrom(withSeed(round));
      const account = await openCallsAccount();
      const started = account.clock.now;
      const calls: Planned[] = [];
      const words = ['export', '-p', 'twilio', '--incremental', '--out', join(account.folder, out)];
      const fields = ['--fields', 'id,created_at,from,direction,call_status,call_duration_seconds'];
      for (let minute = 0, run = 0; run < 30; run++) {
        const passed = 1 + Math.floor(random() * (run % 7 === 0 ? 2000 : 120));
        for (let each = 0; each < random() * 4; each++) {
          const number = calls.length + 1;
          const start = minute + Math.floor(random() * passed);
          const end = start + 1 + Math.floor(random() * 300);
          const delay = random();
          const listed = delay < 0.1 ? undefined : delay < 0.5 ? start : end + Math.floor(random() * 600);
          calls.push({ start, end, listed });
          account.clock.now = started + (start + 1) * MINUTE;
          account.record(number, 0);
        }
        minute += passed;
        account.clock.now = started + minute * MINUTE;
        calls.forEach(({ start, end, listed }, index) => {
          if (listed === undefined || listed > minute) return;
          account.call(index + 1, minute - start, end > minute ? { status: 'in-progress' } : {});
        });
        account.answers.status = random() < 0.2 ? 501 : undefined;
        const { code, err } = await account.run(...words, ...fields);
        expect(account.answers.status === undefined ? [0] : [0, 3], err).toContain(code);
      }
      account.answers.status = undefined;
      // Everything leaves the look-back.
      for (const hours of [20, 90]) {
        account.clock.now += hours * 60 * MINUTE;
        calls.forEach(({ start, listed }, index) => {
          if (listed !== undefined) account.call(index + 1, (account.clock.now - started) / MINUTE - start);
        });
        expect((await account.run(...words)).code).toBe(0);
      }
      const rows = dataFiles(account.folder).flatMap(readRows);
      const found = new Map(rows.map((row) => [row.id, row]));
      expect(rows.length).toBe(calls.length);
      calls.forEach(({ listed }, index) => {
        const row = found.get(recordingId(index + 1));
        const isListed = listed !== undefined;
        expect(
          [row?.from || null, row?.call_status || null, Number(row?.call_duration_seconds ?? 0)],
          callId(index + 1),
        ).toEqual(isListed ? [`+141555501${String(index + 1).padStart(2, '0')}`, 'completed', 180] : [null, null, 0]);
      });
    }
  },
);
