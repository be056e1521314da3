import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/decode.ts';
import { emptyFolder } from '../../support/cleanup.ts';
import { homeWith } from '../../support/home.ts';
import { compatibility, relay, serveRows, twilio, video, type WireFormat } from '../../support/wire-formats.ts';

/** Thirty recordings on two pages, of which the newest is deleted after the first page, before another one comes in. */
const openChangingHome = (wire: WireFormat) => {
  const rowAt = (id: string, minute: number): Row => wire.row(id, {}, Date.now() - minute * 60_000);
  const rows = Array.from({ length: 30 }, (_, index) => rowAt(`row-${index}`, index + 10));
  let pages = 0;
  return homeWith({
    intercept: (request, response, count) => {
      if (request.url.pathname !== wire.listPath) return false;
      const isServed = serveRows(wire, { count: rows.length, at: (place) => rows[place] })(request, response, count);
      if (++pages === 1) rows.splice(0, 1);
      if (pages === 2) rows.unshift(rowAt('arrived', 1));
      return isServed;
    },
  });
};

const SESSION = '5a4db0c5-0000-4000-8000-000000000042';
const lasting = Array.from({ length: 29 }, (_, index) => `row-${index + 1}`);

describe.concurrent.each([
  relay,
  video,
  { ...video, profile: 'video of a room session', args: [...video.args, '--room-session', SESSION] },
  compatibility,
  twilio,
])('while $profile loses a recording and gets another one', (given) => {
  const isSession = given.args.includes('--room-session');
  const listPath = isSession ? `/api/video/room_sessions/${SESSION}/recordings` : given.listPath;
  const pageLink = (place: number): string => given.pageLink(place).replace(given.listPath, listPath);
  const wire = { ...given, listPath, pageLink };
  const row: WireFormat['row'] = (id, more, at) =>
    given.row(id, isSession ? { room_session_id: SESSION, ...more } : more, at);

  test('a list has every other one', async () => {
    const home = await openChangingHome({ ...wire, row });
    const { code, out } = await home.run(['list', ...wire.args, '--all', '-o', 'csv', '--fields', 'id']);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual(expect.arrayContaining(lasting));
  });

  test('a first incremental export has every other one', async () => {
    const home = await openChangingHome({ ...wire, row });
    const file = join(emptyFolder(), 'calls.csv');
    const { code } = await home.run(['export', ...wire.args, '--incremental', '--fields', 'id', '--out', file]);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8').split('\n')).toEqual(expect.arrayContaining(lasting));
  });

  test('shards of a download cover every other one', async () => {
    // The deleted recording was listed before it was deleted.
    const counts = await Promise.all(
      ['1/2', '2/2'].map(async (shard) => {
        const home = await openChangingHome({ ...wire, row });
        const words = ['download', ...wire.args, '--all', '--dry-run', '--shard', shard, '--dir', emptyFolder()];
        const { code, out, err } = await home.run(words);
        expect(code, err).toBe(0);
        return Number(/(\d+) (?:recordings?|files?)/.exec(out + err)?.[1]);
      }),
    );
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBeGreaterThanOrEqual(lasting.length + 1);
  });
});
