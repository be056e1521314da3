import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { acceptanceTest, type Workspace } from '../support/acceptance.ts';
import { answer } from '../support/home.ts';
import { expectPromptly } from '../support/timing.ts';
import { listArgs, relay } from '../support/wire-formats.ts';

const MIB = 2 ** 20;

acceptanceTest(
  'J01 a list of 1 GiB compressed to 1 MiB, even when compressed several times, stops at the page size limit',
  async (workspace) => {
    // Concatenated gzip members are one gzip file.
    const part = gzipSync(Buffer.alloc(16 * MIB, ' '));
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => part));
    const bodies = [
      ['gzip', bomb],
      ['gzip, gzip', gzipSync(bomb)],
      ['gzip, gzip, gzip, gzip, gzip, gzip', [1, 2, 3, 4, 5].reduce((body) => gzipSync(body), bomb)],
    ] as const;
    for (const [encoding, body] of bodies) {
      const sandbox = await workspace.startProviders((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
        response.end(body);
        return true;
      });
      const { code, out, err, peak, took } = await workspace.run(['--retries', '0', ...listArgs(relay)]);
      expect({ encoding, code, out, requests: sandbox.requests.length }).toEqual({
        encoding,
        code: 5,
        out: '',
        requests: 1,
      });
      expect(err).toMatch(/^recx: [^\n]+\n/);
      expect(peak).toBeLessThan(300 * MIB);
      await expectPromptly(took, 5000);
    }
  },
);

/** Lists this many rows in pages of fifty and returns the peak memory of the run in bytes. */
const listRows = async (workspace: Workspace, count: number) => {
  await workspace.startProviders(({ url }, response) => {
    const first = Number(url.searchParams.get('page_number') ?? 0) * 50;
    const at = Date.now() - 3_600_000;
    const rows = Array.from({ length: 50 }, (_, index) =>
      relay.row(`row-${first + index}`, {}, at - (first + index) * 10),
    );
    const next = first + 50 < count ? `${relay.listPath}?page_number=${first / 50 + 1}&page_size=50` : null;
    return answer(response, relay.page(rows, next));
  });
  const { code, err, bytes, out, peak } = await workspace.run(listArgs(relay, '-o', 'csv'));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(bytes.subarray(-1).toString()).toBe('\n');
  const ids = new Set(
    out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.slice(0, line.indexOf(','))),
  );
  expect(ids.size).toBe(count);
  expect(out.split('\n')).toHaveLength(count + 2);
  return peak;
};

acceptanceTest(
  'J03 CSV of 40,000 rows in 800 pages (the case demands 1,000,000 in 20,000) is complete and uses little memory',
  async (workspace) => {
    const [short, whole] = [await listRows(workspace, 10_000), await listRows(workspace, 40_000)];
    expect(whole).toBeLessThan(250 * MIB);
    expect(whole - short).toBeLessThan(80 * MIB);
  },
);
